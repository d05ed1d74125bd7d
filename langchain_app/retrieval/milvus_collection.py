"""One version's collection on a Milvus server, asked in the middle of turns."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from langchain_app.domain.errors import KnowledgeStoreUnavailable
from langchain_app.domain.text import Language
from langchain_app.retrieval.knowledge import StoredChunk
from langchain_app.retrieval.milvus_rows import TOLD, passage_key, stored_chunk
from langchain_app.retrieval.milvus_store import MilvusStore, collection_of

T = TypeVar("T")

SEARCH_S = 2.0
"""What one request may take; a turn without lore beats an answer that is late."""
SILENT_S = 5.0
"""After a failure nothing is asked for so long: turns must not wait for a dead server one by one."""
KEPT = 2_000
"""Passages that were found lately; the embedded model's word vectors make one about 10 KB."""

logger = logging.getLogger("dramatis.knowledge")


class MilvusCollection:
    """Searches and passages; a failure is logged once, and so is its end."""

    def __init__(self, store: MilvusStore, world: str, meta: Mapping[str, Any]) -> None:
        self.dimension: int = meta["dimension"]
        self.mean_vectors: float = meta["vectors"] / meta["chunks"]
        self.most_vectors: int = meta["most_vectors"]
        self._store = store
        self._name = collection_of(world, meta["version"])
        self._passages: dict[str, StoredChunk] = {}
        self._lock = threading.Lock()
        self._failed = False
        self._silent_until = 0.0

    def search(self, field: str, query: Any, where: str, limit: int) -> dict[str, float]:
        """Return the best score of each chunk found in at most `limit` rows.

        Raises KnowledgeStoreUnavailable.
        """
        hits = self._asked(
            lambda client: client.search(
                self._name,
                data=[query],
                anns_field=field,
                filter=where,
                limit=limit,
                output_fields=["chunk"],
                timeout=SEARCH_S,
            )
        )[0]
        found: dict[str, float] = {}
        for hit in hits:
            name, score = hit["entity"]["chunk"], float(hit["distance"])
            found[name] = max(score, found.get(name, score))
        return found

    def passages(self, ids: Sequence[str], language: Language) -> dict[str, StoredChunk]:
        """Return the passages that there are, without their vectors, by id.

        Raises KnowledgeStoreUnavailable.
        """
        keys = {name: passage_key(name, language) for name in ids}
        with self._lock:
            found = {n: self._passages[key] for n, key in keys.items() if key in self._passages}
        if missing := [key for name, key in keys.items() if name not in found]:
            rows = self._asked(
                lambda client: client.get(
                    self._name, missing, output_fields=_FIELDS, timeout=SEARCH_S
                )
            )
            nothing = np.zeros((0, self.dimension), np.float32)
            read = {row["key"]: stored_chunk(row, nothing) for row in rows}
            found |= {stored.chunk.id: stored for stored in read.values()}
            self._keep(read)
        return found

    def _keep(self, read: Mapping[str, StoredChunk]) -> None:
        with self._lock:
            self._passages |= read
            for key in list(self._passages)[: max(0, len(self._passages) - KEPT)]:
                del self._passages[key]

    def _asked(self, ask: Callable[[Any], T]) -> T:
        if time.monotonic() < self._silent_until:
            raise KnowledgeStoreUnavailable(self._store.uri, "it failed a moment ago")
        try:
            with self._store.client() as client:
                if self._failed:  # a server that was started again has released it
                    client.load_collection(self._name, timeout=SEARCH_S)
                answer = ask(client)
        except KnowledgeStoreUnavailable as error:
            self._silent_until = time.monotonic() + SILENT_S
            if not self._failed:
                logger.warning("%s Turns go on without lore.", error)
            self._failed = True
            raise
        if self._failed:
            logger.warning("The knowledge store at %s answers again.", self._store.uri)
            self._failed = False
        return answer


_FIELDS = ["key", "chunk", "language", "kind", "importance", *(field for field, _ in TOLD)]
