"""How long a fact holds."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from langchain_app.domain.memory.facts import (
    PLAYER,
    SINGLE,
    SLOTS,
    Asked,
    Fact,
    Told,
    with_validity,
)
from langchain_app.domain.memory.memory import recall_facts


def fact(at: int, value: str, slot="home", stance="holds", subject=PLAYER, seq=None) -> Fact:
    told = Told(subject, slot, value, stance)
    return Fact(at, told, f"t{at}", "s", seq or at, float(at), "en", said=value)


facts = st.lists(
    st.builds(
        lambda seq, value, slot, stance, subject: (seq, value, slot, stance, subject),
        st.integers(1, 30),
        st.sampled_from(["at the harbour", "in the mountains", "a boat", "eels", "Edda"]),
        st.sampled_from(SLOTS),
        st.sampled_from(["holds", "past", "ends"]),
        st.sampled_from([PLAYER, "brother"]),
    ),
    max_size=30,
).map(
    lambda rows: [
        fact(at, value, slot, stance, subject, seq)
        for at, (seq, value, slot, stance, subject) in enumerate(rows, 1)
    ]
)


@given(facts)
def test_the_validity_of_one_slots_facts_never_overlaps(told) -> None:
    groups: dict = {}
    for kept in with_validity(told):
        if kept.told.slot in SINGLE and kept.told.stance == "holds":
            groups.setdefault((kept.told.subject, kept.told.slot), []).append(kept)
    for group in groups.values():
        for earlier, later in pairwise(group):
            assert earlier.valid_to is not None
            assert earlier.seq <= earlier.valid_to <= later.seq


@given(facts)
def test_no_fact_is_erased_by_another_and_the_order_of_reading_changes_nothing(told) -> None:
    kept = with_validity(told)
    assert {f.id for f in kept} == {f.id for f in told if f.told.stance != "ends"}
    assert with_validity(reversed(told)) == kept


@given(facts, st.integers(0, 30))
def test_what_held_at_a_turn_does_not_depend_on_what_came_later(told, at) -> None:
    def holding(rows: list[Fact]) -> set[int]:
        return {
            f.id
            for f in with_validity(rows)
            if f.seq <= at and f.told.stance == "holds" and (f.valid_to is None or f.valid_to > at)
        }

    assert holding(told) == holding([f for f in told if f.seq <= at])


MOVED = [fact(1, "in the mountains"), fact(5, "at the harbour")]


def test_a_fact_that_was_updated_is_not_erased() -> None:
    asked = Asked(("home",), (PLAYER,))
    now, before = recall_facts(asked, MOVED, 9.0)
    assert [f.told.value for f in now.facts] == ["at the harbour"]
    assert [f.told.value for f in before.facts] == ["in the mountains"]
    assert now.renewed


def test_a_question_for_before_is_answered_by_what_is_over() -> None:
    asked = Asked(("home",), (PLAYER,), before=True)
    first, _ = recall_facts(asked, MOVED, 9.0)
    assert first.facts[0].told.value == "in the mountains"


def test_what_was_sold_is_owned_no_more() -> None:
    rows = [
        fact(1, "a boat", "owns"),
        fact(2, "a mule", "owns"),
        fact(3, "my boat", "owns", "ends"),
    ]
    current = [f.told.value for f in with_validity(rows) if f.current]
    assert current == ["a mule"]


def test_what_is_told_as_past_was_never_current() -> None:
    rows = [fact(1, "a soldier", "job", "past"), fact(2, "a baker", "job")]
    assert [f.told.value for f in with_validity(rows) if f.current] == ["a baker"]


def test_the_only_home_is_no_answer_to_where_it_was_before() -> None:
    asked = Asked(("home",), (PLAYER,), before=True)
    assert recall_facts(asked, [fact(1, "in Harrow")], 9.0) == []


def test_what_is_told_twice_did_not_change() -> None:
    rows = [fact(1, "in Harrow"), fact(5, "at the Harrow")]
    (now,) = recall_facts(Asked(("home",), (PLAYER,)), rows, 9.0)
    assert not now.renewed
    assert recall_facts(Asked(("home",), (PLAYER,), before=True), rows, 9.0) == []


def test_a_name_that_was_denied_was_never_theirs() -> None:
    rows = [fact(1, "June", "name"), fact(2, "June", "name", "ends")]
    assert recall_facts(Asked(("name",), (PLAYER,)), rows, 9.0) == []


def test_a_job_that_was_quit_is_the_one_before() -> None:
    rows = [fact(1, "a sailor", "job", "past"), fact(2, "a baker", "job")]
    first, *_ = recall_facts(Asked(("job",), (PLAYER,), before=True), rows, 9.0)
    assert first.facts[0].told.value == "a sailor"
