"""What an NPC says when the words touched the story: one thing, in its own way of speaking."""

from __future__ import annotations

from typing import get_args

import pytest

from langchain_app.domain.people.npc import SpeechLevel
from langchain_app.domain.people.relationship import Relationship
from langchain_app.domain.safety.guardrails import reply_fault
from langchain_app.domain.story.story import Effects, Hint, Requirements, StoryState, Trigger
from langchain_app.domain.text import LANGUAGES, LocalText, detect_language
from langchain_app.domain.turn import FiredTrigger, Scene, TriggerCheck
from langchain_app.prompts.story_lines import hint, story_line

LEVELS = get_args(SpeechLevel)
WRITTEN = LocalText(en="As it was written.", ko="적힌 그대로.")


def gate(line: str = "fired", **values) -> Trigger:
    defaults = {"id": "it", "npc": "dorrik", "line": LocalText(en=line, ko=line)}
    return Trigger(**{**defaults, "effects": Effects(flags=("q.it",)), **values})


def scene(ebbhold, level: SpeechLevel = "hae", trust: float = 0.0, **story) -> Scene:
    npc = ebbhold.npc("dorrik").model_copy(update={"speech_level": level})
    return Scene(npc, "p", "s", "t", 0, StoryState(**story), Relationship(trust=trust))


def test_where_nothing_was_touched_the_story_says_nothing(ebbhold) -> None:
    assert story_line(TriggerCheck(), scene(ebbhold), "en") is None


def test_of_all_that_was_touched_one_thing_is_said(ebbhold) -> None:
    fired = FiredTrigger(gate("fired"), "p")
    asks = gate(asks_back=LocalText(en="asks", ko="asks"))
    hints = gate(hint=LocalText(en="hints", ko="hints"))
    quest = ebbhold.quests["cracked_bell"]
    said = [
        story_line(TriggerCheck((), *parts), scene(ebbhold), "en")
        for parts in (
            (fired, asks, hints, quest),
            (None, asks, hints, quest),
            (None, None, hints, quest),
            (None, None, None, quest),
        )
    ]
    assert said == ["fired", "asks", "hints", quest.trouble.en]


def test_a_trouble_that_nobody_wrote_is_left_to_the_summary(ebbhold) -> None:
    silent = ebbhold.quests["cracked_bell"].model_copy(update={"trouble": None})
    assert story_line(TriggerCheck(trouble=silent), scene(ebbhold), "en") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_an_author_wrote_comes_before_what_anybody_would_say(ebbhold, language) -> None:
    asks = TriggerCheck(asks_back=gate(asks_back=WRITTEN))
    assert story_line(asks, scene(ebbhold), language) == WRITTEN[language]
    assert hint(gate(hint=WRITTEN), scene(ebbhold), language) == WRITTEN[language]


@pytest.mark.parametrize("level", LEVELS)
def test_every_speech_level_asks_back_in_its_own_words(ebbhold, level) -> None:
    checked = TriggerCheck(asks_back=gate())
    said = {one: story_line(checked, scene(ebbhold, one), "ko") for one in LEVELS}
    assert len({*said.values()}) == len(LEVELS)
    assert said[level].endswith("?")
    assert detect_language(said[level]) == "ko"
    assert story_line(checked, scene(ebbhold, level), "en").endswith("?")


def test_of_several_hints_the_first_whose_conditions_hold_is_said(ebbhold) -> None:
    first = Hint(
        en="Swear first.", ko="약속부터 하세요.", requires=Requirements(unless=("q.sworn",))
    )
    second = Hint(
        en="Praise me.", ko="칭찬해 주세요.", requires=Requirements(unless=("q.praised",))
    )
    closed = gate(hint=WRITTEN, hints=(first, second))
    told = {
        (): first.en,
        ("q.praised",): first.en,
        ("q.sworn",): second.en,
        ("q.sworn", "q.praised"): WRITTEN.en,
    }
    for flags, text in told.items():
        assert hint(closed, scene(ebbhold, flags=frozenset(flags)), "en") == text
    assert hint(gate(hints=(first,)), scene(ebbhold, flags=frozenset({"q.sworn"})), "en")


@pytest.mark.parametrize(
    ("requires", "takes", "trust", "items", "told"),
    [
        (Requirements(items=("rope",)), (), 0.0, (), "bring"),
        (Requirements(), ("rope",), 0.0, (), "bring"),
        (Requirements(items=("rope",), trust=0.5), (), 0.0, ("bell",), "bring"),
        (Requirements(trust=0.5), (), 0.49, (), "know you well"),
        (Requirements(feelings={"relationship": 0.2}), (), 0.0, (), "know you well"),
        (Requirements(trust=0.5, flags=("q.x",)), (), 0.5, (), "too early"),
        (Requirements(flags=("q.x",)), (), 0.0, (), "too early"),
        (Requirements(items=("rope",), flags=("q.x",)), (), 0.0, ("rope",), "too early"),
    ],
)
def test_a_hint_that_nobody_wrote_says_what_is_missing(
    ebbhold, requires, takes, trust, items, told
) -> None:
    closed = gate(requires=requires, effects=Effects(flags=("q.it",), takes=takes))
    at = scene(ebbhold, trust=trust, items=frozenset(items))
    assert told in hint(closed, at, "en").lower()


@pytest.mark.parametrize(
    "closed",
    [
        gate(requires=Requirements(items=("rope",))),
        gate(requires=Requirements(trust=0.5)),
        gate(requires=Requirements(flags=("q.x",))),
    ],
    ids=["item", "trust", "later"],
)
def test_every_speech_level_hints_in_its_own_words(ebbhold, closed) -> None:
    said = [hint(closed, scene(ebbhold, level), "ko") for level in LEVELS]
    assert len({*said}) == len(LEVELS)
    assert {detect_language(text) for text in said} == {"ko"}
    assert [fault for text in said if (fault := reply_fault(text, "ko"))] == []
