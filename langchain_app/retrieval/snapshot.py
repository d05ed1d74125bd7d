"""An immutable picture of a world's knowledge, searched in this process.

Read once from the store of record; a new version of the world is a new snapshot, and whoever holds
the old one finishes with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from langchain_app.domain.lore.lore import OWN_WORDS, Chunk, Knower
from langchain_app.domain.text import LANGUAGES, Language
from langchain_app.language.spelling import Spelling
from langchain_app.language.tokens import is_content
from langchain_app.retrieval.dense_index import REFINED, DenseIndex
from langchain_app.retrieval.fusion import fuse
from langchain_app.retrieval.knowledge import Candidate, Knowledge, Question, StoredChunk
from langchain_app.retrieval.lexical_index import LexicalIndex

Mask = NDArray[np.bool_]

INLINE_CHUNKS = 2_000
"""Up to so many a search takes less than a millisecond, and the way to a thread and back costs a
quarter of one."""


class LanguageIndex(Protocol):
    """All that is known in one language, behind its gates: a snapshot's, or a server's."""

    dense_weight: float
    """How far embeddings are trusted in this language, 0 to 0.5."""

    def weight(self, token: str) -> float:
        """Return what a token is worth: its idf; one that no passage has is worth the most."""

    def knows(self, token: str) -> bool:
        """Tell whether some passage has this token."""

    def spelling(self, token: str) -> str | None:
        """Return the known token that an unknown one was meant to be, or None."""

    def candidates(self, question: Question, knower: Knower, k: int) -> list[Candidate]:
        """Return the best `k` passages that this knower may be given."""

    def withheld(self, question: Question, knower: Knower, k: int) -> list[Candidate]:
        """Return the best `k` that this knower may not be given and a question may be about.

        What others say in their own words is no such passage: asked "where are you from?", an NPC is
        not asked what everybody else would answer.
        """

    def holding(
        self, tokens: Sequence[str], knower: Knower, k: int, *, hidden: bool
    ) -> list[StoredChunk]:
        """Return the `k` passages that hold most of the tokens: hidden from the knower, or open."""


class SnapshotIndex:
    """Everything of one language: lexical and dense index, and the gates as columns."""

    def __init__(
        self, stored: Sequence[StoredChunk], language: Language, dense_weight: float
    ) -> None:
        self.stored = tuple(stored)
        self.chunks = tuple(entry.chunk for entry in stored)
        self.dense_weight = dense_weight
        self.lexical = LexicalIndex([entry.tokens for entry in stored])
        self._spelling = Spelling(filter(is_content, self.lexical.idf), language)
        self._dense = DenseIndex([entry.vectors for entry in stored] if dense_weight else [])
        self._last: _Scores | None = None
        self._gates = _Gates(self.chunks)
        self._narrated = np.asarray([c.kind not in OWN_WORDS for c in self.chunks], dtype=np.bool_)

    def weight(self, token: str) -> float:
        """See LanguageIndex."""
        return self.lexical.weight(token)

    def knows(self, token: str) -> bool:
        """See LanguageIndex."""
        return token in self.lexical.idf

    def spelling(self, token: str) -> str | None:
        """See LanguageIndex."""
        return self._spelling.correction(token)

    def candidates(self, question: Question, knower: Knower, k: int) -> list[Candidate]:
        """See LanguageIndex. Gates are applied before anything is ranked."""
        return self._best(question, self.visible(knower), k)

    def withheld(self, question: Question, knower: Knower, k: int) -> list[Candidate]:
        """See LanguageIndex."""
        heard = self._gates.heard_by(knower)
        hidden = (heard | self._narrated) & ~(heard & self._gates.passed_by(knower))
        return self._best(question, hidden, k)

    def holding(
        self, tokens: Sequence[str], knower: Knower, k: int, *, hidden: bool
    ) -> list[StoredChunk]:
        """See LanguageIndex."""
        scores = self.lexical.scores(tokens)
        scores[self.visible(knower) == hidden] = 0.0
        best = _top(scores, k)
        return [self.stored[row] for row in best if scores[row] > 0]

    def visible(self, knower: Knower) -> Mask:
        """Return which chunks this knower may be given, shape (chunks,)."""
        return self._gates.heard_by(knower) & self._gates.passed_by(knower)

    def _best(self, question: Question, allowed: Mask, k: int) -> list[Candidate]:
        if not allowed.any():
            return []
        every = self._scored(question)
        lexical = np.where(allowed, every.lexical, 0.0)
        similar = np.where(allowed, every.similar, 0.0)
        if question.vector is not None and every.similar.any():
            near = _top(fuse(lexical, similar, self.dense_weight), REFINED)
            self._dense.refine(similar, question.vector, near[allowed[near]])
        fused = fuse(lexical, similar, self.dense_weight)
        return [
            Candidate(self.stored[row], float(fused[row]), float(similar[row]))
            for row in _top(fused, k)
            if fused[row] > 0
        ]

    def _scored(self, question: Question) -> _Scores:
        """Score every passage; what is open and what is withheld are two views of the same scores."""
        last = self._last
        if last is not None and last.question is question:
            return last
        lexical = self.lexical.scores(question.tokens)
        vector = question.vector
        if vector is not None and self._dense.size and len(vector) == self._dense.width:
            similar = self._dense.similarities(vector)
        else:
            similar = np.zeros_like(lexical)
        self._last = scored = _Scores(question, lexical, similar)
        return scored


@dataclass(frozen=True, slots=True)
class _Scores:
    question: Question
    lexical: NDArray[np.float64]
    similar: NDArray[np.float64]


class Snapshot:
    """All languages of one version of one world."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.version = knowledge.version
        self.size = len(knowledge.stored)
        self.inline = self.size <= INLINE_CHUNKS
        self.weights = knowledge.weights
        self.examples = knowledge.examples
        self._indexes = {
            language: SnapshotIndex(
                [entry for entry in knowledge.stored if entry.chunk.language == language],
                language,
                knowledge.weights.get(language, 0.0),
            )
            for language in LANGUAGES
        }

    def __getitem__(self, language: Language) -> SnapshotIndex:
        return self._indexes[language]


