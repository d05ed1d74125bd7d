"""A line as the understanding reads it: its own pieces and their states above the lower layers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from langchain_app.encoder.encoder import LINE_PIECES, Encoded, Encoder
from langchain_app.encoder.pieces import Pieces
from langchain_app.encoder.weights import Floats
from langchain_app.language.typed import tidied

PREFIX = "query: "
"""How multilingual-e5 wants a query to begin: the same reading serves search."""
BESIDE_PIECES = 32
"""Of an example or a turn before."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line: `states` (n, 384) of its beginning and its own pieces."""

    pieces: Pieces
    states: Floats
    encoded: Encoded

    @property
    def vector(self) -> Floats:
        """The line's vector, as search knows it: (384,), at length 1."""
        mean: Floats = self.encoded.above.mean(0)
        vector: Floats = mean / np.linalg.norm(mean)
        return vector


class LineReader:
    """Reads lines. Of a long one, the beginning and the end."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._leading = len(encoder.reader.read(PREFIX)) - 1

    def line(self, text: str) -> Line:
        """Return a line, tidied, without prefix and end."""
        encoded = self._encoder.read(as_query(text), LINE_PIECES)
        pieces = encoded.pieces.own(self._leading)
        states = np.concatenate([encoded.middle[:1], encoded.middle[self._leading : -1]])
        return Line(pieces, states, encoded)

    def forget(self) -> None:
        """Let go of what was read lately."""
        self._encoder.forget()


def as_query(text: str) -> str:
    """Return what the encoder reads of a player's line: tidied, with its prefix."""
    return PREFIX + tidied(text)
