"""Embedding models behind LangChain's interface: the embedded one, and those that servers hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from langchain_core.embeddings import Embeddings
from pydantic import SecretStr

from langchain_app.domain.errors import EmbeddingsUnavailable, SettingsInvalid
from langchain_app.encoder.encoder import Encoder
from langchain_app.retrieval.e5 import EmbeddedE5

PROVIDERS = ("embedded", "ollama", "openai")
OLLAMA_MODEL = "bge-m3"  # knows Korean and English
OPENAI_MODEL = "text-embedding-3-small"

# Both clients wait for minutes or for ever by themselves; a cold model takes seconds to load.
_TIMEOUT = httpx.Timeout(60.0, connect=5.0)


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
    provider: str,
    *,
    encoder: Encoder | None = None,
    base_url: str | None = None,
    model: str | None = None,
    api_key: str = "",
) -> Embeddings:
    """Open an embedding model; no server is spoken to before the first text.

    The embedded one reads with `encoder`, which others share, or with one of its own. Raises
    SettingsInvalid for an unknown provider or an unusable address, EmbeddingsUnavailable.
    """
    if provider == "embedded":
        return EmbeddedE5(encoder or Encoder())
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


@contextmanager
def _reported(provider: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # two clients over three libraries share no other base
        raise _failed(provider, repr(error)) from error


def _failed(provider: str, reason: str) -> EmbeddingsUnavailable:
    message = f"The embedding model ({provider}) failed: {reason[:300]}"
    return EmbeddingsUnavailable(message, "`dramatis doctor` tells more.")
