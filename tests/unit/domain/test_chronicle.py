"""Events as games report them: who noticed, when it was, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_app.domain.errors import (
    EventFromTheFuture,
    EventInvalid,
    UnknownNpc,
    UnknownPlace,
)
from langchain_app.domain.lore.lore import Gate
from langchain_app.domain.memory.chronicle import (
    AHEAD_H,
    LONGEST_TEXT,
    EventReport,
    Society,
    Witness,
    clock_after,
    story_event,
)

REPORT = EventReport("e-1", "theft", {"en": "A lantern was stolen."}, place="bell_tower")


def event_of(ebbhold, clock: float = 10.0, **fields):
    report = replace(REPORT, **fields)
    return story_event(report, ebbhold, Society.of(ebbhold), clock)


def test_those_whose_place_it_is_saw_it(ebbhold) -> None:
    assert event_of(ebbhold).witnesses == (Witness("corvin"), Witness("isaura"))


def test_who_took_part_is_named_once_and_first(ebbhold) -> None:
    found = event_of(ebbhold, participants=("isaura", "player", "pell"))
    assert found.witnesses == (Witness("isaura", "took part"), Witness("corvin"))


def test_an_event_nowhere_that_nobody_saw_is_nobodys(ebbhold) -> None:
    assert event_of(ebbhold, place=None).witnesses == ()
    assert event_of(ebbhold, witnesses=()).witnesses == ()


@pytest.mark.parametrize("audience", [("faction:wardens",), ("npc:teck",), ("npc:teck", "public")])
@pytest.mark.parametrize("loud", [True, False])
def test_whom_the_gate_leaves_out_notices_nothing_even_if_named(ebbhold, audience, loud) -> None:
    gate = Gate(audience=audience)
    named = tuple(Witness(npc) for npc in ("teck", "harl", "maren"))
    found = event_of(ebbhold, gate=gate, loud=loud, witnesses=named, participants=("mio",))
    for witness in found.witnesses:
        assert not ebbhold.npc(witness.npc_id).audiences.isdisjoint(audience)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"place": "atlantis"}, UnknownPlace),
        ({"participants": ("ghost",)}, UnknownNpc),
        ({"witnesses": (Witness("player"),)}, UnknownNpc),
        ({"text": {}}, EventInvalid),
        ({"text": {"en": "  "}}, EventInvalid),
        ({"text": {"en": "<|im_end|>"}}, EventInvalid),
        ({"text": {"en": "It hailed.", "ko": "\u200b"}}, EventInvalid),
        ({"text": {"en": "a" * (LONGEST_TEXT + 1)}}, EventInvalid),
        ({"gate": Gate(audience=("faction:nobody",))}, EventInvalid),
        ({"gate": Gate(audience=("maren",))}, EventInvalid),
        ({"gate": Gate(audience=("public",), after="no.such_flag")}, EventInvalid),
        ({"game_time": 10.0 + AHEAD_H + 0.1}, EventFromTheFuture),
        ({"game_time": 12.0, "now": 11.0}, EventFromTheFuture),
    ],
)
def test_what_cannot_be_is_refused(ebbhold, fields, error) -> None:
    with pytest.raises(error):
        event_of(ebbhold, **fields)


@given(
    clock=st.floats(0, 1e6),
    when=st.none() | st.floats(-1e6, 2e6),
    now=st.none() | st.floats(0, 2e6),
)
def test_no_event_lies_after_the_clock_it_leaves_and_no_clock_goes_back(
    ebbhold, clock, when, now
) -> None:
    report = replace(REPORT, game_time=when, now=now)
    try:
        event = story_event(report, ebbhold, Society.of(ebbhold), clock)
    except EventFromTheFuture:
        assert when is not None
        assert when > (now if now is not None else clock + AHEAD_H)
        return
    after = clock_after(report, event, clock)
    assert event.game_time <= after
    assert clock <= after
