"""Words that mean the same in a world are one token, in what is told and in what is asked."""

from __future__ import annotations

import pytest

from langchain_app.language.tokens import Tokeniser

SYNONYMS = {"en": (("inn", "tavern", "pub"),), "ko": (("여관", "주막"), ("아프다", "앓다"))}


@pytest.fixture(scope="module")
def worldly() -> Tokeniser:
    return Tokeniser((), SYNONYMS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "who runs the taverns?", "who runs the inn?"),
        ("ko", "주막은 어디 있어요?", "여관은 어디 있어요?"),
        ("ko", "며칠 앓았어요", "며칠 아팠어요"),
    ],
)
def test_synonyms_are_one_token(worldly: Tokeniser, language, one: str, other: str) -> None:
    assert worldly.content(one, language) == worldly.content(other, language)
    assert worldly.as_meant(one, language) == worldly.as_meant(other, language)


def test_a_world_without_synonyms_keeps_its_words(tokeniser) -> None:
    plain = Tokeniser()
    assert plain.content("the tavern", "en") != plain.content("the inn", "en")
