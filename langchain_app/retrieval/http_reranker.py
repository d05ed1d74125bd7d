"""Rerankers that a server holds: TEI, llama.cpp, vLLM, Cohere, Jina. Two shapes of one request."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Sequence
from typing import Any, Literal

import httpx
import numpy as np
from numpy.typing import NDArray

from langchain_app.retrieval.features import Examined
from langchain_app.retrieval.knowledge import Question

logger = logging.getLogger("dramatis.retrieval")

Shape = Literal["texts", "documents"]
"""`texts`: TEI's /rerank. `documents`: llama.cpp, vLLM and Jina's /v1/rerank, Cohere's /v2/rerank."""


class HttpReranker:
    """Asks a server; one that fails or is late leaves the candidates as they are."""

    def __init__(
        self, url: str, *, shape: Shape, model: str = "", api_key: str = "", timeout_s: float = 0.5
    ) -> None:
        """Take the whole address of the rerank route; nothing is sent yet."""
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self.name = f"{model or 'server'} ({shape})"
        self._url, self._shape, self._model = url, shape, model
        self._timeout_s = timeout_s
        self._client = httpx.AsyncClient(headers=headers, timeout=timeout_s)

    async def scores(
        self, question: Question, examined: Sequence[Examined]
    ) -> NDArray[np.float64] | None:
        """Return the server's scores from 0 to 1, or None where it did not answer well in time."""
        if not examined:
            return None
        texts = [f"{e.stored.chunk.title}\n{e.stored.chunk.text}" for e in examined]
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._client.post(self._url, json=self._body(question.text, texts))
            answer.raise_for_status()
            return _spread(_read(answer.json(), len(texts)))
        except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError) as error:
            logger.warning("the reranker %s did not help: %r", self._url, error)
            return None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _body(self, query: str, texts: list[str]) -> dict[str, Any]:
        if self._shape == "texts":
            return {"query": query, "texts": texts, "truncate": True}
        model = {"model": self._model} if self._model else {}
        return model | {"query": query, "documents": texts, "top_n": len(texts)}


def _read(answer: Any, count: int) -> NDArray[np.float64]:
    """Read the scores by their index: order and score's name differ between servers."""
    rows = answer if isinstance(answer, list) else answer["results"]
    scores = np.full(count, np.nan)
    for row in rows:
        score = row["relevance_score"] if "relevance_score" in row else row["score"]
        scores[_within(int(row["index"]), count)] = float(score)
    if not np.isfinite(scores).any():
        raise ValueError("no score in the answer")
    return np.where(np.isfinite(scores), scores, np.nanmin(scores[np.isfinite(scores)]))


def _within(index: int, count: int) -> int:
    if not 0 <= index < count:
        raise ValueError(f"the answer scores a document {index} of {count}")
    return index


def _spread(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring scores to 0..1: some servers give logits, some probabilities, none the same ones."""
    low, high = float(scores.min()), float(scores.max())
    if math.isclose(low, high):
        return np.zeros_like(scores)
    spread: NDArray[np.float64] = (scores - low) / (high - low)
    return spread
