"""What a reranker sees of a passage, and the dense index behind the first stage."""

from __future__ import annotations

import numpy as np
import pytest

from langchain_app.domain.lore.lore import Chunk, Gate
from langchain_app.retrieval.dense_index import COARSE_FROM, DenseIndex
from langchain_app.retrieval.features import FEATURES, examine
from langchain_app.retrieval.knowledge import Candidate, Question, StoredChunk
from langchain_app.retrieval.reranking import rescored, trained
from langchain_app.retrieval.token_vectors import (
    DIMENSIONS,
    MOST_WORDS,
    WordVectors,
    projection,
    unit_rows,
    word_vectors,
)

RANDOM = np.random.default_rng(11)
PUBLIC = Gate(audience=("public",))


def stored(text: str, asked: tuple[str, ...] = (), words: WordVectors | None = None) -> StoredChunk:
    chunk = Chunk("c", "en", "lore", "Title", text, PUBLIC, asked=asked)
    sentences = [s.strip(". ").split() for s in text.split(". ")]
    segments = (("title",), *map(tuple, sentences), *(tuple(a.split()) for a in asked))
    return StoredChunk(chunk, segments, np.zeros((1, 2), np.float32), words)


def question(*tokens: str, words: np.ndarray | None = None) -> Question:
    return Question(" ".join(tokens), "en", tokens, dict.fromkeys(tokens, 1.0), None, words)


def figures(asked: Question, passage: StoredChunk) -> dict[str, float]:
    (examined,) = examine(asked, [Candidate(passage, 0.5, 0.0)])
    return dict(zip(FEATURES, examined.features.tolist(), strict=True))


def test_a_sentence_that_holds_the_whole_question_is_worth_one() -> None:
    found = figures(question("tam", "rang"), stored("old tam rang it. the sea rose"))
    assert found["best_sentence"] == 1.0
    assert found["coverage"] == 1.0
    assert found["adjacency"] == 1.0


def test_words_that_stand_apart_are_covered_and_not_adjacent() -> None:
    far = "tam came home one day in the late spring of that year and rang"
    assert figures(question("tam", "rang"), stored(far))["adjacency"] == 0.0
    split = figures(question("tam", "rang"), stored("tam slept. it rang"))
    assert split["coverage"] == 1.0
    assert split["best_sentence"] == 0.5


def test_an_expected_question_counts_as_a_sentence_and_is_never_quoted() -> None:
    passage = stored("the bell is bronze. it is old", asked=("what metal is it",))
    asked = question("what", "metal")
    assert figures(asked, passage)["best_sentence"] == 1.0
    (examined,) = examine(asked, [Candidate(passage, 0.5, 0.0)])
    assert examined.best_sentence in passage.sentences


def test_maxsim_is_that_of_the_papers_formula() -> None:
    segments = [unit_rows(RANDOM.normal(size=(n, 384)).astype(np.float32)) for n in (3, 0, 5)]
    kept = word_vectors(segments)
    asked = projection(unit_rows(RANDOM.normal(size=(4, 384)).astype(np.float32)))
    found = figures(question("x", words=asked), stored("a b. c", words=kept))
    exact = [asked @ projection(s).T for s in segments if len(s)]
    every = np.concatenate(exact, axis=1).max(axis=1)
    assert found["maxsim"] == pytest.approx(every.mean(), abs=0.02)
    assert found["worst_match"] == pytest.approx(every.min(), abs=0.02)
    window = max(float(part.max(axis=1).mean()) for part in exact)
    assert found["best_window"] == pytest.approx(window, abs=0.02)


def test_passages_without_word_vectors_stand_beside_those_with_them() -> None:
    kept = word_vectors([unit_rows(RANDOM.normal(size=(3, 384)).astype(np.float32))])
    asked = question("x", words=projection(RANDOM.normal(size=(2, 384)).astype(np.float32)))
    without, with_ = examine(
        asked, [Candidate(stored("a"), 0.5, 0), Candidate(stored("b", words=kept), 0.5, 0)]
    )
    assert not without.features[5:].any()
    assert with_.features[5:].any()
    assert len(rescored(asked, [without, with_])) == 2


def test_word_vectors_come_back_from_text_as_they_were() -> None:
    kept = word_vectors([RANDOM.normal(size=(n, 384)).astype(np.float32) for n in (2, 0, 4)])
    again = WordVectors.decoded(kept.encoded())
    assert again is not None
    assert again.counts == (2, 0, 4)
    assert np.array_equal(again.matrix, kept.matrix)
    assert WordVectors.decoded("") is None


def test_a_very_long_passage_keeps_as_many_words_as_a_store_takes() -> None:
    kept = word_vectors([RANDOM.normal(size=(300, 384)).astype(np.float32)] * 2)
    assert kept.matrix.shape == (MOST_WORDS, DIMENSIONS)
    assert sum(kept.counts) == MOST_WORDS
    assert len(kept.encoded()) < 65_535


def test_both_models_count_what_speaks_for_a_passage_as_good() -> None:
    for name in ("words", "words_and_meaning"):
        weights = dict(zip(FEATURES, trained(name).weights.tolist(), strict=True))
        assert weights["fused"] == 1.0
        assert weights["best_sentence"] > 0
        assert weights["coverage"] > 0
        assert (weights["maxsim"] > 0) == (name == "words_and_meaning")


def test_the_nearest_of_a_passages_vectors_counts() -> None:
    one, other, far = unit_rows(RANDOM.normal(size=(3, 8)).astype(np.float32))
    index = DenseIndex([np.stack([far, one]), other[None]])
    assert index.similarities(one)[0] == pytest.approx(1.0, abs=1e-5)
    assert index.similarities(other)[1] == pytest.approx(1.0, abs=1e-5)


def test_a_coarse_first_pass_finds_what_the_exact_one_finds() -> None:
    centres = RANDOM.normal(size=(50, 256))
    matrix = centres[RANDOM.integers(0, 50, COARSE_FROM)] + 0.3 * RANDOM.normal(
        size=(COARSE_FROM, 256)
    )
    vectors = unit_rows(matrix.astype(np.float32))
    index = DenseIndex(list(vectors[:, None]))
    for row in range(0, COARSE_FROM, 2_000):
        query = unit_rows(vectors[row : row + 1] + 0.02 * RANDOM.normal(size=(1, 256)))[0]
        query = query.astype(np.float32)
        exact = vectors @ query
        coarse = index.similarities(query)
        best = np.argsort(-coarse)[:256]
        index.refine(coarse, query, best)
        assert set(np.argsort(-exact)[:5]) <= set(best)
        assert coarse[best] == pytest.approx(exact[best], abs=1e-5)
