"""The axes of a relationship, their levels, and the mood that follows from them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from langchain_app.domain.people.relationship import (
    WIDEST,
    Axis,
    Decay,
    Deltas,
    Level,
    Relationship,
    capped,
    faded,
    levels_of,
    mood_of,
    talked,
)
from langchain_app.domain.text import LocalText

NAME = LocalText(en="a name", ko="이름")

axis = st.floats(-1, 1)
amount = st.floats(-WIDEST, WIDEST)
deltas = st.builds(Deltas, trust=amount, relationship=amount)


@given(st.builds(Relationship, trust=axis, relationship=axis), deltas)
def test_feelings_never_leave_the_scale(before: Relationship, change: Deltas) -> None:
    after = before.moved(change)
    assert -1 <= after["trust"] <= 1
    assert -1 <= after["relationship"] <= 1


@given(deltas, st.floats(0, 2), st.floats(0, 2))
def test_a_capped_change_keeps_its_direction_and_its_bounds(change, trust, relationship) -> None:
    axes = {
        "trust": Axis(name=NAME, per_turn=trust),
        "relationship": Axis(name=NAME, per_turn=relationship),
    }
    held = capped(change, axes)
    for name, axis in axes.items():
        wanted, got = change[name], held[name]
        assert abs(got) <= axis.per_turn
        assert got * wanted >= 0
        assert got == wanted or abs(got) == axis.per_turn


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


RESPECT = Axis(
    name=NAME,
    least=-0.5,
    most=0.6,
    levels=(
        Level(id="despised", at=-0.4, name=NAME, mood="cold"),
        Level(id="met", at=0.0, name=NAME),
        Level(id="honoured", at=0.5, name=NAME, mood="warm"),
    ),
    decay=Decay(per_day=0.1, towards=0.2),
)


@pytest.mark.parametrize(
    ("felt", "levels"),
    [
        (-0.41, {"respect.despised"}),
        (-0.2, set()),
        (0.0, {"respect.met"}),
        (0.5, {"respect.met", "respect.honoured"}),
    ],
)
def test_a_level_above_zero_is_reached_upwards_and_one_below_downwards(felt, levels) -> None:
    assert levels_of(Relationship(respect=felt), {"respect": RESPECT}) == levels


def test_the_furthest_level_that_names_a_mood_sets_it() -> None:
    axes = {"respect": RESPECT}
    assert mood_of(Relationship(respect=0.55, trust=-1.0), axes) == "warm"
    assert mood_of(Relationship(respect=0.1, trust=-1.0), axes) == "cold"


@given(axis, st.floats(-2, 2))
def test_words_move_a_feeling_within_the_axis_own_bounds_or_back_towards_them(felt, delta) -> None:
    before = Relationship(respect=felt)
    after = talked(before, Deltas(respect=delta), {"respect": RESPECT})["respect"]
    assert min(-0.5, before["respect"]) <= after <= max(0.6, before["respect"])


@given(axis, st.floats(0, 1000), st.floats(0, 1000))
def test_fading_twice_is_fading_once_as_long_and_never_passes_where_it_goes(felt, one, two) -> None:
    axes, before = {"respect": RESPECT}, Relationship(respect=felt)
    twice = faded(faded(before, one, axes), two, axes)["respect"]
    assert twice == pytest.approx(faded(before, one + two, axes)["respect"], abs=2e-4)
    assert (twice - 0.2) * (before["respect"] - 0.2) >= 0


def test_a_tenth_a_day_takes_three_tenths_in_three_days() -> None:
    axes = {"respect": RESPECT}
    assert faded(Relationship(respect=0.6), 72, axes) == Relationship(respect=0.3)
    assert faded(Relationship(respect=-0.2), 72, axes) == Relationship(respect=0.1)
