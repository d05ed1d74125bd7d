"""Whether what was found answers: by what speaks for it, and by a reading where there is one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from langchain_app.domain.lore.lore import ScoredChunk
from langchain_app.retrieval.answering import Answering
from langchain_app.retrieval.features import Examined
from langchain_app.retrieval.snapshot import LanguageIndex

MEANING = 2.0
BAR_WITH_MEANING = 0.9
BAR_WITH_WORDS = 0.35
"""The least evidence to answer from: share of the question's words covered, plus MEANING times the
similarity where the embeddings know the language. Tuned on the development split of the demo world's
questions and on questions of other worlds: twice the similarity finds what shares no words, and the
bar stands above twice what the nearest unrelated passage has (.2 to .45).
"""
ANSWERED = 0.5
"""How surely a passage must answer, where it was read."""
READ_WEIGHT, EVIDENCE, ENOUGH, LITTLE = 0.25, 2.0, 0.8, 1e-3
"""What decides beside the reading: of which passage answers, its score (by READ_WEIGHT times the
logarithm of the reading's share); of whether any does, the evidence. On two invented worlds that
nothing was trained on, so 76 and 78% of the questions that a passage answers were answered from it
(by the evidence alone 63 and 75%), and 44 and 51% of the near-misses, which ask for another kind of
fact of the same thing (98 and 91%).
"""
NOTHING_ELSE = 0.9
"""Who asks after a person and names nothing else is told what the NPC says of them: of that its author
wrote one passage, which the reading, learnt from lore, takes for an answer to little."""
ALSO = 0.1
"""How surely another passage must answer to be found beside the best."""

Ranked = Sequence[tuple[Examined, float]]
"""Passages, best first, each with its score."""


def by_evidence(
    index: LanguageIndex, ranked: Ranked, withheld: Sequence[Examined]
) -> Iterator[ScoredChunk]:
    """Yield the passages for which enough speaks, and more than for anything that is withheld: a
    question that something withheld answers better is about what this NPC may not tell."""
    bar = max(_bar(index), _most(index, withheld))
    return (scored(index, *pair) for pair in ranked if _evidence(index, pair[0]) >= bar)


def by_reading(
    index: LanguageIndex,
    ranked: Ranked,
    withheld: Sequence[Examined],
    answers: Sequence[Answering],
) -> Iterator[ScoredChunk]:
    """Yield the open passages that answer, the surest first; none where something withheld answers
    better, or where it is likely that nothing does.

    `answers` are of `ranked` and, after them, of what is withheld.
    """
    nearest, _ = ranked[0]
    if nearest.stored.chunk.kind == "acquaintance" and nearest.coverage >= NOTHING_ELSE:
        yield from by_evidence(index, ranked[:1], withheld)
        return
    shares = np.zeros(len(ranked) + len(withheld))
    for answer in answers:
        shares[answer.passage] += answer.chance
    open_, hidden = shares[: len(ranked)], shares[len(ranked) :]
    if not open_.any():
        return
    scores = np.asarray([score for _, score in ranked]) + READ_WEIGHT * np.log(open_ + LITTLE)
    first, *others = np.argsort(-scores, kind="stable").tolist()
    evidence = _evidence(index, ranked[first][0])
    if hidden.max(initial=0.0) > open_.max() and _most(index, withheld) > evidence:
        return
    any_ = min(float(open_.sum()), 1.0)
    logit = np.log((any_ + LITTLE) / (1 - any_ + LITTLE)) + EVIDENCE * (evidence - ENOUGH)
    sure = float(1 / (1 + np.exp(-logit)))
    if sure < ANSWERED:
        return
    for passage in (first, *(row for row in others if open_[row] >= ALSO)):
        best = next((one.sentence for one in answers if one.passage == passage), "")
        found = scored(index, *ranked[passage])
        yield replace(
            found,
            confidence=round(sure if passage == first else float(open_[passage]), 3),
            best_sentence=best or found.best_sentence,
            why=f"answers {open_[passage]:.2f}, any {any_:.2f}; {found.why}",
        )


def scored(index: LanguageIndex, examined: Examined, score: float) -> ScoredChunk:
    """Return a passage as it is found, with its evidence."""
    words = ", ".join(examined.matched[:6])
    covers = f"covers {examined.coverage:.0%} of the question ({words}); " if words else ""
    return ScoredChunk(
        chunk=examined.stored.chunk,
        score=round(score, 4),
        confidence=round(min(1.0, _evidence(index, examined) / (2 * _bar(index))), 3),
        best_sentence=examined.best_sentence,
        why=f"{covers}similarity {examined.candidate.similarity:.2f}",
    )


def _most(index: LanguageIndex, withheld: Sequence[Examined]) -> float:
    return max((_evidence(index, one) for one in withheld), default=0.0)


def _evidence(index: LanguageIndex, examined: Examined) -> float:
    """Return how much speaks for a passage, comparable between searches: 0 to 1, or 3 with meaning."""
    similarity = max(0.0, examined.candidate.similarity) if index.dense_weight else 0.0
    return examined.coverage + MEANING * similarity


def _bar(index: LanguageIndex) -> float:
    return BAR_WITH_MEANING if index.dense_weight else BAR_WITH_WORDS
