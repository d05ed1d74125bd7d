"""Two axes, and the mood that follows from them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from langchain_app.domain.relationship import WIDEST, Caps, Deltas, Relationship, capped

axis = st.floats(-1, 1)
amount = st.floats(-WIDEST, WIDEST)
deltas = st.builds(Deltas, trust=amount, relationship=amount)


@given(st.builds(Relationship, trust=axis, relationship=axis), deltas)
def test_feelings_never_leave_the_scale(before: Relationship, change: Deltas) -> None:
    after = before.moved(change)
    assert -1 <= after.trust <= 1
    assert -1 <= after.relationship <= 1


@given(deltas, st.builds(Caps, trust=st.floats(0, 2), relationship=st.floats(0, 2)))
def test_a_capped_change_keeps_its_direction_and_its_bounds(change: Deltas, caps: Caps) -> None:
    held = capped(change, caps)
    for name in ("trust", "relationship"):
        wanted, got, cap = getattr(change, name), getattr(held, name), getattr(caps, name)
        assert abs(got) <= cap
        assert got * wanted >= 0
        assert got == wanted or abs(got) == cap


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 2.1, -1e308])
def test_a_delta_that_is_no_number_or_beyond_all_measure_is_refused(value: float) -> None:
    with pytest.raises(ValidationError):
        Deltas(trust=value)
    with pytest.raises(ValidationError):
        Relationship(trust=value)


def test_ten_tenths_make_one_whole() -> None:
    felt = Relationship()
    for _ in range(10):
        felt = felt.moved(Deltas(trust=0.1))
    assert felt.trust == 1.0


@pytest.mark.parametrize(
    ("trust", "relationship", "mood"),
    [
        (0.0, 0.0, "neutral"),
        (0.05, 0.1, "neutral"),
        (0.12, 0.12, "warm"),
        (0.3, 0.0, "warm"),
        (1.0, -1.0, "neutral"),
        (-0.08, -0.12, "cold"),
        (0.0, -0.15, "neutral"),
        (0.0, -0.16, "cold"),
    ],
)
def test_the_mood_follows_the_feelings(trust, relationship, mood) -> None:
    assert Relationship(trust=trust, relationship=relationship).mood == mood


@given(axis, axis, st.floats(0, 1))
def test_more_trust_never_makes_colder(trust: float, relationship: float, more: float) -> None:
    order = ["cold", "neutral", "warm"]
    before = Relationship(trust=trust, relationship=relationship)
    after = Relationship(trust=min(1.0, trust + more), relationship=relationship)
    assert order.index(after.mood) >= order.index(before.mood)
