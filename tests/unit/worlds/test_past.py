"""The world's past: by its time, behind its gate, in both languages."""

from __future__ import annotations

import pytest

from langchain_app.domain.lore.lore import Knower
from langchain_app.domain.memory.chronicle import StoryEvent, TimeWindow
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.text import LANGUAGES, detect_language
from langchain_app.language.listener import LocalListener
from langchain_app.worlds.past import WorldPast

EVER = TimeWindow(float("-inf"), 0.0)


@pytest.fixture
def past(ebbhold, tokeniser) -> WorldPast:
    return WorldPast(ebbhold, LocalListener(tokeniser, (), {}))


def knower(ebbhold, npc: str, trust: float = 0.0, *flags: str) -> Knower:
    return Knower(ebbhold.npc(npc).audiences, StoryState(flags=frozenset(flags)), trust)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_past_event_is_told_by_those_whom_its_gate_lets_know(ebbhold, past, language) -> None:
    vote = ebbhold.past["thwarts-voted"].text[language]
    for npc, trust, flags, told in (
        ("bruna", 0.2, ("cracked_bell.rumour",), True),
        ("bruna", 0.1, ("cracked_bell.rumour",), False),
        ("bruna", 0.9, (), False),
        ("orsine", 0.9, ("cracked_bell.rumour",), False),
    ):
        found = past.within(EVER, knower(ebbhold, npc, trust, *flags), language)
        assert (vote in [event.text for event in found]) is told


def test_only_the_window_is_told(ebbhold, past) -> None:
    week = past.within(TimeWindow(-168, 0), knower(ebbhold, "maren"), "en")
    assert sorted(event.game_time for event in week) == [-144, -14, -3]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_past_event_is_written_in_its_own_language_and_korean_can_be_conjugated(
    ebbhold, language
) -> None:
    for event in ebbhold.past.values():
        assert detect_language(event.text[language]) == language
        assert language == "en" or event.text.ko.endswith("다.")


def test_an_event_is_found_by_its_words_its_place_and_its_people_in_both_languages(past) -> None:
    event = StoryEvent(
        "e", "theft", {"en": "A lantern was stolen.", "ko": "등을 훔쳐 갔다."}, 0.0,
        place="keel_market", participants=("maren", "player", "pell"),
    )  # fmt: skip
    tokens = set(past.tokens(event))
    assert {"theft", "lantern", "keel", "market", "maren", "훔치", "시장", "마렌"} <= tokens


def test_people_are_called_by_their_short_names(past) -> None:
    assert past.called(("maren", "gone"), "en") == ("Maren", "gone")
    assert past.called(("teck",), "ko") == ("테크",)
