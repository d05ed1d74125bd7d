"""The searches of a snapshot, run in Milvus itself: for worlds that no process should hold whole.

Here stand only a version's gates, its vocabulary and its weights, and a few passages that were just
found. A version never changes, so whatever is kept of it stays true.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import Any

import numpy as np

from langchain_app.domain.lore.lore import OWN_WORDS, Gate, Knower
from langchain_app.domain.text import LANGUAGES, Language
from langchain_app.language.spelling import Spelling
from langchain_app.language.tokens import is_content
from langchain_app.retrieval.fusion import fuse
from langchain_app.retrieval.knowledge import Candidate, Question, StoredChunk
from langchain_app.retrieval.lexical_index import token_weight
from langchain_app.retrieval.milvus_collection import MilvusCollection
from langchain_app.retrieval.milvus_store import MilvusStore

DEPTH, LEAST_DEPTH = 2, 40
"""So many times the candidates asked for are taken from the lexical and from the dense side each. A
passage below both has at best (1 - w) of the lexical and w of the dense score that stand there."""
MOST_ROWS = 16_384
"""Milvus' limit of one search."""


class MilvusKnowledge:
    """One version of a world's knowledge, searched by a Milvus server."""

    inline = False

    def __init__(self, store: MilvusStore, world: str, meta: Mapping[str, Any]) -> None:
        """Read what stays in this process of the version that `meta` tells of.

        Raises KnowledgeStoreUnavailable.
        """
        self.version: str = meta["version"]
        self.size: int = meta["chunks"]
        self.weights: dict[str, float] = meta["weights"]
        gates, vocabulary, self.examples = store.read_statistics(world, self.version)
        collection = MilvusCollection(store, world, meta)
        known = {row["gate_number"]: Gate.model_validate_json(row["text"]) for row in gates}
        self._indexes = {
            language: MilvusIndex(
                collection,
                language,
                known,
                [row["text"] for row in vocabulary if row["language"] == language],
                size=meta["sizes"][language],
                dense_weight=self.weights.get(language, 0.0),
            )
            for language in LANGUAGES
        }

    def __getitem__(self, language: Language) -> MilvusIndex:
        return self._indexes[language]


