"""Rumours: at bounded cost, never in circles, never past the gate, never surer than their source."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_app.domain.lore.lore import Gate
from langchain_app.domain.memory.chronicle import Society, StoryEvent, Witness
from langchain_app.domain.memory.rumour import (
    FLOOR,
    HOP_FADE,
    HOP_H,
    MAX_HOPS,
    STEP_LIMIT,
    STEPS,
    TOLD_FROM,
    Hearsay,
    believed,
    spread,
)

EVERYBODY = Gate(audience=("public",))
WARDENS = Gate(audience=("faction:wardens",))


def society(
    acquaintances: dict[str, tuple[str, ...]], wardens: frozenset[str] = frozenset()
) -> Society:
    return Society(
        acquaintances=acquaintances,
        audiences={
            npc: frozenset(
                {"public", f"npc:{npc}", *(["faction:wardens"] if npc in wardens else [])}
            )
            for npc in acquaintances
        },
    )


def theft(*witnesses: str, **more: object) -> StoryEvent:
    event = StoryEvent(
        id="theft",
        kind="theft",
        text={"en": "A lantern was stolen."},
        game_time=10.0,
        witnesses=tuple(Witness(npc) for npc in witnesses),
    )
    return replace(event, **more)  # type: ignore[arg-type]


def by_npc(hearings: tuple[Hearsay, ...]) -> dict[str, Hearsay]:
    return {heard.npc_id: heard for heard in hearings}


CHAIN = society({"ada": ("ben",), "ben": ("ada", "cat"), "cat": ("ben", "dan"), "dan": ("cat",)})


def test_a_rumour_goes_from_mouth_to_mouth_a_few_hours_each_and_names_its_sources() -> None:
    known = by_npc(spread(theft("ada"), CHAIN))
    assert known["ada"] == Hearsay("ada", 10.0, 1.0, "saw")
    assert [known[npc].since for npc in ("ben", "cat", "dan")] == [
        10 + HOP_H,
        10 + 2 * HOP_H,
        10 + 3 * HOP_H,
    ]
    assert known["ben"].told_by == ("ada",)
    assert known["cat"].told_by == ("ben", "ada")
    assert known["dan"].told_by == ("cat", "ben", "ada")
    assert known["ben"].credibility == HOP_FADE
    assert known["ben"].credibility > known["cat"].credibility > known["dan"].credibility


def test_own_eyes_stay_sure_and_hearsay_fades_with_time() -> None:
    assert believed(1.0, 1000, hops=0) == 1.0
    assert believed(0.7, 168, hops=1) == pytest.approx(0.35)


@pytest.mark.parametrize("quiet", [{"secret": True}, {"importance": TOLD_FROM - 0.01}])
def test_what_is_secret_or_of_no_account_stays_with_those_who_were_there(quiet) -> None:
    assert set(by_npc(spread(theft("ada", **quiet), CHAIN))) == {"ada"}


def test_what_was_only_heard_is_less_credible_from_the_first() -> None:
    event = theft(witnesses=(Witness("ada", "heard"),))
    assert by_npc(spread(event, CHAIN))["ben"].credibility < HOP_FADE


def test_of_two_tellers_the_more_credible_one_is_heard() -> None:
    town = society({"ada": ("cat",), "ben": ("cat",), "cat": ()})
    event = theft(witnesses=(Witness("ada", "heard"), Witness("ben", "saw")))
    assert by_npc(spread(event, town))["cat"].told_by == ("ben",)


def test_nobody_is_told_twice_so_a_crowd_tells_on_at_once() -> None:
    town = society({"ada": ("ben", "cat"), "ben": ("cat",), "cat": ()})
    assert by_npc(spread(theft("ada", "ben"), town))["cat"].since == 10 + HOP_H


# what holds for every society, event and gate

PEOPLE = [f"npc{index}" for index in range(9)]


@st.composite
def societies(draw: st.DrawFn) -> Society:
    people = draw(st.lists(st.sampled_from(PEOPLE), min_size=1, unique=True))
    knows = {
        npc: tuple(draw(st.lists(st.sampled_from(people), unique=True, max_size=5)))
        for npc in people
    }
    return society(knows, frozenset(draw(st.lists(st.sampled_from(people)))))


@st.composite
def happenings(draw: st.DrawFn) -> tuple[StoryEvent, Society]:
    town = draw(societies())
    gate = draw(st.sampled_from([EVERYBODY, WARDENS]))
    hows = st.sampled_from(["saw", "heard", "took part"])
    names = draw(st.lists(st.sampled_from(sorted(town.audiences)), unique=True))
    witnesses = tuple(Witness(npc, draw(hows)) for npc in names if town.admits(gate, npc))
    importance = draw(st.floats(0, 1))
    return theft(witnesses=witnesses, gate=gate, importance=importance), town


@given(happenings())
def test_nobody_outside_the_gate_ever_hears_of_it(happening) -> None:
    event, town = happening
    assert all(town.admits(event.gate, heard.npc_id) for heard in spread(event, town))


@given(happenings())
def test_a_chain_has_no_circle_and_begins_with_somebody_who_was_there(happening) -> None:
    event, town = happening
    known = by_npc(spread(event, town))
    own = {witness.npc_id for witness in event.witnesses}
    for heard in known.values():
        way = (heard.npc_id, *heard.told_by)
        assert len(set(way)) == len(way)
        assert way[-1] in own
        assert heard.hops <= MAX_HOPS


@given(happenings())
def test_nobody_is_surer_or_knows_earlier_than_who_told_them(happening) -> None:
    event, town = happening
    known = by_npc(spread(event, town))
    for heard in known.values():
        if heard.told_by:
            teller = known[heard.told_by[0]]
            assert heard.credibility < teller.credibility
            assert heard.since > teller.since
            assert heard.told_by[1:] == teller.told_by
            assert heard.credibility >= FLOOR


@given(happenings())
def test_each_knows_it_once_and_only_so_many_hear_of_it(happening) -> None:
    event, town = happening
    hearings = spread(event, town)
    assert len(by_npc(hearings)) == len(hearings)
    times = [heard.since for heard in hearings if heard.told_by]
    assert len(times) <= STEPS * STEP_LIMIT
    assert all(times.count(at) <= STEP_LIMIT for at in times)


def test_a_town_of_two_hundred_who_all_know_each_other_costs_no_more_than_the_bound() -> None:
    people = [f"npc{index}" for index in range(200)]
    town = society({npc: tuple(other for other in people if other != npc) for npc in people})
    event = theft(*people[:40])
    told = [heard for heard in spread(event, town) if heard.told_by]
    assert 0 < len(told) <= STEPS * STEP_LIMIT


@given(happenings())
def test_the_same_event_spreads_the_same(happening) -> None:
    event, town = happening
    again = replace(event, witnesses=tuple(reversed(event.witnesses)))
    assert by_npc(spread(event, town)) == by_npc(spread(event, town))
    assert by_npc(spread(again, town)) == by_npc(spread(event, town))
