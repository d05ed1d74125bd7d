"""Each expectation of a story test holds where it should, and fails where it should."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_app.domain.lore.lore import Knower
from langchain_app.domain.story.ledger import LedgerEntry
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.world import World
from langchain_app.evaluation.judging import judge
from langchain_app.evaluation.played import Failure, PlayedTurn
from langchain_app.evaluation.storytest_format import Expected

REPLY = "So the talk has reached you. Three weeks ago the Tide Bell cracked."


def turn(world: World, *, npc: str = "isaura", **more: Any) -> PlayedTurn:
    answer = {
        "reply": more.get("reply", REPLY),
        "emotion": "neutral",
        "state": {
            "deltas": {"trust": 0.05, "relationship": -0.1},
            "relationship": {"trust": 0.1, "relationship": 0.0},
            "flags": {"cracked_bell.rumour": True},
            "items": [
                {"item": "bronze_clapper", "amount": 1},
                {"item": "moonwort", "amount": -1},
            ],
            "actions": [{"name": "ring_bell", "arguments": {}}],
        },
        "sources": [{"id": "lore-bell-crack-shape", "why": "covers 100%"}],
        "story": {"near": more.get("near", [])},
        "model_info": {"deflected": more.get("deflected")},
    }
    ledger = (
        LedgerEntry("flag", "cracked_bell.rumour", 1.0, "trigger:ask-crack", "it waits", "bell"),
        LedgerEntry("trust", "trust", 0.05, "trigger:ask-crack", "it waits"),
        LedgerEntry("refused", "crown", 0.0, "model", "the world has no such item"),
    )
    knower = Knower(world.npc(npc).audiences, StoryState(), 0.1)
    return PlayedTurn(npc, "What happened?", "en", answer, ledger, knower, more.get("fault"))


def failures(world: World, expected: dict[str, Any], **more: Any) -> list[Failure]:
    return judge(Expected.model_validate(expected), turn(world, **more), "en", world)


@pytest.mark.parametrize(
    ("name", "holds", "fails"),
    [
        ("raises", ["cracked_bell.rumour"], []),
        ("raises", ["cracked_bell.rumour"], ["cracked_bell.rumour", "cracked_bell.rehung"]),
        ("gives", ["bronze_clapper"], []),
        ("gives", ["bronze_clapper"], ["moonwort"]),
        ("takes", ["moonwort"], []),
        ("actions", ["ring_bell"], ["follow"]),
        ("deltas", {"trust": 0.05}, {"trust": 0.06}),
        ("deltas", {"trust": [0, 0.1]}, {"trust": [0.06, 0.1]}),
        ("deltas", {"relationship": "<0"}, {"relationship": ">=0"}),
        ("deltas", {"relationship": ">=-0.1"}, {"relationship": ">-0.1"}),
        ("feels", {"trust": ">=0.1"}, {"trust": "<0.1"}),
        ("feels", {"relationship": 0}, {"relationship": 0.1}),
        ("mentions", {"en": ["CRACKED", "weeks"]}, {"en": ["cracked", "months"]}),
        ("mentions", {"en": ["/wee(k|s)s? ago/"]}, {"en": ["/weeks? later/"]}),
        ("mentions", ["Tide Bell"], ["Tide bells"]),
        ("mentions_any", {"en": ["months", "weeks"]}, {"en": ["months", "years"]}),
        ("never_mentions", {"en": ["iron"]}, {"en": ["iron", "tide bell"]}),
        ("sources", ["lore-bell-crack-shape"], ["isaura-lamp"]),
        ("sources", ["lore-bell-crack-shape"], []),
        ("sources_any", ["isaura-lamp", "lore-bell-crack-shape"], ["isaura-lamp"]),
        ("never_sources", ["isaura-lamp"], ["lore-bell-crack-shape"]),
        ("emotion", "neutral", "anger"),
        ("deflected", "none", "exploit"),
    ],
)
def test_an_expectation_holds_and_fails(ebbhold, name, holds, fails) -> None:
    assert failures(ebbhold, {name: holds}) == []
    (failure,) = failures(ebbhold, {name: fails})
    assert failure.expectation.partition(".")[0] == name
    assert failure.expected
    assert failure.got


def test_what_is_not_expected_is_not_looked_at(ebbhold) -> None:
    assert failures(ebbhold, {}) == []
    assert failures(ebbhold, {"mentions": {"ko": ["금"]}}) == []


def test_an_empty_list_of_sources_says_that_there_are_none(ebbhold) -> None:
    (failure,) = failures(ebbhold, {"sources": []})
    assert (failure.expected, failure.got) == ("none", "lore-bell-crack-shape")


def test_a_deflection_is_told_by_its_kind(ebbhold) -> None:
    assert failures(ebbhold, {"deflected": "exploit"}, deflected="exploit") == []
    (failure,) = failures(ebbhold, {"deflected": "none"}, deflected="exploit")
    assert (failure.expected, failure.got) == ("none", "exploit")


def test_a_reaction_is_known_by_its_line(ebbhold) -> None:
    line = next(t for t in ebbhold.npc("isaura").forbidden_triggers if t.id == "too-old")
    expected = {"reacts_to": "too-old"}
    assert failures(ebbhold, expected, reply=line.reaction.line.en) == []
    (failure,) = failures(ebbhold, expected)
    assert failure.got == REPLY


def test_a_reply_out_of_character_fails_only_where_it_is_asked(ebbhold) -> None:
    assert failures(ebbhold, {"in_character": True}) == []
    assert failures(ebbhold, {}, fault="meta talk") == []
    (failure,) = failures(ebbhold, {"in_character": True}, fault="meta talk: 'chatbot'")
    assert failure.got == "meta talk: 'chatbot'"


@pytest.mark.parametrize("deflected", ["model_failed", "out_of_time"])
def test_a_fallback_does_not_pass_for_the_model(ebbhold, deflected) -> None:
    (failure,) = failures(ebbhold, {"raises": ["cracked_bell.rumour"]}, deflected=deflected)
    assert failure.expectation == "the model answers"
    assert failures(ebbhold, {"deflected": deflected}, deflected=deflected) == []


def test_a_change_that_surprises_has_the_ledgers_reasons(ebbhold) -> None:
    (failure,) = failures(ebbhold, {"raises": []})
    assert failure.why == (
        "ledger: flag cracked_bell.rumour +1 by trigger:ask-crack: it waits, on “bell”",
        "ledger: refused crown by model: the world has no such item",
    )
    (failure,) = failures(ebbhold, {"deltas": {"trust": 0}})
    assert any("trust trust +0.05 by trigger:ask-crack" in why for why in failure.why)


def test_a_change_that_is_missing_names_the_gates_that_the_words_came_near_to(ebbhold) -> None:
    near = [
        {"trigger": "ring-it", "performs": 0.4123, "otherwise": "later", "closed": False},
        {"trigger": "hang-it", "performs": 0.8, "otherwise": "other", "closed": True},
    ]
    (failure,) = failures(ebbhold, {"raises": ["cracked_bell.rehung"]}, near=near)
    assert failure.why[-2:] == (
        "gate ring-it: performed with p 0.41, taken for: later",
        "gate hang-it: performed with p 0.80, its conditions do not hold",
    )


def test_a_mention_that_is_missing_is_looked_for_behind_the_gates(ebbhold) -> None:
    (failure,) = failures(ebbhold, {"mentions": {"en": ["Lamp ho"]}})
    assert failure.why[0] == "sources of the reply: lore-bell-crack-shape"
    secret = next(why for why in failure.why if "isaura-secret-iron" in why)
    assert "told only after cracked_bell.clapper_found" in secret
    assert "told from trust 0.6 on, here it is 0.1" in secret
    (failure,) = failures(ebbhold, {"mentions": {"en": ["Lamp ho"]}}, npc="maren")
    assert any("maren does not know it (only npc:isaura)" in why for why in failure.why)
