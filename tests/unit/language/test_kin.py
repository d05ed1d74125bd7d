"""Whose something is: one name for whom players name in many ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_app.language import kin


@pytest.mark.parametrize(
    ("whose", "name"),
    [
        ("brother", "brother"),
        ("my little bro", "brother"),
        ("My Mum", "mother"),
        ("my mother's", "mother"),
        ("my sister's", "sister"),
        ("our old granny", "grandmother"),
        ("the neighbor", "neighbour"),
        ("my hound", "dog"),
        ("a kitten of mine", "cat"),
        ("my best friend Tam", "friend"),
        ("우리 엄마", "어머니"),
        ("아빠", "아버지"),
        ("내 강아지", "개"),
        ("제 여동생", "여동생"),
        ("울엄마", "어머니"),
        ("절친", "친구"),
        ("냥이", "고양이"),
    ],
)
def test_one_of_many_names_for_kin_and_pets_is_the_name(whose: str, name: str) -> None:
    assert kin.one_word(whose) == name


@pytest.mark.parametrize(
    ("whose", "name"),
    [("my brother's wife", "wife"), ("my sister's cat", "cat"), ("우리 형 친구", "친구")],
)
def test_of_two_the_last_is_meant(whose: str, name: str) -> None:
    assert kin.one_word(whose) == name


@pytest.mark.parametrize(
    ("whose", "name"), [("Tam", "tam"), ("Old Teck's", "old teck"), ("탐", "탐")]
)
def test_who_is_neither_kin_nor_pet_keeps_their_name(whose: str, name: str) -> None:
    assert kin.one_word(whose) == name


@pytest.mark.parametrize(
    ("subject", "slot"),
    [
        ("brother", "family"),
        ("friend", "family"),
        ("어머니", "family"),
        ("여동생", "family"),
        ("dog", "pet"),
        ("개", "pet"),
        ("나귀", "pet"),
        ("tam", None),
        ("boat", None),
        ("탐", None),
        ("", None),
    ],
)
def test_kin_and_pets_are_had_by_the_player_in_their_own_slots(subject: str, slot) -> None:
    assert kin.kind(subject) == slot


@given(st.text(max_size=40))
def test_a_name_is_its_own_name(whose: str) -> None:
    assert kin.one_word(kin.one_word(whose)) == kin.one_word(whose)


@given(st.sampled_from(sorted(kin._ALIKE)))
def test_every_other_word_leads_to_one_that_is_known(word: str) -> None:
    assert kin.kind(kin.one_word(word)) in ("family", "pet")
    assert kin.kind(word) is None
