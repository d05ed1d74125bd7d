"""What a game server states counts, whole or not at all; what a player claims never does."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_app.domain.errors import GameStateInvalid
from langchain_app.domain.people.relationship import Relationship
from langchain_app.domain.story.game_state import as_stated
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.turn import Scene, TurnRequest

CARRIED = StoryState(flags=frozenset({"cracked_bell.rumour"}), items=frozenset({"moonwort"}))


def scene(ebbhold, npc: str = "corvin") -> Scene:
    return Scene(ebbhold.npc(npc), "p", "s", "t", 4, CARRIED, Relationship(trust=0.1))


def stated(ebbhold, state, *, authoritative: bool = True) -> Scene:
    request = TurnRequest("hello", "turn", game_state=state, authoritative=authoritative)
    return as_stated(scene(ebbhold), request, ebbhold)


def test_a_players_claims_change_nothing(ebbhold) -> None:
    claims = {"items": ["bronze_clapper"], "relationship": {"trust": 1.0}, "flags": {"x": True}}
    assert stated(ebbhold, claims, authoritative=False) == scene(ebbhold)


def test_what_the_game_server_states_holds_and_every_difference_is_booked(ebbhold) -> None:
    after = stated(
        ebbhold,
        {
            "items": ["bronze_clapper"],
            "flags": {"cracked_bell.entrusted": True, "cracked_bell.rumour": False},
            "relationship": {"trust": 0.5},
            "actions": ["searched_tower"],
            "location": "bell_tower",
            "weather": "fog",
            "night": True,
        },
    )
    assert after.story.items == {"bronze_clapper"}
    assert after.story.flags == {"cracked_bell.entrusted"}
    assert after.story.deeds == {"searched_tower"}
    assert after.story.game == {"place": "bell_tower", "weather": "fog", "night": True}
    assert after.relationship == Relationship(trust=0.5)
    assert after.standing.place == "bell_tower"
    booked = {(e.kind, e.name): e.amount for e in after.beforehand}
    assert booked == {
        ("flag", "cracked_bell.entrusted"): 1.0,
        ("flag", "cracked_bell.rumour"): -1.0,
        ("item", "bronze_clapper"): 1.0,
        ("item", "moonwort"): -1.0,
        ("deed", "searched_tower"): 1.0,
        ("game", "place"): 1.0,
        ("game", "weather"): 1.0,
        ("game", "night"): 1.0,
        ("axis", "trust"): 0.4,
    }
    assert {e.source for e in after.beforehand} == {"game"}


def test_stating_the_same_again_books_nothing(ebbhold) -> None:
    request = TurnRequest(
        "hello", "turn", game_state={"items": ["moonwort"], "weather": "fog"}, authoritative=True
    )
    once = as_stated(scene(ebbhold), request, ebbhold)
    again = as_stated(replace(once, beforehand=()), request, ebbhold)
    assert again.beforehand == ()


@pytest.mark.parametrize(
    ("state", "named"),
    [
        ({"items": ["a_dragon"]}, "a_dragon"),
        ({"items": "bronze_clapper"}, "items"),
        ({"items": [1]}, "items"),
        ({"items": ["moonwort"] * 257}, "items"),
        ({"flags": {"i.win": True}}, "i.win"),
        ({"flags": {"cracked_bell.rumour": 1}}, "cracked_bell.rumour"),
        ({"flags": ["cracked_bell.rumour"]}, "flags"),
        ({"relationship": {"love": 0.5}}, "love"),
        ({"relationship": {"trust": math.nan}}, "trust"),
        ({"relationship": {"trust": 1e300}}, "trust"),
        ({"relationship": {"trust": True}}, "trust"),
        ({"relationship": 0.9}, "relationship"),
        ({"place": "the_moon"}, "the_moon"),
        ({"weather": ["fog"]}, "weather"),
        ({"weather": math.inf}, "weather"),
        ({"weather": "x" * 201}, "weather"),
        ({"gold": 2**60}, "gold"),
        ({"actions": [""]}, "actions"),
    ],
)
def test_what_the_world_does_not_know_is_refused_by_name_and_nothing_counts(
    ebbhold, state, named
) -> None:
    with pytest.raises(GameStateInvalid) as refused:
        stated(ebbhold, {"night": True} | state)
    assert named in str(refused.value)


@given(
    st.dictionaries(
        st.sampled_from(
            ["items", "flags", "relationship", "actions", "place", "weather", "\x00", ""]
        )
        | st.text(max_size=8),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=12),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text(max_size=6), inner, max_size=3)
            ),
            max_leaves=6,
        ),
        max_size=5,
    )
)
def test_whatever_a_server_sends_is_taken_over_or_refused(ebbhold, state) -> None:
    try:
        after = stated(ebbhold, state)
    except GameStateInvalid as refused:
        assert refused.faults
        return
    assert after.story.items <= ebbhold.items.keys()
    assert after.story.flags <= ebbhold.flags
    assert all(-1 <= value <= 1 for value in after.relationship.root.values())
