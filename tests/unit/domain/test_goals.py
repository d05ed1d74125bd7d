"""Goals: what an NPC does of its own accord when its moment comes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from langchain_app.domain.people.relationship import Relationship
from langchain_app.domain.story.gates import open_triggers
from langchain_app.domain.story.goals import Goal
from langchain_app.domain.story.policy import Lists, policy_of
from langchain_app.domain.story.proposals import Heard, propose
from langchain_app.domain.story.settlement import settle
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.story.triggers import moment
from langchain_app.domain.turn import Scene

LINE = {"en": "Take this.", "ko": "이거 받게."}


def goal(**more) -> Goal:
    return Goal.model_validate({"id": "gift", "npcs": ["teck", "nele"], "line": LINE} | more)


def test_a_goal_happens_once_for_all_its_npcs() -> None:
    triggers = goal().triggers()
    assert [t.npc for t in triggers] == ["teck", "nele"]
    assert {t.effects.flags for t in triggers} == {("goal.gift",)}


def test_a_repeatable_goal_raises_nothing_and_waits_for_words() -> None:
    with pytest.raises(ValidationError, match="every turn"):
        goal(repeatable=True)
    says = {"examples": {"en": ["give"], "ko": ["줘"]}}
    (first, _) = goal(repeatable=True, says=says).triggers()
    assert first.effects.flags == ()


def scene(ebbhold, npc: str, felt: Relationship, **story) -> Scene:
    axes = ebbhold.manifest.axes
    return Scene(ebbhold.npc(npc), "p", "s", "t", 0, StoryState(**story), felt, axes=axes)


def open_(ebbhold, npc: str, at: Scene):
    return open_triggers(ebbhold.triggers[npc], at, policy_of(ebbhold))


def test_what_could_not_happen_now_is_not_open(ebbhold) -> None:
    at = scene(ebbhold, "teck", Relationship(trust=0.9, relationship=0.9))
    says = {"examples": {"en": ["rope"], "ko": ["밧줄"]}}
    takes = goal(says=says, effects={"takes": ["rope"]}).triggers()
    salutes = goal(says=says, effects={"actions": [{"name": "ring_bell"}]}).triggers()
    assert open_triggers(takes, at, policy_of(ebbhold)) == ()
    assert open_triggers(salutes, at, policy_of(ebbhold)) == ()
    carrying = scene(ebbhold, "teck", Relationship(), items=frozenset({"rope"}))
    assert open_triggers(takes, carrying, policy_of(ebbhold)) == takes[:1]


def test_what_no_words_may_move_is_not_open(ebbhold) -> None:
    at = scene(ebbhold, "teck", Relationship(), items=frozenset({"rope"}))
    policy = policy_of(ebbhold)
    says = {"examples": {"en": ["rope"], "ko": ["밧줄"]}}

    def is_open(effects, **denied) -> bool:
        lists = {f"words_on_{kind}": Lists(deny=frozenset({name})) for kind, name in denied.items()}
        waiting = goal(says=says, effects=effects).triggers()
        return open_triggers(waiting, at, replace(policy, **lists)) != ()

    assert is_open({"gives": ["bandage"]})
    assert not is_open({"gives": ["bandage"]}, items="bandage")
    assert is_open({"takes": ["rope"]})
    assert not is_open({"takes": ["rope"]}, items="rope")
    assert is_open({"actions": [{"name": "open_shop"}]})
    assert not is_open({"actions": [{"name": "open_shop"}]}, actions="open_shop")
    assert is_open({})
    assert not is_open({}, flags="goal.gift")


def test_a_friend_is_given_a_bandage_once(ebbhold) -> None:
    policy, friends = policy_of(ebbhold), Relationship(trust=0.3, relationship=0.4)
    at = scene(ebbhold, "nele", friends)
    fired = moment(open_(ebbhold, "nele", at))
    assert fired is not None
    assert (fired.trigger.id, fired.beside) == ("goal.nele-parting-gift", True)
    proposed = propose(Heard("hello", fired=fired), friends, policy)
    settlement = settle(proposed, at.standing, policy, "nele")
    assert settlement.story.items == {"kelp_bandage"}
    assert [action.name for action in settlement.actions] == ["give_item"]
    again = scene(ebbhold, "nele", friends, flags=settlement.story.flags)
    assert moment(open_(ebbhold, "nele", again)) is None


def test_a_stranger_is_given_nothing(ebbhold) -> None:
    at = scene(ebbhold, "nele", Relationship(relationship=0.39))
    assert moment(open_(ebbhold, "nele", at)) is None


def test_what_may_be_said_again_and_again_makes_nobody_a_friend(ebbhold) -> None:
    policy, felt = policy_of(ebbhold), Relationship(trust=0.1, relationship=0.29)
    stall = next(t for t in ebbhold.triggers["maren"] if t.id == "open-stall")
    from langchain_app.domain.turn import FiredTrigger

    for _ in range(50):
        at = scene(ebbhold, "maren", felt)
        proposed = propose(Heard("x", fired=FiredTrigger(stall, "wares")), felt, policy)
        felt = settle(proposed, at.standing, policy, "maren").relationship
    assert felt["relationship"] == ebbhold.manifest.axes["relationship"].courtesy
