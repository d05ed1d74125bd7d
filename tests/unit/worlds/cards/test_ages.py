"""How old a card says that somebody is."""

from __future__ import annotations

import pytest

from langchain_app.worlds.cards.ages import age_in


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("Age: 34. A pilot.", 34),
        ("a 29-year-old courier", 29),
        ("She is twenty-nine years old.", 29),
        ("a nineteen-year-old thief", 19),
        ("He is sixty years old", 60),
        ("나이: 41", 41),
        ("서른네 살의 대장장이", 34),
        ("류나는 스물아홉 살의 우편 조종사다.", 29),
        ("스무 살 청년", 20),
        ("올해 마흔 살", 40),
        ("17세 소녀", 17),
        ("99999 years old, or rather nine hundred", None),
        ("the twenty-one gates", None),
        ("사람을 스물 살려 냈다", None),
        ("21세기 서울", None),
        ("", None),
    ],
)
def test_an_age_is_read_in_figures_and_in_words(text: str, age: int | None) -> None:
    assert age_in(text) == age
