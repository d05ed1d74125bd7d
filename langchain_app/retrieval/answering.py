"""Which sentence of what was found answers, and whether any does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from langchain_app.retrieval.features import Examined
from langchain_app.retrieval.knowledge import Question, StoredChunk
from langchain_app.retrieval.query_rewriting import Query
from langchain_app.retrieval.reranking import rescored
from langchain_app.retrieval.token_vectors import Floats, WordVectors

PASSAGES = 6
"""Passages whose sentences are looked at."""
READ = 4
"""Sentences that are read, of those: the likeliest. More are told apart no better by what was learnt
from four at a time (training/answers), and cost as much again."""
HIDDEN_READ = 2
"""The same of what is withheld: it takes no place from what may be told."""
FIGURES = (
    "share",  # of the question's weight, that the sentence holds
    "with_title",  # the same, its passage's title included
    "coverage", "similarity", "fused", "score",  # of its passage
    "behind",  # by how much its passage's score is behind the best
    "first_passage",
    "maxsim", "worst_match",  # late interaction with the sentence
    "maxsim_with_title", "worst_match_with_title",
    "length", "place", "first_sentence",
    "best_by_words",
)  # fmt: skip
"""What search knows of a sentence; the model's head sees it in this order."""


class AnswerReader(Protocol):
    """Says how surely sentences answer a question."""

    def chances(
        self, question: str, before: Sequence[str], sentences: Sequence[str], figures: Floats
    ) -> Floats:
        """Return how surely each answers, and at the end that none does: (n + 1,), sum 1.

        `before` are the player's line and the NPC's reply that the question needs, none if it stands
        alone.
        """


@dataclass(frozen=True, slots=True)
class Answering:
    """A sentence that may answer: its passage's row among those looked at, and how surely it does."""

    passage: int
    sentence: str
    chance: float


def read(
    reader: AnswerReader,
    query: Query,
    question: Question,
    open_: Sequence[Examined],
    withheld: Sequence[Examined] = (),
) -> list[Answering]:
    """Return the sentences of some passages that may answer, the surest first; `open_` begins with the
    best passage, and what is withheld is counted on after it.

    What their chances lack of 1 is the chance that none answers. Empty where no passage has word
    vectors, which the model needs. Raises UnderstandingFailed.
    """
    examined = [*open_, *withheld]
    places, figures = figures_of(question, examined)
    if not places:
        return []
    rows = likely(figures).tolist()
    told = [row for row in rows if places[row][0] < len(open_)][:READ]
    first = [*told, *(row for row in rows if places[row][0] >= len(open_))][
        : len(told) + HIDDEN_READ
    ]
    chosen = [
        (passage, examined[passage].stored, n) for passage, n in map(places.__getitem__, first)
    ]
    texts = [shown(stored, number) for _, stored, number in chosen]
    chances = reader.chances(query.asked, query.before, texts, figures[first])
    found = [
        Answering(passage, stored.sentences[number], float(chance))
        for (passage, stored, number), chance in zip(chosen, chances[:-1], strict=True)
    ]
    return sorted(found, key=lambda one: -one.chance)


def shown(stored: StoredChunk, number: int) -> str:
    """Return a sentence as it is read: with its passage's title, for what "it" and "he" are."""
    return f"{stored.chunk.title}: {stored.sentences[number]}"


def likely(figures: Floats) -> NDArray[np.intp]:
    """Return the rows of sentences, those first that likeliest answer before they are read."""
    score, maxsim, share = (
        figures[:, FIGURES.index(name)] for name in ("score", "maxsim_with_title", "with_title")
    )
    return np.argsort(-(score + maxsim + 0.3 * share), kind="stable")


def figures_of(
    question: Question, examined: Sequence[Examined]
) -> tuple[list[tuple[int, int]], Floats]:
    """Return the passage and number of every sentence, and its figures (n, 16).

    A passage's score is the embedded reranker's, whichever put the passages in order: the model
    learnt from that.
    """
    places: list[tuple[int, int]] = []
    rows: list[list[float]] = []
    asked = question.words
    if asked is None or not len(asked):
        return [], np.zeros((0, len(FIGURES)), np.float32)
    scores = rescored(question, examined)
    total = sum(question.weights.values()) or 1.0

    def share(held: frozenset[str]) -> float:
        return sum(w for token, w in question.weights.items() if token in held) / total

    for row, (one, score) in enumerate(zip(examined, scores, strict=True)):
        stored = one.stored
        if stored.words is None:
            continue
        parts = _segments(stored.words)
        in_title = (asked @ parts[0].T).max(1) if len(parts[0]) else np.zeros(len(asked))
        for number, words in enumerate(parts[1 : 1 + len(stored.sentences)]):
            if not len(words):
                continue
            match = (asked @ words.T).max(1)
            both = np.maximum(match, in_title)
            held, title = stored.content[1 + number], stored.content[0]
            places.append((row, number))
            rows.append(
                [
                    share(held),
                    share(held | title),
                    one.coverage,
                    one.candidate.similarity,
                    one.candidate.fused,
                    score,
                    score - scores[0],
                    float(row == 0),
                    match.mean(),
                    match.min(),
                    both.mean(),
                    both.min(),
                    len(words) / 20,
                    number / 3,
                    float(number == 0),
                    float(stored.sentences[number] == one.best_sentence),
                ]
            )
    return places, np.asarray(rows, dtype=np.float32).reshape(-1, len(FIGURES))


def _segments(words: WordVectors) -> list[NDArray[np.float32]]:
    """Return the vectors of a passage's words by segment: title, sentences, expected questions."""
    return np.split(words.matrix.astype(np.float32) / 127, np.cumsum(words.counts)[:-1])
