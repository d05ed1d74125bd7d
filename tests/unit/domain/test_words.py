"""Whole words: Korean with its particles, English with its endings."""

from __future__ import annotations

import pytest

from langchain_app.domain.words import agreeing, word_pattern


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("종탑", "종탑이 무너졌어"),
        ("종탑", "종탑에서는 뭐가 보여?"),
        ("종탑", "저 종탑까지만 가자"),
        ("종탑", "종탑들이 많네"),
        ("종탑", "종탑이에요?"),
        ("베르타", "베르타가 그랬어"),
        ("베르타", "베르타는요?"),
        ("베르타", "베르타님은 어디 계세요"),
        ("마을", "마을로 가자"),
        ("종", "종은 왜 깨졌어"),
        ("종", "종을 쳤어"),
        ("종", "저건 종."),
        ("물때 종", "물때종이 뭐야"),
        ("dragon", "two dragons"),
        ("dragon", "the Dragon's lair"),
        ("dragon", "dragon에게 물어봐"),
        ("tide bell", "the tide  bell"),
        ("竜", "あの竜だ"),
    ],
)
def test_a_word_is_found_with_its_endings(word: str, text: str) -> None:
    assert word_pattern(word).search(text)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("종탑", "종탑지기를 만났어"),
        ("종탑", "큰종탑을 봐"),
        ("종", "종이 한 장만 줘"),
        ("종", "여러 종류가 있어"),
        ("종", "종일 걸었어"),
        ("강", "강의가 길었어"),
        ("성", "성과가 있었어"),
        ("베르타", "베르타이 뭐야"),
        ("dragon", "a dragonfly"),
        ("art", "the party"),
        ("tide bell", "tidebell"),
    ],
)
def test_a_word_is_not_found_inside_of_another(word: str, text: str) -> None:
    assert not word_pattern(word).search(text)


def test_where_words_need_not_be_whole_a_part_is_enough() -> None:
    assert word_pattern("종", whole=False).search("종이")
    assert word_pattern("art", whole=False).search("party")


def test_case_matters_only_where_it_is_asked_for() -> None:
    assert word_pattern("Rose").search("a rose")
    assert not word_pattern("Rose", case_sensitive=True).search("a rose")


@pytest.mark.parametrize(
    ("word", "particle", "fitting"),
    [
        ("베르타", "은(는)", "는"),
        ("베르타", "이", "가"),
        ("손님", "를", "을"),
        ("서울", "으로", "로"),
        ("손님", "로", "으로"),
        ("Bob", "는", "는"),
        ("손님", "까지", "까지"),
    ],
)
def test_a_particle_takes_the_form_that_fits_the_word(word, particle, fitting) -> None:
    assert agreeing(word, particle) == fitting
