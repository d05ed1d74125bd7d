"""The embedded speaker shows how it was spoken to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from langchain_app.domain.lore import Chunk, Findings, Gate, ScoredChunk
from langchain_app.domain.relationship import Relationship
from langchain_app.domain.story import StoryState
from langchain_app.domain.tone import Sentiment, choose_tone
from langchain_app.domain.turn import Brief, Scene, TriggerCheck, Utterance
from langchain_app.llm.composing import Composer

FACT = {"en": "The bell cracked at dawn.", "ko": "종은 새벽에 금이 갔다."}
ASKED = {"en": "When did the bell crack?", "ko": "종에 언제 금이 갔어요?"}


@pytest.fixture
def composer(tokeniser) -> Composer:
    return Composer(tokeniser.korean)


def brief(ebbhold, language, compound, *, mood="neutral", seq=0) -> Brief:
    chunk = Chunk("c", language, "lore", "t", FACT[language], Gate(audience=("public",)))
    return Brief(
        Scene(ebbhold.npc("maren"), "p", "s", "t", seq, StoryState(), Relationship()),
        Utterance(ASKED[language], language),
        choose_tone(Sentiment(compound=compound), "question", mood),
        Findings((ScoredChunk(chunk, 1.0, 1.0, "", ""),)),
        (),
        TriggerCheck(),
    )


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    ("compound", "closed"),
    [(0.6, [True] * 6), (0.0, [False, True, False] * 2), (-0.6, [False] * 6)],
)
def test_warm_words_get_a_closing_word_and_harsh_ones_none(
    ebbhold, composer, language, compound, closed
) -> None:
    closers = ebbhold.npc("maren").lines[language].closers["neutral"]
    replies = [composer.compose(brief(ebbhold, language, compound, seq=seq)) for seq in range(6)]
    assert [reply.endswith(closers) for reply in replies] == closed


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_friend_who_is_harsh_is_answered_without_endearments(ebbhold, composer, language) -> None:
    openers = ebbhold.npc("maren").lines[language].openers
    harsh = composer.compose(brief(ebbhold, language, -0.6, mood="warm"))
    kind = composer.compose(brief(ebbhold, language, 0.6, mood="warm"))
    assert harsh.startswith(openers["neutral"])
    assert kind.startswith(openers["warm"])


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_tone_changes_no_fact(ebbhold, composer, language) -> None:
    told = {"en": "The bell cracked at dawn.", "ko": "새벽에 금이 갔"}[language]
    for compound in (0.6, 0.0, -0.6):
        assert told in composer.compose(brief(ebbhold, language, compound))


@pytest.mark.parametrize("language", ["en", "ko"])
def test_warm_words_do_not_make_a_stranger_a_friend(ebbhold, composer, language) -> None:
    stranger = brief(ebbhold, language, 0.6)
    friend = replace(stranger, tone=choose_tone(Sentiment(compound=0.6), "question", "warm"))
    openers = ebbhold.npc("maren").lines[language].openers
    assert composer.compose(stranger).startswith(openers["neutral"])
    assert composer.compose(friend).startswith(openers["warm"])
