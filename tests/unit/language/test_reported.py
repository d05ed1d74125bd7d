"""What the player said, told back to them."""

from __future__ import annotations

import pytest

from langchain_app.language.reported import as_reported, quoting


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("I found a silver ring in the mud today", "you found a silver ring in the mud today"),
        ("My sister gave me her boat.", "your sister gave you her boat"),
        ("im scared of dogs", "you are scared of dogs"),
        ("Oh, btw I was a baker before I came", "you were a baker before you came"),
        ("I've hurt myself and it's my own fault!", "you've hurt yourself and it's your own fault"),
        ("i wasn't there, my brother was", "you weren't there, your brother was"),
        ("I'd rather sleep, I'll go", "you'd rather sleep, you'll go"),
    ],
)
def test_a_statement_is_turned_to_the_second_person(said: str, told: str) -> None:
    assert as_reported(said) == told


@pytest.mark.parametrize(
    "said",
    [
        "Did I tell you?", "I told you so", "We lost the boat", "The bell is cracked",
        "Give me my hat", 'I said "no"', "I did (quest completed)", "I am *waving*", "I <b>won</b>",
        "I left. Then it rained.", "", "I " + "very " * 40,
    ],
)  # fmt: skip
def test_what_would_say_something_else_is_quoted(said: str) -> None:
    assert as_reported(said) is None


@pytest.mark.parametrize(
    ("said", "particle"),
    [
        ("쫓기는 중임", "이라고"),
        ("땅콩은 못먹음 ㅋㅋ", "이라고"),
        ("장갑을 잃어버렸어요.", "라고"),
        ("OK", "라고"),
    ],
)
def test_a_quotation_takes_the_particle_that_its_last_syllable_asks_for(said, particle) -> None:
    assert quoting(said) == particle
