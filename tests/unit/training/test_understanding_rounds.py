"""What one round of training learns from: the hardest lines first, and nothing twice."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from training.understanding.examples import Act, Line, Recall, Told
from training.understanding.rounds import (
    DOUBTFUL,
    HARD,
    OTHERS,
    OWN,
    ActRound,
    Talk,
    hardest,
    recall_rounds,
)

chance = st.floats(0, 1)


def round_of(own: list[bool], others: int) -> ActRound:
    lines = [Line("en", f"line {n}", "plain" if yes else "topic") for n, yes in enumerate(own)]
    lines += [Line("en", f"other {n}", "topic") for n in range(others)]
    return ActRound([], lines, [line.outcome for line in lines], len(own))


def quiet() -> Talk:
    """Talk that puts nothing before a line: its dice never fall so low."""
    dice = random.Random(1)
    dice.random = lambda: 1.0  # type: ignore[method-assign]
    return Talk([], [], dice)


@given(
    st.lists(st.tuples(st.booleans(), chance), max_size=60),
    st.lists(chance, max_size=40),
    st.data(),
)
def test_a_round_keeps_its_measure_and_the_hardest_that_are_not_doubted(own, others, data) -> None:
    found = round_of([yes for yes, _ in own], len(others))
    performs = [p for _, p in own] + others
    kept = hardest(found, performs, quiet(), random.Random(data.draw(st.integers(0, 9))))
    assert kept.own == min(len(own), OWN)
    believed = [p for p in others if 1 - p > DOUBTFUL[False]]
    assert len(kept.lines) - kept.own == min(len(believed), OTHERS)
    texts = [line.text for line in kept.lines]
    assert len(texts) == len(set(texts))
    assert kept.outcomes == [line.outcome for line in kept.lines]
    ranked = sorted((1 - p, f"other {n}") for n, p in enumerate(others) if 1 - p > DOUBTFUL[False])
    bar = [right for right, _ in ranked][: int(HARD * OTHERS)]
    taken = [right for right, text in ranked if text in texts]
    assert taken[: len(bar)] == bar


def test_of_few_memories_each_is_held_against_those_that_there_are() -> None:
    few = [
        Recall("01", "en", "I fish.", ("What do I do?",), ("Where do I live?",)),
        Recall("01", "ko", "낚시해요.", ("제가 뭐 한다고 했죠?",), ("저 어디 살아요?",)),
        Recall("01", "ko", "산에 살아요.", ("저 어디 산댔죠?",), ("제 이름이 뭐죠?",)),
    ]
    rounds = list(recall_rounds(few, random.Random(1)))
    assert len(rounds) == 3
    for found in rounds:
        assert found.outcomes.count("performs") == 1
        assert len(found.lines) == len(found.outcomes)


def test_other_talk_is_of_the_acts_language_and_said_to_perform_nothing() -> None:
    told = [Told("01", "en", "Nice hat.", "praises"), Told("01", "ko", "안녕", "greets")]
    talk = Talk([Act("01/a", "01")], told, random.Random(1))
    assert [(line.text, line.performs) for line in talk.chatter("ko", 8)] == [("안녕", False)]
