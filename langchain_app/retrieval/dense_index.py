"""Cosine similarity to every passage, in one product; in two where there are many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from langchain_app.retrieval.token_vectors import Floats

COARSE_FROM = 20_000
"""From so many vectors on, a first pass reads a third of each: the product is bound by memory."""
COARSE_DIMENSIONS = 128
REFINED = 256
SAMPLE = 4_096


class DenseIndex:
    """Vectors of passages; a passage may have several, and the nearest of them counts."""

    def __init__(self, vectors: Sequence[Floats]) -> None:
        """Take one array (n, d) a passage, of vectors of length 1."""
        self.size = len(vectors)
        self._matrix = np.concatenate(list(vectors)) if vectors else np.zeros((0, 1), np.float32)
        counts = [len(several) for several in vectors]
        self._starts = np.cumsum([0, *counts[:-1]])
        self._counts = np.asarray(counts)
        self._single = len(self._matrix) == self.size
        self._axes: Floats | None = None
        if len(self._matrix) >= COARSE_FROM and self._matrix.shape[1] > COARSE_DIMENSIONS:
            self._axes = _principal_axes(self._matrix)
            self._coarse = self._matrix @ self._axes

    @property
    def width(self) -> int:
        """The dimension of the vectors."""
        return int(self._matrix.shape[1])

    def similarities(self, vector: Floats) -> NDArray[np.float64]:
        """Return the similarity of every passage, shape (size,): of many, only coarsely."""
        product = (
            self._matrix @ vector if self._axes is None else self._coarse @ (vector @ self._axes)
        )
        if not self._single:
            product = np.maximum.reduceat(product, self._starts) if self.size else product
        return product.astype(np.float64)

    def refine(
        self, similarities: NDArray[np.float64], vector: Floats, rows: NDArray[np.intp]
    ) -> None:
        """Put exact similarities at `rows`, where they were only coarse."""
        if self._axes is None:
            return
        for row in rows:
            start = self._starts[row]
            several = self._matrix[start : start + self._counts[row]]
            similarities[row] = float((several @ vector).max())


def _principal_axes(matrix: Floats) -> Floats:
    sample = matrix[:: max(1, len(matrix) // SAMPLE)]
    _, axes = np.linalg.eigh(sample.T @ sample)
    principal: Floats = axes[:, ::-1][:, :COARSE_DIMENSIONS]
    return np.ascontiguousarray(principal)
