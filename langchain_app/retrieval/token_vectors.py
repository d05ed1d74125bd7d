"""Word vectors of a text, small enough to keep: for MaxSim, the late interaction of ColBERT.

Khattab and Zaharia (2020) score a passage by the best match of each word of the question among the
passage's words. Theirs is a model trained for it; here the word vectors of a sentence encoder serve,
projected on their principal components and kept as bytes.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
DIMENSIONS = 128
MOST_WORDS = 360
"""More words of one passage are cut off: what is kept of them must fit a VARCHAR of 65,535 bytes."""


@dataclass(frozen=True, slots=True)
class SegmentVectors:
    """What a model says of one text: its own vector (d,), and a segment's words, (n, d) each."""

    pooled: Floats
    words: tuple[Floats, ...]


@dataclass(frozen=True, slots=True)
class WordVectors:
    """The word vectors of one passage: int8, shape (words, 128); `counts` words a segment."""

    matrix: NDArray[np.int8]
    counts: tuple[int, ...]

    def encoded(self) -> str:
        """Return the vectors as text that a store keeps; `decoded` reads it."""
        return f"{','.join(map(str, self.counts))}:{b64encode(self.matrix.tobytes()).decode()}"

    @staticmethod
    def decoded(text: str) -> WordVectors | None:
        """Read what `encoded` wrote; None of an empty text."""
        if not text:
            return None
        counts, _, data = text.partition(":")
        matrix = np.frombuffer(b64decode(data), dtype=np.int8).reshape(-1, DIMENSIONS)
        return WordVectors(matrix, tuple(int(count) for count in counts.split(",") if count))


def word_vectors(words: Sequence[Floats]) -> WordVectors:
    """Return a passage's word vectors, projected and rounded: 128 bytes a word."""
    counts, left = [], MOST_WORDS
    for segment in words:
        counts.append(min(len(segment), left))
        left -= counts[-1]
    kept = [segment[:count] for segment, count in zip(words, counts, strict=True)]
    matrix = np.round(projection(np.concatenate(kept)) * 127).astype(np.int8)
    return WordVectors(matrix, tuple(counts))


def projection(rows: Floats) -> Floats:
    """Project word vectors (n, 384) of the encoder on 128 principal components, at length 1 again."""
    return unit_rows(rows @ _basis())


def unit_rows(rows: Floats) -> Floats:
    """Return the rows (n, d) at length 1; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Floats = rows / np.maximum(lengths, np.float32(1e-9))
    return scaled


@cache
def _basis() -> Floats:
    # Made by training/reranker/axes.py.
    with (files(__package__) / "e5_basis.npy").open("rb") as stored:
        basis: Floats = np.load(stored, allow_pickle=False).astype(np.float32)
    return basis
