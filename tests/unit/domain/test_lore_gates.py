"""Who may know what, and when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from langchain_app.domain.lore.lore import Findings, Gate, Knower
from langchain_app.domain.story.story import START, StoryState

AUDIENCES = ("public", "npc:maren", "npc:harl", "faction:wardens")
FLAGS = ("q.one", "q.two")

gates = st.builds(
    Gate,
    audience=st.lists(st.sampled_from(AUDIENCES), min_size=1, max_size=3).map(tuple),
    after=st.sampled_from([START, *FLAGS]),
    trust=st.floats(-1, 1),
)
audiences = st.frozensets(st.sampled_from(AUDIENCES))
flags = st.frozensets(st.sampled_from(FLAGS))


def knower(names: frozenset[str], flags: frozenset[str], trust: float) -> Knower:
    return Knower(names, StoryState(flags=flags), trust)


@given(st.lists(gates, max_size=8), audiences, flags, flags, st.floats(-1, 1), st.floats(0, 2))
def test_what_is_visible_only_grows_with_the_story_and_with_trust(
    gates, names, raised, more, trust, dearer
) -> None:
    before = knower(names, raised, trust)
    after = knower(names, raised | more, min(1.0, trust + dearer))
    assert {g for g in gates if g.admits(before)} <= {g for g in gates if g.admits(after)}


@given(gates, flags, st.floats(-1, 1))
def test_nobody_at_all_comes_through_no_gate(gate, raised, trust) -> None:
    assert not gate.admits(knower(frozenset(), raised, trust))


@given(gates, audiences, flags, st.floats(-1, 1))
def test_a_gate_admits_only_where_every_condition_holds(gate, names, raised, trust) -> None:
    expected = (
        bool(names & set(gate.audience))
        and (gate.after == START or gate.after in raised)
        and trust >= gate.trust
    )
    assert gate.admits(knower(names, raised, trust)) is expected


@pytest.mark.parametrize("audience", [(), [], ("",), ("  ",)])
def test_a_gate_without_an_audience_cannot_be_made(audience) -> None:
    with pytest.raises(ValidationError):
        Gate(audience=audience)


@pytest.mark.parametrize("trust", [1.01, -1.01, float("nan")])
def test_a_gate_asks_for_a_trust_that_exists(trust: float) -> None:
    with pytest.raises(ValidationError):
        Gate(audience=("public",), trust=trust)


def test_an_npc_never_sees_lore_beyond_the_quest_stage(ebbhold) -> None:
    for npc in ebbhold.npcs.values():
        stranger = Knower(npc.audiences, StoryState(), 1.0)
        for chunk in ebbhold.chunks():
            if chunk.gate.after != START:
                assert not chunk.gate.admits(stranger)


def test_an_npc_never_sees_another_npcs_own_words(ebbhold) -> None:
    everything = StoryState(flags=ebbhold.flags)
    for npc in ebbhold.npcs.values():
        knows_all = Knower(npc.audiences, everything, 1.0)
        for chunk in ebbhold.chunks():
            if chunk.kind in ("voice", "acquaintance") and chunk.gate.admits(knows_all):
                assert chunk.gate.audience == (f"npc:{npc.id}",)


def test_no_secret_is_told_to_a_stranger(ebbhold) -> None:
    for npc in ebbhold.npcs.values():
        stranger = Knower(npc.audiences, StoryState(), npc.initial.trust)
        assert npc.secrets
        for secret in npc.secrets:
            assert not ebbhold.passages[secret].gate.admits(stranger)


def test_every_chunk_has_a_key_of_its_own(ebbhold) -> None:
    keys = [chunk.key for chunk in ebbhold.chunks()]
    assert len(keys) == len(set(keys))


def test_a_search_that_found_nothing_grounds_nothing() -> None:
    assert not Findings().grounded
