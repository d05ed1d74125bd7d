"""all-MiniLM-L6-v2 in this process: one vector a text, and one a word of it."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import tempfile
import threading
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import orjson
import xllamacpp
from langchain_core.embeddings import Embeddings

from langchain_app.domain.errors import EmbeddingsUnavailable
from langchain_app.retrieval import minilm_gguf
from langchain_app.retrieval.token_vectors import Floats, SegmentVectors, unit_rows

# An utterance that comes during an ingest waits for one batch, not for the whole world.
BATCH = 8
RECENT = 64
"""A turn needs the vectors of one utterance several times: for lore, for memories, for reranking."""

_FUNCTION_WORDS = frozenset(
    """
    the a an of in on at to and or is are was were be by for with as that this it its from what which
    who whom whose how when where why did do does had has have not
    """.split()  # noqa: SIM905  a list literal would take a line a word
)


class EmbeddedMiniLM(Embeddings):
    """all-MiniLM-L6-v2 in this process: English, 384 dimensions, vectors of length 1.

    A text has the same vector whatever else is embedded with it or at the same time. Beyond 512
    tokens a text is cut. Safe to use from several threads.
    """

    model_name = "all-MiniLM-L6-v2"
    dimension = minilm_gguf.WIDTH

    def __init__(self, state_folder: Path) -> None:
        """Open the model, converted under `state_folder` at first use.

        Raises EmbeddingsUnavailable.
        """
        pieces = minilm_gguf.load_vocabulary()
        self._word_piece = minilm_gguf.WordPiece(pieces)
        self._empty = np.asarray([_says_nothing(piece) for piece in pieces])
        self._engine: _Engine | None = _Engine(minilm_gguf.ensure_gguf(state_folder))
        self._recent: dict[str, SegmentVectors] = {}
        self._lock = threading.Lock()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed texts: n -> (n, 384); raises EmbeddingsUnavailable."""
        starts = range(0, len(texts), BATCH)
        encoded = ([self._word_piece.encode(t) for t in texts[at : at + BATCH]] for at in starts)
        return [_pooled(vectors).tolist() for ids in encoded for vectors in self._embed(ids)]

    def embed_query(self, text: str) -> list[float]:
        """Embed one text: (384,); raises EmbeddingsUnavailable."""
        vector: list[float] = self.embed_words(text).pooled.tolist()
        return vector

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed texts beside the event loop (the engine releases the GIL)."""
        return await asyncio.to_thread(self.embed_documents, texts)

    async def aembed_query(self, text: str) -> list[float]:
        """Embed one text beside the event loop (the engine releases the GIL)."""
        return await asyncio.to_thread(self.embed_query, text)

    def embed_segments(self, segments: Sequence[str]) -> SegmentVectors:
        """Embed one text that was cut into segments; raises EmbeddingsUnavailable.

        Gives the vector of the whole, and for each segment the vectors of its words that say
        something (neither stop words nor punctuation), each of length 1.
        """
        parts = [self._word_piece.encode(segment)[1:-1] for segment in segments]
        opening, *_, closing = self._word_piece.encode("")
        inner = [piece for part in parts for piece in part][: minilm_gguf.CONTEXT - 2]
        (vectors,) = self._embed([[opening, *inner, closing]])
        says = ~self._empty[inner]
        words, ends = vectors[1:-1], np.cumsum([0, *(len(part) for part in parts)])
        return SegmentVectors(
            _pooled(vectors),
            tuple(unit_rows(words[start:end][says[start:end]]) for start, end in pairwise(ends)),
        )

    def embed_words(self, text: str) -> SegmentVectors:
        """Embed a query as `embed_segments` does, or give what an earlier call for it gave."""
        found = self.words_at_hand(text) or self.embed_segments([text])
        with self._lock:
            self._recent[text] = found
            while len(self._recent) > RECENT:
                del self._recent[next(iter(self._recent))]
        return found

    def words_at_hand(self, text: str) -> SegmentVectors | None:
        """Return what `embed_words` gave for this text a short while ago, without any work."""
        return self._recent.get(text)

    def close(self) -> None:
        """Give the model's memory back, once the calls under way are done."""
        if self._engine is not None:
            self._engine.close()
        self._engine = None

    def _embed(self, ids: Sequence[Sequence[int]]) -> list[Floats]:
        if self._engine is None:
            raise EmbeddingsUnavailable("The embedding model was closed.", "Open another one.")
        return self._engine.embed(ids)


