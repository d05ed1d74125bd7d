"""Misspelt words are put right against the words that a world knows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_app.language.spelling import Spelling

KOREAN = ("장부", "달쑥", "밧줄", "종탑", "도둑", "안개", "펠")
ENGLISH = ("clos", "bell", "lantern", "lighthous", "harbour")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("장브", "장부"), ("달숙", "달쑥"), ("밧쥴", "밧줄"), ("종탚", "종탑"), ("도독", "도둑")],
)
def test_one_slip_of_a_jamo_is_put_right(typed: str, meant: str) -> None:
    assert Spelling(KOREAN, "ko").correction(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("clso", "clos"), ("lanturn", "lantern"), ("lightouse", "lighthous"), ("habour", "harbour")],
)
def test_letters_left_out_changed_or_swapped_are_put_right(typed: str, meant: str) -> None:
    assert Spelling(ENGLISH, "en").correction(typed) == meant


@pytest.mark.parametrize("word", ["paris", "cat", "b", "", "1234", "quantum", "ball" * 40])
def test_what_resembles_nothing_stays(word: str) -> None:
    assert Spelling(ENGLISH, "en").correction(word) is None


def test_the_first_letter_is_never_mistyped() -> None:
    assert Spelling(("bell",), "en").correction("tell") is None
    assert Spelling(("장부",), "ko").correction("당부") is None


def test_a_syllable_of_three_jamo_is_too_short_to_be_a_slip() -> None:
    assert Spelling(("펠",), "ko").correction("팰") is None


@given(st.lists(st.text("abcdefg", min_size=1, max_size=10), max_size=20), st.text(max_size=12))
def test_a_correction_is_always_a_known_word_and_a_known_word_has_none(known, word) -> None:
    spelling = Spelling(known, "en")
    correction = spelling.correction(word)
    assert correction is None or correction in known
    assert all(spelling.correction(right) is None for right in known)
