"""Second stage: prefer the passage that holds one sentence which answers the question."""

from __future__ import annotations

from collections.abc import Sequence
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
    """Return the candidates by fused score + 0.3 x best-sentence BM25 (scaled to 0..1), best first."""
    best = [_best_sentence(index, query, candidate.row) for candidate in candidates]
    top = max((score for score, _ in best), default=0.0) or 1.0
    ranked = []
    for candidate, (sentence_score, sentence) in zip(candidates, best, strict=True):
        covered, matched = coverage(index, query, candidate.row)
        ranked.append(
            Ranked(
                row=candidate.row,
                score=candidate.score + BEST_SENTENCE_WEIGHT * sentence_score / top,
                similarity=candidate.similarity,
                coverage=covered,
                best_sentence=sentence,
                matched=matched,
            )
        )
    return sorted(ranked, key=lambda found: -found.score)


def coverage(index: LanguageIndex, query: Sequence[str], row: int) -> tuple[float, tuple[str, ...]]:
    """Return the share of the question's content, by idf, that a passage holds, and the words."""
    content = {token for token in query if is_content(token)}
    weights = {token: index.lexical.weight(token) for token in content}
    total = sum(weights.values())
    if not total:
        return 0.0, ()
    matched = sorted(content & index.content[row], key=lambda token: -weights[token])
    return sum(weights[token] for token in matched) / total, tuple(matched)


def _best_sentence(index: LanguageIndex, query: Sequence[str], row: int) -> tuple[float, str]:
    scored = [
        (index.lexical.sentence_score(query, tokens), text) for text, tokens in index.sentences[row]
    ]
    return max(scored, key=lambda pair: pair[0], default=(0.0, index.chunks[row].text))
