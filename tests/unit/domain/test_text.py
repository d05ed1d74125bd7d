"""Texts that exist in both languages, and telling the languages apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from langchain_app.domain.text import LocalText, LocalTexts, detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello there", "en"),
        ("안녕하세요", "ko"),
        ("ㅋㅋㅋ", "ko"),
        ("Maren 누나 안녕", "ko"),
        ("What does 물때종 mean in your tongue?", "en"),
        ("Saint Ulma호가 뭐야?", "ko"),
        ("Ulma호가 뭐야?", "ko"),
        ("ok ㅇㅋ", "ko"),
        ("\u1112\u1161\u11ab", "ko"),
    ],
)
def test_the_script_tells_the_language(text: str, language: str) -> None:
    assert detect_language(text) == language
    assert detect_language(text, "ko") == language


@given(st.text("0123456789 .!?😀-", max_size=20), st.sampled_from(["en", "ko"]))
def test_a_text_without_letters_has_the_default_language(text, default) -> None:
    assert detect_language(text, default) == default


@given(st.text("abc XYZ", max_size=20), st.text("가나힣ㅋ", min_size=1, max_size=20))
def test_enough_hangul_makes_any_text_korean(latin: str, hangul: str) -> None:
    assert detect_language(latin + hangul * 7) == "ko"


@pytest.mark.parametrize("texts", [{"en": "x"}, {"ko": "가"}, {"en": "x", "ko": "  "}, {}])
def test_a_text_without_one_of_the_languages_is_refused(texts) -> None:
    with pytest.raises(ValidationError):
        LocalText(**texts)


def test_a_text_in_a_language_nobody_speaks_is_refused() -> None:
    with pytest.raises(ValidationError, match="fr"):
        LocalText(en="x", ko="가", fr="y")
    with pytest.raises(ValidationError):
        LocalTexts(en=("x",), ko=())


def test_a_text_is_read_by_its_language_and_cannot_be_changed() -> None:
    text = LocalText(en=" bell ", ko="종")
    assert (text["en"], text["ko"]) == ("bell", "종")
    with pytest.raises(ValidationError):
        text.en = "gong"