class MilvusIndex:
    """Everything of one language: the LanguageIndex of a server."""

    def __init__(
        self,
        collection: MilvusCollection,
        language: Language,
        gates: Mapping[int, Gate],
        vocabulary: Iterable[str],
        *,
        size: int,
        dense_weight: float,
    ) -> None:
        self.dense_weight = dense_weight
        self._collection = collection
        self._language = language
        self._gates = gates
        self._size = size
        self._dimensions: dict[str, int] = {}
        self._idf: dict[str, float] = {}
        for part in map(json.loads, vocabulary):
            for dimension, (token, idf) in enumerate(part["tokens"], start=part["first"]):
                self._dimensions[token] = dimension
                self._idf[token] = idf
        self._spelling = Spelling(filter(is_content, self._idf), language)

    def weight(self, token: str) -> float:
        """See LanguageIndex."""
        return token_weight(self._idf.get(token), self._size)

    def knows(self, token: str) -> bool:
        """See LanguageIndex."""
        return token in self._idf

    def spelling(self, token: str) -> str | None:
        """See LanguageIndex."""
        return self._spelling.correction(token)

    def candidates(self, question: Question, knower: Knower, k: int) -> list[Candidate]:
        """See LanguageIndex. Gates are applied before anything is ranked, and once more at the end."""
        found = self._best(question, self._behind(self._open(knower)), k)
        return [c for c in found if c.stored.chunk.gate.admits(knower)]

    def withheld(self, question: Question, knower: Knower, k: int) -> list[Candidate]:
        """See LanguageIndex."""
        heard = {n for n, g in self._gates.items() if not knower.audiences.isdisjoint(g.audience)}
        closed = self._gates.keys() - self._open(knower)
        told, own = self._behind(closed & heard), self._behind(closed - heard)
        narrated = f"({own} and kind not in {_list(OWN_WORDS)})" if own else ""
        found = self._best(question, " or ".join(filter(None, (told, narrated))), k)
        return [c for c in found if not c.stored.chunk.gate.admits(knower)]

    def holding(
        self, tokens: Sequence[str], knower: Knower, k: int, *, hidden: bool
    ) -> list[StoredChunk]:
        """See LanguageIndex."""
        open_ = self._open(knower)
        scores = self._lexical(
            tokens, self._behind(self._gates.keys() - open_ if hidden else open_), k
        )
        best = sorted(scores, key=lambda name: (-scores[name], f"{name}@"))
        passages = self._collection.passages(best, self._language)
        found = [passages[name] for name in best if name in passages]
        return [stored for stored in found if stored.chunk.gate.admits(knower) != hidden]

    def _open(self, knower: Knower) -> set[int]:
        return {number for number, gate in self._gates.items() if gate.admits(knower)}

    def _behind(self, gates: Iterable[int]) -> str:
        """Return the filter of what stands behind these gates; empty where there are none.

        It names no more than the version's own gates, however long the story and the list of flags.
        """
        numbers = _list(sorted(gates))
        return "" if numbers == "[]" else f"gate_number in {numbers}"

    def _best(self, question: Question, where: str, k: int) -> list[Candidate]:
        if not where:
            return []
        depth = max(DEPTH * k, LEAST_DEPTH)
        lexical = self._lexical(question.tokens, where, depth)
        vector = question.vector if self.dense_weight else None
        if vector is not None and len(vector) != self._collection.dimension:
            vector = None
        similar = {} if vector is None else self._similar(vector, where, depth)
        if vector is not None and (missing := lexical.keys() - similar.keys()):
            similar |= self._similar(vector, _among(missing), len(missing), whole=True)
        # Fewer than were asked for are all that there are: the rest has no lexical score.
        if len(lexical) == depth and (missing := similar.keys() - lexical.keys()):
            lexical |= self._lexical(question.tokens, _among(missing), len(missing))
        names = sorted(lexical.keys() | similar.keys(), key=lambda name: f"{name}@")
        scores = np.asarray([lexical.get(name, 0.0) for name in names])
        near = np.asarray([similar.get(name, 0.0) for name in names])
        fused = fuse(scores, near, self.dense_weight)
        best = [row for row in np.argsort(-fused, kind="stable")[:k] if fused[row] > 0]
        passages = self._collection.passages([names[row] for row in best], self._language)
        return [
            Candidate(passages[names[row]], float(fused[row]), float(near[row]))
            for row in best
            if names[row] in passages
        ]

    def _lexical(self, tokens: Sequence[str], where: str, limit: int) -> dict[str, float]:
        """Return the BM25 scores of the best passages: rank_bm25's own, up to 32 bits."""
        known = Counter(self._dimensions[token] for token in tokens if token in self._dimensions)
        if not known or not where:
            return {}
        query = {dimension: float(count) for dimension, count in known.items()}
        return self._search("lexical", query, where, limit)

    def _similar(
        self, vector: Any, where: str, limit: int, *, whole: bool = False
    ) -> dict[str, float]:
        """Return the similarity of the nearest passages: of about `limit`, or of all of them."""
        rows = self._collection.most_vectors if whole else ceil(self._collection.mean_vectors)
        return self._search("vector", vector.tolist(), where, limit * rows)

    def _search(self, field: str, query: Any, where: str, limit: int) -> dict[str, float]:
        mine = f'language == "{self._language}" and ({where})'
        return self._collection.search(field, query, mine, min(limit, MOST_ROWS))


def _among(names: Iterable[str]) -> str:
    return f"chunk in {_list(sorted(names))}"


def _list(values: Sequence[Any]) -> str:
    return json.dumps(list(values), ensure_ascii=False)
