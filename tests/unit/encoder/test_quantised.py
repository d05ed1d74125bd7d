"""Weights in small whole numbers: near to what they were, and none too large to add."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_app.encoder.quantised import LARGEST, quantised

weights = st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32 - 1)).map(
    lambda shape: (
        np.random.default_rng(shape[2]).normal(size=shape[:2])
        * 10.0 ** np.random.default_rng(shape[2]).integers(-6, 6)
    ).astype(np.float32)
)


@given(weights)
def test_a_weight_is_turned_and_near_to_what_it_was(weight) -> None:
    whole, scale = quantised(weight)
    assert whole.shape == weight.shape[::-1]
    assert scale.shape == (len(weight),)
    assert (whole.dtype, scale.dtype) == (np.int8, np.float32)
    again = (whole * scale).T
    assert np.all(np.abs(again - weight) <= scale[:, None] * 0.501)


@given(weights)
def test_no_whole_number_has_more_than_seven_bits_and_each_row_uses_them(weight) -> None:
    whole, _ = quantised(weight)
    assert np.abs(whole.astype(int)).max() <= LARGEST
    assert np.all(np.abs(whole.astype(int)).max(0) == LARGEST)


def test_a_row_of_nothing_stays_nothing() -> None:
    whole, scale = quantised(np.zeros((2, 3), np.float32))
    assert not whole.any()
    assert np.all(scale > 0)


def test_each_row_has_a_scale_of_its_own() -> None:
    weight = np.array([[1.0, -0.25], [100.0, 0.0]], np.float32)
    whole, scale = quantised(weight)
    assert scale == pytest.approx([1 / LARGEST, 100 / LARGEST])
    assert whole.tolist() == [[63, 63], [-16, 0]]
