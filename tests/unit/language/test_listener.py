"""What is heard without understanding: feeling, words, and what an utterance is like."""

from __future__ import annotations

import numpy as np
import pytest

from langchain_app.domain.turn import Utterance
from langchain_app.language.listener import LocalListener

EXAMPLES = ("I found the bronze clapper in the forge", "청동 종추를 대장간에서 찾았어요")


@pytest.fixture(scope="module")
def listener(tokeniser) -> LocalListener:
    known = {EXAMPLES[0]: np.array([1.0, 0.0], dtype=np.float32)}
    return LocalListener(tokeniser, EXAMPLES, known)


def likeness(listener, text, language, vector=()) -> tuple[float, str]:
    return listener.likeness(Utterance(text, language), vector, EXAMPLES)


@pytest.mark.parametrize(("text", "language"), list(zip(EXAMPLES, ("en", "ko"), strict=True)))
def test_an_example_itself_means_the_same(listener, text, language) -> None:
    score, example = likeness(listener, text, language)
    assert (score, example) == (1.0, text)


def test_one_shared_word_says_nothing(listener) -> None:
    assert likeness(listener, "the clapper", "en")[0] == 0
    assert likeness(listener, "종추", "ko")[0] == 0


def test_a_trusted_embedding_hears_what_words_do_not(listener) -> None:
    score, example = likeness(listener, "that old tongue of metal turned up", "en", [0.9, 0.1])
    assert score == pytest.approx(0.9)
    assert example == EXAMPLES[0]


def test_an_embedding_is_not_asked_where_it_does_not_know_the_language(listener) -> None:
    assert listener.likeness(Utterance("쇳덩이가 나왔네", "ko"), [1.0, 0.0], EXAMPLES[1:])[0] == 0


def test_a_vector_of_another_model_is_not_compared(listener) -> None:
    assert likeness(listener, "turned up at last", "en", [1.0, 0.0, 0.0])[0] == 0


def test_the_listener_hears_sentiment_and_tokens(listener) -> None:
    heard = Utterance("정말 고마워요", "ko")
    assert listener.sentiment(heard).compound > 0.3
    assert listener.tokens("the bells", "en") == ("bell",)
