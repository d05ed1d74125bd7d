"""The compiled lexical index gives rank_bm25's own scores, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi

from langchain_app.retrieval.lexical_index import LexicalIndex

TOKENS = st.sampled_from(["bell", "tide", "salt", "anchor", "종", "물때", "장부", "a", "b", "c"])
CORPORA = st.lists(st.lists(TOKENS, max_size=12), min_size=1, max_size=12).filter(any)


def same(corpus: list[list[str]], query: list[str]) -> None:
    ours = LexicalIndex(corpus).scores(query)
    theirs = BM25Okapi(corpus).get_scores(query)
    assert ours.dtype == theirs.dtype
    assert ours.tobytes() == theirs.tobytes()


@settings(max_examples=300, deadline=None)
@given(CORPORA, st.lists(TOKENS | st.just("unknown"), max_size=8))
def test_scores_are_those_of_rank_bm25_bit_for_bit(corpus, query) -> None:
    same(corpus, query)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_scores_of_the_demo_world_are_those_of_rank_bm25(ebbhold, tokeniser, language) -> None:
    chunks = [chunk for chunk in ebbhold.chunks() if chunk.language == language][::4]
    corpus = [tokeniser.index(chunk.text, language) for chunk in chunks]
    bm25, index = BM25Okapi(corpus), LexicalIndex(corpus)
    for line in ebbhold.player_lines(language)[:30]:
        query = tokeniser.index(line, language)
        assert index.scores(query).tobytes() == bm25.get_scores(query).tobytes()


def test_a_token_that_most_documents_hold_scores_by_the_epsilon_floor() -> None:
    same([["bell", "tide"], ["bell"], ["bell", "salt"], ["anchor"]], ["bell", "bell", "tide"])


def test_a_repeated_token_of_the_query_counts_each_time() -> None:
    index = LexicalIndex([["bell"], ["tide"], ["salt"]])
    assert np.allclose(index.scores(["bell", "bell"]), 2 * index.scores(["bell"]))


@pytest.mark.parametrize("corpus", [[], [[]], [[], []]])
def test_where_there_is_nothing_nothing_scores(corpus) -> None:
    index = LexicalIndex(corpus)
    assert index.scores(["bell"]).tolist() == [0.0] * len(corpus)


def test_a_token_that_no_document_holds_is_worth_the_most() -> None:
    index = LexicalIndex([["bell", "tide"], ["bell", "salt"], ["bell", "anchor"]])
    assert index.weight("unheard-of") >= max(index.weight(token) for token in index.idf)
    assert all(index.weight(token) > 0 for token in index.idf)
