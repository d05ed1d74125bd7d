"""Second stage: candidates are looked at closely and put into a better order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

import numpy as np
import orjson
from numpy.typing import NDArray

from langchain_app.retrieval.features import FEATURES, Examined
from langchain_app.retrieval.knowledge import Question


class Reranker(Protocol):
    """Scores candidates anew; a reranker that fails or is late leaves them as they are."""

    name: str

    async def scores(
        self, question: Question, examined: Sequence[Examined]
    ) -> NDArray[np.float64] | None:
        """Return one score a candidate, on the scale of fused scores (0 to 1), or None."""


class NoReranker:
    """Keeps the order of the first stage."""

    name = "none"

    async def scores(
        self, question: Question, examined: Sequence[Examined]
    ) -> NDArray[np.float64] | None:
        """Return None: the fused scores stand."""
        return None


@dataclass(frozen=True, slots=True)
class LinearModel:
    """One weight a feature, that of `fused` being 1."""

    weights: NDArray[np.float64]

    def __call__(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Score candidates, shape (candidates, 8) -> (candidates,)."""
        scored: NDArray[np.float64] = features @ self.weights
        return scored


class EmbeddedReranker:
    """A conditional logit over eight features, in this process and without a download.

    Two models: one for passages whose word vectors are known, one for words alone. Trained by
    training/reranker; how well, stands in `reranker.json`.
    """

    name = "embedded"

    async def scores(
        self, question: Question, examined: Sequence[Examined]
    ) -> NDArray[np.float64] | None:
        """Return the model's scores; less than a millisecond."""
        return rescored(question, examined)


def rescored(question: Question, examined: Sequence[Examined]) -> NDArray[np.float64]:
    """Return the embedded model's scores of the candidates, shape (candidates,)."""
    if not examined:
        return np.zeros(0)
    by_meaning = question.words is not None and any(e.stored.words for e in examined)
    model = trained("words_and_meaning" if by_meaning else "words")
    return model(np.stack([e.features for e in examined]))


@cache
def trained(name: str) -> LinearModel:
    """Return a trained model of `reranker.json`: "words_and_meaning" or "words"."""
    stored: dict[str, Any] = orjson.loads((files(__package__) / "reranker.json").read_bytes())
    weights = stored["models"][name]["weights"]
    return LinearModel(np.asarray([float(weights.get(feature, 0.0)) for feature in FEATURES]))
