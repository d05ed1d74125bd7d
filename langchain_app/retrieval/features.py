"""What a reranker looks at: how well one passage answers one question, in eight figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from langchain_app.language.tokens import is_content
from langchain_app.retrieval.knowledge import Candidate, Question, StoredChunk

FEATURES = (
    "fused",  # lexical and dense score of the first stage
    "best_sentence",  # share of the question's weight that one segment holds
    "coverage",  # share that the whole passage holds
    "adjacency",  # share of neighbouring words of the question that stand together
    "length",  # logarithm of the passage's length: long ones hold everything
    "maxsim",  # mean over the question's words of the best match by meaning
    "worst_match",  # the word of the question that is matched worst
    "best_window",  # the same mean within one segment
)
NEAR = 3
"""Words of a question stand together where at most two others come between."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A candidate, looked at: its figures, its best sentence, the question's words that it holds."""

    candidate: Candidate
    features: NDArray[np.float64]
    coverage: float
    best_sentence: str
    matched: tuple[str, ...]

    @property
    def stored(self) -> StoredChunk:
        """The passage."""
        return self.candidate.stored


def examine(question: Question, candidates: Sequence[Candidate]) -> list[Examined]:
    """Look at each candidate closely, in the order given.

    A word that no passage has weighs most: it is what the question is about, and nothing here
    answers it.
    """
    by_meaning = _late_interaction(question, [c.stored for c in candidates])
    return [
        _examined(question, candidate, meaning)
        for candidate, meaning in zip(candidates, by_meaning, strict=True)
    ]


def _examined(question: Question, candidate: Candidate, meaning: NDArray[np.float64]) -> Examined:
    stored, weights = candidate.stored, question.weights
    total = sum(weights.values()) or 1.0
    matched = tuple(token for token in weights if token in stored.all_content)
    coverage = sum(weights[token] for token in matched) / total
    wanted = frozenset(matched)
    shares = [sum(weights[t] for t in wanted & held) / total for held in stored.content]
    said = shares[1 : 1 + len(stored.sentences)]
    best = int(np.argmax(said)) if said else 0
    figures = [
        candidate.fused,
        max(shares, default=0.0),
        coverage,
        _adjacency(question, stored),
        float(np.log1p(sum(map(len, stored.content)))) / 5,
        *meaning,
    ]
    return Examined(
        candidate=candidate,
        features=np.asarray(figures),
        coverage=coverage,
        best_sentence=stored.sentences[best] if said else stored.chunk.text,
        matched=matched,
    )


def _adjacency(question: Question, stored: StoredChunk) -> float:
    """Return the share of the question's neighbouring content words that stand near one another."""
    asked = [token for token in question.tokens if is_content(token)]
    pairs = [(a, b) for a, b in pairwise(asked) if a != b]
    pairs = [(a, b) for a, b in pairs if a in stored.all_content and b in stored.all_content]
    if not pairs:
        return 0.0
    places = stored.places
    near = sum(
        any(abs(one - other) <= NEAR for one in places[a] for other in places[b]) for a, b in pairs
    )
    return near / (len(asked) - 1)


def _late_interaction(question: Question, passages: Sequence[StoredChunk]) -> NDArray[np.float64]:
    """Return MaxSim over each passage, its worst word and its best segment, shape (passages, 3).

    Zeros where there are no word vectors.
    """
    figures = np.zeros((len(passages), 3))
    known = [(row, p.words) for row, p in enumerate(passages) if p.words and len(p.words.matrix)]
    asked = question.words
    if asked is None or not len(asked) or not known:
        return figures
    matrix = np.concatenate([words.matrix for _, words in known]).astype(np.float32)
    similar = asked @ (matrix.T / np.float32(127))  # (asked words, words of all passages)
    sizes = [[count for count in words.counts if count] for _, words in known]
    in_segment = np.maximum.reduceat(similar, _starts([c for cs in sizes for c in cs]), axis=1)
    passage_starts = _starts([len(cs) for cs in sizes])
    in_passage = np.maximum.reduceat(in_segment, passage_starts, axis=1)
    rows = [row for row, _ in known]
    figures[rows, 0] = in_passage.mean(axis=0)
    figures[rows, 1] = in_passage.min(axis=0)
    figures[rows, 2] = np.maximum.reduceat(in_segment.mean(axis=0), passage_starts)
    return figures


def _starts(sizes: Sequence[int]) -> NDArray[np.intp]:
    return np.cumsum([0, *sizes[:-1]])