def _top(scores: NDArray[np.float64], k: int) -> NDArray[np.intp]:
    """Return the rows of the `k` best scores, best first; the earlier of equals first."""
    some = k < len(scores)
    best = np.sort(np.argpartition(-scores, k)[:k]) if some else np.arange(len(scores))
    return best[np.argsort(-scores[best], kind="stable")]


class _Gates:
    """Gates as columns, so that a knower's view is a few operations on whole arrays."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        flags = sorted({chunk.gate.after for chunk in chunks})
        code = {flag: index for index, flag in enumerate(flags)}
        self._flags = flags
        self._after = np.asarray([code[chunk.gate.after] for chunk in chunks], dtype=np.int32)
        self._trust = np.asarray([chunk.gate.trust for chunk in chunks], dtype=np.float64)
        audiences = {name for chunk in chunks for name in chunk.gate.audience}
        self._audience = {
            name: np.asarray([name in chunk.gate.audience for chunk in chunks], dtype=np.bool_)
            for name in audiences
        }

    def heard_by(self, knower: Knower) -> NDArray[np.bool_]:
        """Return which chunks are meant for one of the knower's audiences."""
        heard = np.zeros(len(self._after), dtype=np.bool_)
        for name in knower.audiences & self._audience.keys():
            heard |= self._audience[name]
        return heard

    def passed_by(self, knower: Knower) -> NDArray[np.bool_]:
        """Return which chunks the story and the knower's trust leave open."""
        reached = knower.story.reached
        happened = np.asarray([flag in reached for flag in self._flags], dtype=np.bool_)
        if not len(happened):
            return np.zeros(0, dtype=np.bool_)
        return happened[self._after] & (self._trust <= knower.trust)
