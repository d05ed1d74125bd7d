"""Which questions ask what happened, and what is left of them to search by."""

from __future__ import annotations

import pytest

from langchain_app.language.event_talk import asks_what_happened, topic


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "What happened at the market?"),
        ("en", "What's going on here?"),
        ("en", "Any news?"),
        ("en", "Did anything strange happen last night?"),
        ("en", "What did you see?"),
        ("en", "Heard any gossip?"),
        ("en", "What became of the lantern?"),
        ("ko", "시장에서 무슨 일 있었어요?"),
        ("ko", "은등은 어떻게 됐어요?"),
        ("ko", "무슨 일이 있었나?"),
        ("ko", "별일 없었어?"),
        ("ko", "무슨 소식 없어요?"),
        ("ko", "요즘 떠도는 소문 있소?"),
        ("ko", "어젯밤에 뭐 봤어?"),
    ],
)
def test_a_question_for_news_is_one(language, text) -> None:
    assert asks_what_happened(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "What do you do here?"),
        ("en", "How is the news paid for?"),
        ("en", "Did you see my sister?"),
        ("en", "Is the market open today?"),
        ("ko", "여기서 무슨 일을 하세요?"),
        ("ko", "무슨 일로 왔어요?"),
        ("ko", "무슨 일 하는 사람이야?"),
        ("ko", "최근에 갈매기 봤어요?"),
        ("ko", "오늘 시장 열어요?"),
    ],
)
def test_another_question_is_none(language, text) -> None:
    assert not asks_what_happened(text, language)


@pytest.mark.parametrize(
    ("language", "text", "left"),
    [
        ("en", "What happened to the lantern?", ("lantern",)),
        ("en", "Any news?", ()),
        ("ko", "시장에서 무슨 일이 있었어요?", ("시장",)),
        ("ko", "별일 없었어요?", ()),
        ("ko", "무슨 소식 있어요?", ()),
    ],
)
def test_asking_what_happened_says_nothing_of_which_event(tokeniser, language, text, left) -> None:
    assert topic(tokeniser.content(text, language), language) == left
