"""Joining what words and what meaning say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_app.retrieval.fusion import dense_weight, fuse

SCORES = st.lists(st.floats(-5, 20), min_size=1, max_size=20).map(np.asarray)


@pytest.mark.parametrize(
    ("agreeing", "weight"), [(0, 0.0), (2, 0.0), (3, 1 / 6), (5, 0.5), (10, 0.5)]
)
def test_embeddings_weigh_as_far_as_they_agree_with_the_words(agreeing, weight) -> None:
    top1 = np.zeros(10, dtype=np.int64)
    top10 = np.asarray([[0, 7] if n < agreeing else [5, 7] for n in range(10)])
    assert dense_weight(top1, top10) == pytest.approx(weight)


def test_without_a_question_embeddings_are_not_trusted() -> None:
    assert dense_weight(np.zeros(0, dtype=np.int64), np.zeros((0, 10), dtype=np.int64)) == 0.0


@given(SCORES, st.floats(0, 0.5))
def test_a_fused_score_lies_between_nothing_and_one(scores, weight) -> None:
    fused = fuse(scores, scores[::-1].copy(), weight)
    assert fused.shape == scores.shape
    assert (fused >= 0).all()
    assert (fused <= 1 + 1e-12).all()


@given(SCORES)
def test_without_weight_the_order_is_that_of_the_words(scores) -> None:
    fused = fuse(scores, np.arange(len(scores), dtype=float), 0.0)
    assert fused.argmax() == np.maximum(scores, 0).argmax()


def test_where_no_word_is_shared_meaning_decides() -> None:
    assert fuse(np.zeros(3), np.asarray([0.1, 0.9, 0.3]), 0.4).argmax() == 1


def test_nothing_fuses_to_nothing() -> None:
    assert fuse(np.zeros(0), np.zeros(0), 0.3).shape == (0,)
