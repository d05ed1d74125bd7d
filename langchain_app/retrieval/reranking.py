"""Second stage: prefer the passage that holds one sentence which answers the question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from langchain_app.language.tokens import is_content
from langchain_app.retrieval.snapshot import Candidate, LanguageIndex

BEST_SENTENCE_WEIGHT = 0.3
"""Measured on question -> paragraph sets: English MRR@10 +.011, Korean +.006 over the fused base."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A reranked candidate: its best sentence, and how much of the question the passage covers."""

    row: int
    score: float
    similarity: float
    coverage: float
    best_sentence: str
    matched: tuple[str, ...]


def rerank(
    index: LanguageIndex, query: Sequence[str], candidates: Sequence[Candidate]
) -> list[Ranked]:
    """Return the candidates by fused score + 0.3 x best sentence (scaled to 0..1), best first.

    A sentence scores the idf of the question's words that it holds; coverage is the same sum over
    the whole passage, as a share of all the question's words. A word that no passage has weighs most:
    it is what the question is about, and nothing here answers it.
    """
    weights = {token: index.lexical.weight(token) for token in query if is_content(token)}
    total = sum(weights.values()) or 1.0
    best = [_best_sentence(index, weights, candidate.row) for candidate in candidates]
    top = max((score for score, _ in best), default=0.0) or 1.0
    ranked = []
    for candidate, (sentence_score, sentence) in zip(candidates, best, strict=True):
        matched = [token for token in weights if token in index.content[candidate.row]]
        ranked.append(
            Ranked(
                row=candidate.row,
                score=candidate.score + BEST_SENTENCE_WEIGHT * sentence_score / top,
                similarity=candidate.similarity,
                coverage=sum(weights[token] for token in matched) / total,
                best_sentence=sentence,
                matched=tuple(matched),
            )
        )
    return sorted(ranked, key=lambda found: -found.score)


def _best_sentence(
    index: LanguageIndex, weights: Mapping[str, float], row: int
) -> tuple[float, str]:
    scored = [
        (sum(weight for token, weight in weights.items() if token in found.content), found.text)
        for found in index.sentences[row]
    ]
    return max(scored, key=lambda pair: pair[0], default=(0.0, index.chunks[row].text))
