# ruff: noqa: E501  Korean letters count double; a table reads best in rows
"""How players type, put right before it is read."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_app.language.typed import tidied


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dont worry", "don't worry"),
        ("Dont worry", "Don't worry"),
        ("i didnt, it wasnt me", "i didn't, it wasn't me"),
        ("im from harrow and ive seen it", "I'm from harrow and I've seen it"),
        ("Im Edda", "I'm Edda"),
        ("youre late", "you're late"),
        ("cant wont shouldnt", "can't won't shouldn't"),
        ("thats it, lets go", "that's it, let's go"),
        ("I don’t, he isn‘t, it won`t, we can´t", "I don't, he isn't, it won't, we can't"),
        ("u wanna go?", "you want to go?"),
        ("gimme teh ring pls", "give me the ring please"),
        ("thx, idk wut u mean", "thanks, I don't know what you mean"),
        ("gonna, gotta, dunno", "going to, got to, don't know"),
        ("Ty! Ty, Teck. Thx", "Thank you! Thank you, Teck. Thanks"),
        ("WHERE R U", "WHERE Are You"),
        ("ok Im coming, Dont go", "ok I'm coming, Don't go"),
    ],
)
def test_apostrophes_are_put_back_and_the_short_ways_of_typing_written_out(typed, meant) -> None:
    assert tidied(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "I am not well, she is ill.",
        "We were there, its roof is gone.",
        "Show me your id.",
        "The shed was hell.",
        "An impish imp improved it.",
        "the user, the rat, the bat and the key",
        "urn, purr, tyre, yak",
        "don't, I'm, you're",
        "rock'n'roll o'clock ma'am",
        "항구에서 왔어요",
        "My name is Ty, and this is Cos.",
        "Call me Ur Shanabi",
    ],
)
def test_words_that_are_other_words_are_left_alone(text: str) -> None:
    assert tidied(text) == text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("nooooooo", "noo"),
        ("heeeeelp meeee", "heelp mee"),
        ("good book, all well", "good book, all well"),
        ("what???!!!", "what??!!"),
        ("well......", "well.."),
        ("ㅋㅋㅋㅋ", "ㅋㅋ"),
        ("ㅋㅋ", "ㅋㅋ"),
        ("ㅠㅠㅠㅠ 못 찾았어요", "ㅠㅠ 못 찾았어요"),
        ("아아아아아 진짜", "아 진짜"),
        ("네네", "네네"),
        ("제에에에발요", "제에발요"),
        ("1000000 coins", "1000000 coins"),
    ],
)
def test_stretched_letters_and_laughter_are_shortened_and_numbers_are_not(typed, meant) -> None:
    assert tidied(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("  hello \n\t there ", "hello there"),
        ("", ""),
        (" \n ", ""),
        ("\u3000네\u00a0네 ", "네 네"),
    ],
)
def test_one_space_stands_between_words_and_none_around(typed, meant) -> None:
    assert tidied(typed) == meant


@given(st.text(max_size=200))
def test_what_is_tidy_stays_as_it_is(text: str) -> None:
    assert tidied(tidied(text)) == tidied(text)


@given(st.text(st.sampled_from("dontuim'’ aA가ㅋ!."), max_size=60))
def test_what_players_type_is_tidied_once_and_for_all(text: str) -> None:
    assert tidied(tidied(text)) == tidied(text)


@given(st.text("가나다라마바사 ", max_size=60))
def test_no_korean_word_becomes_another(text: str) -> None:
    kept = iter(text)
    assert all(letter in kept for letter in tidied(text))


@pytest.mark.parametrize(
    "piece",
    ["a", "'", "a'", "ab", "dont ", "u ", "!", "?!", " ", "ㅋ", "가", "가나", "A", "’", "a1", "aㄱ", "im가"],
)  # fmt: skip
def test_a_hundred_thousand_letters_take_time_in_line_with_their_number(piece: str) -> None:
    def spent(letters: int) -> float:
        text = (piece * letters)[:letters]
        best = float("inf")
        for _ in range(3):
            began = time.thread_time()
            tidied(text)
            best = min(best, time.thread_time() - began)
        return best

    assert spent(100_000) < 0.5
    assert spent(100_000) < 30 * spent(10_000) + 0.01
