"""What comes to mind, and what does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_app.domain.memory.facts import PLAYER, Asked, Fact, Told
from langchain_app.domain.memory.memory import (
    FLOOR,
    MATTERS,
    Cue,
    Memory,
    Recollection,
    coverage,
    importance,
    recall,
    recall_moment,
    recency,
    told_once,
)

unit = st.floats(0, 1)
WORDS = ("bell", "sister", "harbour")


def cue(weight: float = 0.0, now: float = 0.0, asked: Asked | None = None) -> Cue:
    return Cue(WORDS, dict.fromkeys(WORDS, 1), asked or Asked(), now, weight)


def memory(name: str = "m", **values) -> Memory:
    given_values = {
        "text": "",
        "kind": "said",
        "matched": frozenset(WORDS[:2]),
        "similarity": 0.0,
        "recalled_at": 0.0,
        "importance": 0.5,
    } | values
    return Memory(name, "t", "s", "hello", "hm", **given_values)


memories = st.lists(
    st.builds(
        memory,
        st.text("abc", min_size=1, max_size=4),
        similarity=st.floats(-1, 1),
        recalled_at=st.floats(0, 500),
        importance=unit,
        matched=st.frozensets(st.sampled_from(WORDS)),
    ),
    max_size=12,
)


@given(memories, unit, st.integers(0, 6))
def test_at_most_so_many_come_to_mind_and_the_best_first(found, weight, limit) -> None:
    recalled = recall(cue(weight, 500), found, limit=limit)
    assert len(recalled) <= limit
    scores = [r.score for r in recalled]
    assert scores == sorted(scores, reverse=True)
    assert all(r.relevance >= FLOOR for r in recalled)


@given(memories, unit)
def test_what_has_nothing_to_do_with_it_never_comes_to_mind(found, weight) -> None:
    stranger = memory("x", similarity=-0.5, matched=frozenset(), importance=1.0)
    recalled = recall(cue(weight), [stranger, *found], limit=99)
    assert "x" not in [r.memory_id for r in recalled]


@given(unit, st.floats(0, 400), st.floats(1, 400))
def test_of_two_equal_memories_the_newer_comes_first(matters, then, later) -> None:
    old = memory("old", recalled_at=then, importance=matters)
    new = memory("new", recalled_at=then + later, importance=matters)
    recalled = recall(cue(now=then + later), [old, new], limit=2)
    assert [r.memory_id for r in recalled] == ["new", "old"]


def test_who_says_much_tells_something_and_who_says_little_chats() -> None:
    rated = {"moved": False, "facts": 0, "act": "small_talk", "feeling": 0.0}
    assert importance(**rated, words=8) >= MATTERS > importance(**rated, words=2)


def test_relevance_outweighs_being_new() -> None:
    told_long_ago = memory("relevant", matched=frozenset(WORDS))
    chatter = memory("new", matched=frozenset(WORDS[:1]), recalled_at=400.0, importance=0.9)
    first, _ = recall(cue(now=400.0), [chatter, told_long_ago], limit=2)
    assert first.memory_id == "relevant"


def test_a_question_for_what_was_never_told_is_not_answered_by_likeness() -> None:
    alike = memory(matched=frozenset(WORDS[:1]))
    assert recall(cue(), [alike], limit=1)
    assert not recall(cue(asked=Asked(("name",), ("dog",))), [alike], limit=1)


@pytest.mark.parametrize(("sure", "similarity", "comes"), [(False, 0.3, False), (True, 0.3, True)])
def test_what_can_only_be_about_the_player_brings_to_mind_what_is_less_alike(
    sure, similarity, comes
) -> None:
    told = memory(matched=frozenset(), similarity=similarity)
    asked = Asked(subjects=("player",), words=True, sure=sure)
    assert bool(recall(cue(0.5, asked=asked), [told], limit=1)) is comes


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_recency_fades_by_the_games_hours_and_never_leaves_its_range(then, now) -> None:
    assert 0 <= recency(then, now) <= 1
    assert recency(then, then) == 1
    assert recency(0, 100) == pytest.approx(0.995**100)


def test_of_a_moment_what_mattered_is_recalled_before_chatter() -> None:
    moments = [memory("hello", importance=0.1), memory("sister", importance=0.7), memory("bees")]
    first = recall_moment(moments, 1.0, latest=False, limit=2)
    last = recall_moment(moments, 1.0, latest=True, limit=2)
    assert [r.memory_id for r in first] == ["sister", "bees"]
    assert [r.memory_id for r in last] == ["bees", "sister"]


@given(st.integers(0, 500), st.integers(1, 6))
def test_deeds_matter_most_then_what_is_told_then_questions_then_chatter(words, facts) -> None:
    def rated(**values) -> float:
        calm = {"moved": False, "facts": 0, "act": "greeting", "feeling": 0.0, "words": words}
        return importance(**calm | values)

    deed, told = rated(moved=True), rated(facts=facts)
    moving = rated(act="small_talk", feeling=-0.8)
    question, chatter = rated(act="question"), rated()
    assert 1 >= deed > told > moving > question > chatter >= 0
    assert moving >= MATTERS > question


@given(
    st.lists(st.sampled_from("abcd"), unique=True),
    st.frozensets(st.sampled_from("abcd")),
    st.dictionaries(st.sampled_from("abcd"), st.integers(0, 99)),
)
def test_coverage_is_a_share(query, known, spread) -> None:
    share = coverage(query, known, spread)
    assert 0 <= share <= 1 + 1e-9
    if query and set(query) <= known:
        assert share == pytest.approx(1)
    if not set(query) & known:
        assert share == 0


def test_a_rare_word_covers_more_than_a_common_one() -> None:
    spread = {"bell": 1, "sea": 30}
    query = ["bell", "sea"]
    assert coverage(query, frozenset({"bell"}), spread) > coverage(
        query, frozenset({"sea"}), spread
    )


def test_an_exchange_that_a_fact_came_out_of_says_nothing_new() -> None:
    told = Fact(1, Told(PLAYER, "home", "by the mill"), "t1", "s", 1, 0.0, "en")
    fact = Recollection("t1", "s", "", "", 1.0, 1.0, kind="fact", facts=(told,))
    same = Recollection("t1", "s", "I live by the mill.", "Aye.", 0.9, 0.9)
    other = Recollection("t2", "s", "The mill is loud.", "Aye.", 0.8, 0.8)
    assert told_once([fact], [same, other]) == [fact, other]
    assert told_once([], [same, other]) == [same, other]
    assert told_once([fact], []) == [fact]


def test_a_question_that_told_nothing_answers_no_question() -> None:
    asked = memory(matched=frozenset(WORDS), tells_nothing=True)
    told = memory("told", matched=frozenset(WORDS), tells_nothing=False)
    wanted = Asked(("name",), ("dog",))
    assert [r.memory_id for r in recall(cue(asked=wanted), [asked, told], limit=2)] == ["told"]
    assert len(recall(cue(), [asked, told], limit=2)) == 2