class _Engine:
    """llama.cpp on the model, asked over its own private socket: only there it tells word vectors."""

    def __init__(self, path: Path) -> None:
        """Start it; raises EmbeddingsUnavailable."""
        # A folder that only this user may enter, and a key that only this process knows.
        self._private = tempfile.TemporaryDirectory(prefix="dramatis-", ignore_cleanup_errors=True)
        address, key = f"{self._private.name}/engine.sock", secrets.token_urlsafe(32)
        # Linux allows 108 bytes, macOS 104. Otherwise: loopback, a free port and the key.
        by_file = hasattr(socket, "AF_UNIX") and len(os.fsencode(address)) < 104
        try:
            self._server = xllamacpp.Server(_parameters(path, key, address if by_file else None))
        except (RuntimeError, OSError) as error:
            raise EmbeddingsUnavailable(
                f"The embedding model {path} cannot be opened: {error}",
                "Delete that file; the next start makes it anew.",
            ) from error
        self._http = httpx.Client(
            base_url="http://engine" if by_file else self._server.listening_address,
            transport=httpx.HTTPTransport(uds=address if by_file else None),
            headers={"Authorization": f"Bearer {key}"},
            timeout=60,
        )

    def embed(self, ids: Sequence[Sequence[int]]) -> list[Floats]:
        """Return the vector of every token of each text, shape (tokens, 384) each."""
        body = orjson.dumps({"content": ids, "embd_normalize": -1})
        try:
            answer = self._http.post(
                "/embeddings", content=body, headers={"Content-Type": "application/json"}
            )
            rows = orjson.loads(answer.content)
        except (httpx.HTTPError, orjson.JSONDecodeError, RuntimeError) as error:
            raise _failed(repr(error)) from error
        if answer.status_code != 200:
            raise _failed(str(rows.get("error", {}).get("message", "no reason given")))
        found = sorted(rows, key=lambda row: int(row["index"]))
        return [np.asarray(row["embedding"], dtype=np.float32) for row in found]

    def close(self) -> None:
        self._http.close()
        self._private.cleanup()


def _parameters(path: Path, key: str, address: str | None) -> Any:
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.embedding = True
    params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_NONE
    # One sequence at a time: side by side they round differently (2e-4), and gain at most 15%.
    params.n_parallel = 1
    params.n_ctx = params.n_batch = params.n_ubatch = minilm_gguf.CONTEXT
    threads = 1  # two gain a third on an idle machine, and cost threefold on a busy one (spinning)
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.cache_ram_mib, params.warmup, params.verbosity = 0, False, -1
    params.api_keys = [key]
    params.n_threads_http = 1
    if address:
        params.hostnames = [address]
    return params


def _says_nothing(piece: str) -> bool:
    return piece in _FUNCTION_WORDS or not any(letter.isalnum() for letter in piece)


def _pooled(vectors: Floats) -> Floats:
    """Return the mean of a text's token vectors, [CLS] and [SEP] among them, at length 1."""
    mean: Floats = unit_rows(vectors.mean(axis=0, keepdims=True))[0]
    return mean


def _failed(reason: str) -> EmbeddingsUnavailable:
    message = f"The embedding model (embedded) failed: {reason[:300]}"
    return EmbeddingsUnavailable(message, "`dramatis doctor` tells more.")
