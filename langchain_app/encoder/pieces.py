"""A text as the encoder reads it: pieces with their places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, pre_tokenizers

from langchain_app.encoder.weights import LONGEST, Vocabulary


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of a text: `ids` (n,), and where each begins and ends in `text`.

    Begin and end of the text are pieces of their own, with an empty place. `text` is what the pieces
    are of: single characters normalised (full-width letters, ligatures), runs of spaces made one.
    """

    text: str
    ids: NDArray[np.int64]
    places: tuple[tuple[int, int], ...]

    def __len__(self) -> int:
        return len(self.ids)

    def own(self, leading: int) -> Pieces:
        """Return the beginning and the pieces after the first `leading`, without the end."""
        kept = np.concatenate([self.ids[:1], self.ids[leading:-1]])
        return Pieces(self.text, kept, (self.places[0], *self.places[leading:-1]))


class PieceReader:
    """Cuts texts into pieces. Safe to use from several threads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._begin, self._end = vocabulary.begin, vocabulary.end
        self._normalised = vocabulary.normalised
        unigram = models.Unigram(
            list(zip(vocabulary.pieces, vocabulary.scores, strict=True)), vocabulary.unknown
        )
        self._tokeniser = Tokenizer(unigram)
        self._tokeniser.pre_tokenizer = pre_tokenizers.Metaspace()

    def read(self, text: str, longest: int = LONGEST) -> Pieces:
        """Return the pieces of a text, and its begin and end.

        Of a text with more than `longest` pieces the middle is left out: it begins with what it is
        about and ends with what it comes to."""
        text = " ".join(text.translate(self._normalised).split())
        encoded = self._tokeniser.encode(text)
        ids, places = encoded.ids, encoded.offsets
        if len(ids) > longest:
            first, last = longest - longest // 3, len(ids) - longest // 3
            ids, places = ids[:first] + ids[last:], places[:first] + places[last:]
        whole = np.array([self._begin, *ids, self._end], np.int64)
        return Pieces(text, whole, ((0, 0), *places, (0, 0)))
