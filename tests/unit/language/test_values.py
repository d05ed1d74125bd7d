"""The value of a fact, in the form in which it is told back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_app.domain.memory.facts import SLOTS
from langchain_app.language.values import as_value


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("edda", "name", "Edda"),
        ("edda of the hills", "name", "Edda of the Hills"),
        ("Edda McKay", "name", "Edda McKay"),
        ("mountains", "home", "in mountains"),
        ("the old mill", "home", "in the old mill"),
        ("by the mill", "home", "by the mill"),
        ("up in the mountains", "home", "up in the mountains"),
        ("to the harbour", "home", "in the harbour"),
        ("into the old mill", "home", "in the old mill"),
        ("At the harbour", "home", "At the harbour"),
        ("byroad", "home", "in byroad"),
        ("from Harrow", "origin", "Harrow"),
        ("in the mountains", "origin", "the mountains"),
        ("Fromberg", "origin", "Fromberg"),
        ("I'll bring you the ledger", "promise", "bring you the ledger"),
        ("to come back", "promise", "come back"),
        ("I'm going to help", "promise", "help"),
        ("a  boat\nof mine", "owns", "a boat of mine"),
        ("a baker", "job", "a baker"),
    ],
)
def test_english_values_fit_the_sentence_that_tells_them(text, slot, value) -> None:
    assert as_value(text, slot, "en") == value


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("하로게이트 출신", "origin", "하로게이트"),
        ("북해출신", "origin", "북해"),
        ("출신", "origin", "출신"),
        ("어부", "job", "어부"),
        ("꼭  돌아올게", "promise", "꼭 돌아올게"),
    ],
)
def test_korean_values_fit_the_sentence_that_tells_them(text, slot, value) -> None:
    assert as_value(text, slot, "ko") == value


@pytest.mark.parametrize(("text", "slot"), [("여에", "home"), ("를", "likes"), ("을", "owns")])
def test_a_word_that_only_looks_like_a_particle_stays(text, slot) -> None:
    assert as_value(text, slot, "ko") == text


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("slot", SLOTS)
def test_of_nothing_there_is_no_value(slot, language) -> None:
    assert as_value(" \n ", slot, language) == ""


@given(st.text(max_size=60), st.sampled_from(SLOTS), st.sampled_from(["en", "ko"]))
def test_a_value_has_no_room_around_it_and_one_space_within(text, slot, language) -> None:
    value = as_value(text, slot, language)
    assert value == " ".join(value.split())


@pytest.mark.parametrize("text", ["a", "the", "my", "This one"])
def test_words_that_say_nothing_are_no_value(text) -> None:
    assert as_value(text, "job", "en") == ""
