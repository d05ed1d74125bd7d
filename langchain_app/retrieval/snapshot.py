"""An immutable picture of a world's knowledge, searched in this process.

Read once from the store of record; a new version of the world is a new snapshot, and whoever holds
the old one finishes with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from langchain_app.domain.lore import OWN_WORDS, Chunk, Knower
from langchain_app.domain.text import LANGUAGES, Language
from langchain_app.language.tokens import Tokeniser, is_content, sentences
from langchain_app.retrieval.fusion import fuse
from langchain_app.retrieval.lexical_index import LexicalIndex


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as the store of record keeps it: with its tokens and its vector."""

    chunk: Chunk
    tokens: tuple[str, ...]
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """One version of a world's knowledge, as it was read from the store of record.

    `weights` are the fusion weights learnt at ingest, by language; `model` embedded the vectors;
    `examples` are the utterances that triggers wait for, in the languages that the model knows.
    """

    world: str
    version: str
    model: str
    weights: dict[str, float]
    stored: tuple[StoredChunk, ...]
    examples: dict[str, NDArray[np.float32]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that the first stage found: its row, fused score and dense similarity."""

    row: int
    score: float
    similarity: float


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage, and its tokens that carry content."""

    text: str
    content: frozenset[str]


class LanguageIndex:
    """Everything of one language: lexical and dense index, and the gates as columns."""

    def __init__(
        self,
        stored: Sequence[StoredChunk],
        language: Language,
        tokeniser: Tokeniser,
        dense_weight: float,
    ) -> None:
        self.chunks = tuple(entry.chunk for entry in stored)
        self.titles = {chunk.id: chunk.title for chunk in self.chunks}
        self.content = tuple(frozenset(filter(is_content, entry.tokens)) for entry in stored)
        self.lexical = LexicalIndex([entry.tokens for entry in stored])
        self.dense: NDArray[np.float32] = (
            np.stack([entry.vector for entry in stored])
            if stored
            else np.zeros((0, 1), dtype=np.float32)
        )
        self._gates = _Gates(self.chunks)
        self._narrated = np.asarray([c.kind not in OWN_WORDS for c in self.chunks], dtype=np.bool_)
        self.sentences = tuple(
            tuple(
                Sentence(text, frozenset(tokeniser.content(text, language)))
                for text in sentences(chunk.text)
            )
            for chunk in self.chunks
        )
        self.dense_weight = dense_weight

    def visible(self, knower: Knower) -> NDArray[np.bool_]:
        """Return which chunks this knower may be given, shape (chunks,)."""
        return self._gates.heard_by(knower) & self._gates.passed_by(knower)

    def withheld(self, knower: Knower) -> NDArray[np.bool_]:
        """Return which chunks this knower may not be given and a question may be about.

        What others say in their own words is no such chunk: asked "where are you from?", an NPC is
        not asked what everybody else would answer.
        """
        heard = self._gates.heard_by(knower)
        return (heard | self._narrated) & ~(heard & self._gates.passed_by(knower))

    def candidates(
        self, query: Sequence[str], vector: NDArray[np.float32], visible: NDArray[np.bool_], k: int
    ) -> list[Candidate]:
        """Return the best `k` visible chunks. Gates are applied before anything is scored."""
        rows = np.flatnonzero(visible)
        if not len(rows):
            return []
        lexical = self.lexical.scores(query)[rows]
        similarity = (self.dense[rows] @ vector).astype(np.float64)
        fused = fuse(lexical, similarity, self.dense_weight)
        best = np.argpartition(-fused, min(k, len(rows) - 1))[:k]
        best = best[np.argsort(-fused[best], kind="stable")]
        return [
            Candidate(int(rows[i]), float(fused[i]), float(similarity[i]))
            for i in best
            if fused[i] > 0
        ]


class Snapshot:
    """All languages of one version of one world."""

    def __init__(self, knowledge: Knowledge, tokeniser: Tokeniser) -> None:
        self.version = knowledge.version
        self.size = len(knowledge.stored)
        self._indexes = {
            language: LanguageIndex(
                [entry for entry in knowledge.stored if entry.chunk.language == language],
                language,
                tokeniser,
                knowledge.weights.get(language, 0.0),
            )
            for language in LANGUAGES
        }

    def __getitem__(self, language: Language) -> LanguageIndex:
        return self._indexes[language]


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
