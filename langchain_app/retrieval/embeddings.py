"""Embedding models: the embedded one, and those that servers hold."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import tempfile
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import xllamacpp
from langchain_core.embeddings import Embeddings
from pydantic import SecretStr

from langchain_app.domain.errors import EmbeddingsUnavailable, SettingsInvalid
from langchain_app.retrieval import minilm_gguf

PROVIDERS = ("embedded", "ollama", "openai")
OLLAMA_MODEL = "bge-m3"  # knows Korean and English
OPENAI_MODEL = "text-embedding-3-small"

# An utterance that comes during an ingest waits for one batch, not for the whole world.
BATCH = 8
# Both clients wait for minutes or for ever by themselves; a cold model takes seconds to load.
_TIMEOUT = httpx.Timeout(60.0, connect=5.0)


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
        self._tokens = minilm_gguf.WordPiece(minilm_gguf.load_vocabulary())
        self._engine: Any = _open_engine(minilm_gguf.ensure_gguf(state_folder))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed texts: n -> (n, 384); raises EmbeddingsUnavailable."""
        starts = range(0, len(texts), BATCH)
        return [vector for at in starts for vector in self._embed(texts[at : at + BATCH])]

    def embed_query(self, text: str) -> list[float]:
        """Embed one text: (384,); raises EmbeddingsUnavailable."""
        return self._embed([text])[0]

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed texts beside the event loop (the engine releases the GIL)."""
        return await asyncio.to_thread(self.embed_documents, texts)

    async def aembed_query(self, text: str) -> list[float]:
        """Embed one text beside the event loop (the engine releases the GIL)."""
        return await asyncio.to_thread(self.embed_query, text)

    def close(self) -> None:
        """Give the model's memory back, once the calls under way are done."""
        self._engine = None

    def _embed(self, texts: Sequence[str]) -> list[list[float]]:
        engine = self._engine
        if engine is None:
            raise EmbeddingsUnavailable("The embedding model was closed.", "Open another one.")
        tokens = [self._tokens.encode(text) for text in texts]
        # base64 carries the float32 bit for bit, and saves 0.3 ms a query against decimals.
        answer = engine.handle_embeddings({"input": tokens, "encoding_format": "base64"})
        if "error" in answer:
            raise _failed("embedded", answer["error"].get("message", "no reason given"))
        vectors = [b64decode(row["embedding"]) for row in answer["data"]]
        return [np.frombuffer(vector, dtype="<f4").tolist() for vector in vectors]


class ServedEmbeddings(Embeddings):
    """A server's model behind LangChain's client, whose errors become EmbeddingsUnavailable."""

    def __init__(self, provider: str, client: Any) -> None:
        self.provider, self.client = provider, client
        self.model_name: str = client.model

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed texts: n -> (n, d); raises EmbeddingsUnavailable."""
        with _reported(self.provider):
            return list(self.client.embed_documents(texts))

    def embed_query(self, text: str) -> list[float]:
        """Embed one text: (d,); raises EmbeddingsUnavailable."""
        with _reported(self.provider):
            return list(self.client.embed_query(text))

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed texts: n -> (n, d); raises EmbeddingsUnavailable."""
        with _reported(self.provider):
            return list(await self.client.aembed_documents(texts))

    async def aembed_query(self, text: str) -> list[float]:
        """Embed one text: (d,); raises EmbeddingsUnavailable."""
        with _reported(self.provider):
            return list(await self.client.aembed_query(text))


def open_embeddings(
    provider: str, *, state_folder: Path, base_url: str | None, model: str | None, api_key: str = ""
) -> Embeddings:
    """Open an embedding model; no server is spoken to before the first text.

    Raises SettingsInvalid for an unknown provider or an unusable address, EmbeddingsUnavailable.
    """
    if provider == "embedded":
        return EmbeddedMiniLM(state_folder)
    if provider not in PROVIDERS:
        raise SettingsInvalid(
            f"There is no embedding provider {provider!r}.", f"Known: {', '.join(PROVIDERS)}."
        )
    try:
        if provider == "ollama":
            return ServedEmbeddings(provider, _ollama(model or OLLAMA_MODEL, base_url))
        return ServedEmbeddings(provider, _openai(model or OPENAI_MODEL, base_url, api_key))
    except Exception as error:  # no common base here either, and nothing was sent yet
        raise SettingsInvalid(
            f"The embedding provider {provider} cannot be opened: {error}",
            "Check its base URL, and OPENAI_API_KEY where the server is OpenAI's own.",
        ) from error


def _ollama(model: str, base_url: str | None) -> Any:
    from langchain_ollama import OllamaEmbeddings

    return OllamaEmbeddings(model=model, base_url=base_url, client_kwargs={"timeout": _TIMEOUT})


def _openai(model: str, base_url: str | None, api_key: str) -> Any:
    from langchain_openai import OpenAIEmbeddings  # a second to import: only where it is chosen

    # Left out, OPENAI_API_KEY would be sent to whoever is at base_url.
    key = api_key or ("none" if base_url else "")
    return OpenAIEmbeddings(
        model=model,
        openai_api_base=base_url,
        request_timeout=_TIMEOUT,
        # Otherwise token ids are sent instead of text, which only OpenAI's own server knows.
        check_embedding_ctx_length=False,
        **({"openai_api_key": SecretStr(key)} if key else {}),
    )


def _open_engine(path: Path) -> Any:
    """Start llama.cpp on the model; raises EmbeddingsUnavailable."""
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.embedding = True
    params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    # One sequence at a time: side by side they round differently (2e-4), and gain at most 15%.
    params.n_parallel = 1
    params.n_ctx = params.n_batch = params.n_ubatch = minilm_gguf.CONTEXT
    threads = 1  # two gain a third on an idle machine, and cost threefold on a busy one (spinning)
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.cache_ram_mib, params.warmup, params.verbosity = 0, False, -1
    params.api_keys = [secrets.token_urlsafe(32)]
    params.n_threads_http = 1
    try:
        # The engine insists on listening. A socket that loses its name at once is heard by nobody.
        with tempfile.TemporaryDirectory(prefix="dramatis-") as private:
            address = f"{private}/engine.sock"
            # Linux allows 108 bytes, macOS 104. Otherwise: loopback, a free port and the key above.
            if hasattr(socket, "AF_UNIX") and len(os.fsencode(address)) < 104:
                params.hostnames = [address]
            return xllamacpp.Server(params)
    except (RuntimeError, OSError) as error:
        raise EmbeddingsUnavailable(
            f"The embedding model {path} cannot be opened: {error}",
            "Delete that file; the next start makes it anew.",
        ) from error


@contextmanager
def _reported(provider: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # two clients over three libraries share no other base
        raise _failed(provider, repr(error)) from error


def _failed(provider: str, reason: str) -> EmbeddingsUnavailable:
    message = f"The embedding model ({provider}) failed: {reason[:300]}"
    return EmbeddingsUnavailable(message, "`dramatis doctor` tells more.")
