"""A vocabulary small enough to read, in place of the quarter of a million pieces of the real one."""

from __future__ import annotations

from langchain_app.encoder.pieces import PieceReader
from langchain_app.encoder.weights import Vocabulary

WORDS = ("query:", "my", "name", "is", "edda", "항구", "one", "two", "three", "four", "five", "six")


def small() -> Vocabulary:
    """Return a vocabulary of whole words, single letters and a ligature."""
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    pieces = ("<s>", "<pad>", "</s>", "<unk>", "▁", *(f"▁{word}" for word in WORDS), *letters, ":")
    scores = (0.0, 0.0, 0.0, -20.0, -5.0, *([-1.0] * len(WORDS)), *([-8.0] * 26), -8.0)
    normalised = {ord("ﬁ"): "fi", ord("Ａ"): "a", ord("\u3000"): " ", ord("\u200b"): ""}
    return Vocabulary(pieces, scores, begin=0, end=2, padding=1, unknown=3, normalised=normalised)


def reader() -> PieceReader:
    """Return a reader with the small vocabulary."""
    return PieceReader(small())
