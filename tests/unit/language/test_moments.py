"""Which moment of the talks a question names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_app.language.moments import moment_asked


@pytest.mark.parametrize(
    ("language", "text", "when"),
    [
        ("en", "What did I tell you first?", "first"),
        ("en", "What was the last thing I told you?", "last"),
        ("en", "What did I tell you yesterday?", "yesterday"),
        ("en", "What did we talk about when we met?", "first"),
        ("en", "What did I say at the start?", "first"),
        ("en", "What were my first words to you?", "first"),
        ("en", "What did I mention a moment ago?", "last"),
        ("en", "what was it i just said earlier", "last"),
        ("en", "What did you hear from me most recently?", "last"),
        ("en", "WHAT DID WE DISCUSS YESTERDAY", "yesterday"),
        ("ko", "내가 처음에 뭐라고 했어?", "first"),
        ("ko", "지난번에 내가 뭐라고 했지?", "last"),
        ("ko", "어제 내가 무슨 말 했는지 기억해요?", "yesterday"),
        ("ko", "제가 맨 먼저 한 얘기가 뭐였죠?", "first"),
        ("ko", "방금 내가 뭐랬어?", "last"),
        ("ko", "아까 해준 이야기 기억나?", "last"),
        ("ko", "마지막으로 들려준 게 뭐지?", "last"),
        ("ko", "어저께 뭘 말했더라", "yesterday"),
    ],
)
def test_a_question_for_what_was_said_names_its_moment(language, text, when) -> None:
    assert moment_asked(text, language) == when


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "What did I tell you?"),
        ("en", "What did I tell you about my brother?"),
        ("en", "What happened yesterday?"),
        ("en", "Who came first?"),
        ("en", "Where did I live before?"),
        ("en", "Is this the latest news?"),
        ("en", "When did the fleet last sail?"),
        ("ko", "내가 뭐라고 했지?"),
        ("ko", "어제 무슨 일 있었어요?"),
        ("ko", "처음 온 사람이 누구야?"),
        ("ko", "최근 소식 있어요?"),
    ],
)
def test_who_asks_for_no_moment_or_for_nothing_that_was_said_names_none(language, text) -> None:
    assert moment_asked(text, language) is None


def test_yesterdays_first_words_are_of_yesterday() -> None:
    assert moment_asked("What did I tell you first yesterday?", "en") == "yesterday"
    assert moment_asked("어제 처음에 내가 뭐라고 했어?", "ko") == "yesterday"


@given(st.text(max_size=200), st.sampled_from(["en", "ko"]))
def test_whatever_is_asked_there_is_an_answer(text, language) -> None:
    assert moment_asked(text, language) in (None, "first", "last", "yesterday")
