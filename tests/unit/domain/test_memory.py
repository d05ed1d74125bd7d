"""What comes to mind, and what does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_app.domain.memory import HALF_LIFE_TURNS, Memory, coverage, importance, recall

unit = st.floats(0, 1)


def memory(turn_id: str = "t", **values) -> Memory:
    given_values = {"similarity": 0.0, "age": 0, "importance": 0.5, "rarity": 0.5} | values
    return Memory(turn_id, "s", "hello", "hm", frozenset({"bell"}), **given_values)


memories = st.lists(
    st.builds(
        memory,
        st.text("abc", min_size=1, max_size=4),
        similarity=st.floats(-1, 1),
        age=st.integers(0, 500),
        importance=unit,
        rarity=unit,
    ),
    max_size=12,
)


@given(memories, unit, st.integers(0, 6), unit)
def test_at_most_so_many_come_to_mind_and_the_best_first(found, weight, limit, floor) -> None:
    recalled = recall(found, dense_weight=weight, limit=limit, floor=floor)
    assert len(recalled) <= limit
    scores = [r.score for r in recalled]
    assert scores == sorted(scores, reverse=True)
    assert all(r.relevance >= floor for r in recalled)


@given(memories, unit)
def test_what_has_nothing_to_do_with_it_never_comes_to_mind(found, weight) -> None:
    strangers = [memory("x", similarity=-0.5, rarity=0.0, importance=1.0), *found]
    assert "x" not in [r.turn_id for r in recall(strangers, dense_weight=weight, limit=99)]


@given(unit, st.integers(0, 400), st.integers(1, 400))
def test_of_two_equal_memories_the_newer_comes_first(importance_, age, older) -> None:
    new = memory("new", age=age, importance=importance_)
    old = memory("old", age=age + older, importance=importance_)
    assert [r.turn_id for r in recall([old, new], dense_weight=0, limit=2)] == ["new", "old"]


def test_relevance_outweighs_being_new() -> None:
    told_long_ago = memory("relevant", rarity=0.9, age=400)
    chatter = memory("new", rarity=0.35, age=0, importance=0.9)
    first, _ = recall([chatter, told_long_ago], dense_weight=0, limit=2)
    assert first.turn_id == "relevant"


def test_recency_has_halved_after_its_half_life() -> None:
    now, then = (
        recall([memory(age=age, importance=0.0)], dense_weight=0, limit=1)[0]
        for age in (0, int(HALF_LIFE_TURNS))
    )
    assert now.score - now.relevance == pytest.approx(2 * (then.score - then.relevance))


@given(st.integers(0, 5000))
def test_deeds_matter_more_than_questions_and_questions_more_than_chatter(length: int) -> None:
    deed = importance(settled=True, act="greeting", length=length)
    question = importance(settled=False, act="question", length=length)
    chatter = importance(settled=False, act="greeting", length=length)
    assert 1 >= deed > question > chatter >= 0


@given(
    st.lists(st.sampled_from("abcd")),
    st.frozensets(st.sampled_from("abcd")),
    st.dictionaries(st.sampled_from("abcd"), st.floats(0.1, 9)),
)
def test_coverage_is_a_share(query, known, weights) -> None:
    share = coverage(query, known, weights)
    assert 0 <= share <= 1 + 1e-9
    if query and set(query) <= known:
        assert share == pytest.approx(1)
    if not set(query) & known:
        assert share == 0


def test_a_rare_word_covers_more_than_a_common_one() -> None:
    weights = {"bell": 5.0, "sea": 1.0}
    query = ["bell", "sea"]
    assert coverage(query, frozenset({"bell"}), weights) > coverage(
        query, frozenset({"sea"}), weights
    )
