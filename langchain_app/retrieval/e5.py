"""multilingual-e5-small in this process: one vector a text, and one a word of it."""

from __future__ import annotations

import asyncio
import re
import threading
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from langchain_core.embeddings import Embeddings

from langchain_app.encoder.encoder import LINE_PIECES, Encoded, Encoder
from langchain_app.encoder.lines import as_query
from langchain_app.encoder.weights import WIDTH
from langchain_app.retrieval.axes import Role, axes_of
from langchain_app.retrieval.token_vectors import Floats, SegmentVectors

PASSAGE = "passage: "
"""How multilingual-e5 wants what is searched to begin."""
RECENT = 64
"""A turn needs the vectors of one utterance several times: for lore, for memories, for reranking."""

_WORD = re.compile(r"\S+")
_FUNCTION_WORDS = frozenset(
    """
    the a an of in on at to and or is are was were be by for with as that this it its from what which
    who whom whose how when where why did do does had has have not
    그 이 저 것 거 게 건 걸 것은 것이 것을 것으로 수 때 등 중 및 또 또는 그리고 그러나 하지만 근데
    그런데 그래서 그럼 그런 이런 저런 그렇게 이렇게 좀 더 잘 다 왜 뭐 뭐가 뭘 무엇 무엇이 무엇을
    무엇인가 무슨 어떤 어느 어떻게 얼마나 몇 언제 어디 어디서 어디에 누구 누가 누구의 있는 있다 있니
    있어 있어요 있나요 있습니다 있었다 없는 없다 하는 하고 한 할 하다 한다 해 해서 했다 합니다 되는
    된 된다 되었다 위해 위한 대한 대해 때문에 따라 통해 의해 인가 인가요 입니다 이다
    """.split()  # noqa: SIM905  a list literal would take a line a word
)


class EmbeddedE5(Embeddings):
    """multilingual-e5-small in this process: Korean and English, 384 dimensions, length 1.

    What the vectors of all texts have in common is taken out (`axes`), so unrelated texts have a
    similarity of about 0 in both languages; E5's own cosines of such texts are .75 to .86. A text has
    the same vector whatever else is embedded at the same time. Of a passage beyond 510 pieces, and of
    a query beyond 64, beginning and end are read. Safe to use from several threads.
    """

    model_name = "multilingual-e5-small"
    dimension = WIDTH

    def __init__(self, encoder: Encoder) -> None:
        """Read with `encoder`, which others may read with too: what one read, no other reads again."""
        self.encoder = encoder
        self._recent: dict[str, SegmentVectors] = {}
        self._lock = threading.Lock()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed passages: n -> (n, 384)."""
        return [self.embed_segments([text]).pooled.tolist() for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """Embed what somebody says: (384,)."""
        vector: list[float] = self.embed_words(text).pooled.tolist()
        return vector

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed passages beside the event loop (the runtime releases the GIL)."""
        return await asyncio.to_thread(self.embed_documents, texts)

    async def aembed_query(self, text: str) -> list[float]:
        """Embed what somebody says beside the event loop (the runtime releases the GIL)."""
        return await asyncio.to_thread(self.embed_query, text)

    def embed_segments(self, segments: Sequence[str]) -> SegmentVectors:
        """Embed one passage that was cut into segments.

        Gives the vector of the whole, and for each segment the vectors of its words that say
        something (neither function words nor punctuation), each of length 1.
        """
        return _apart(read_passage(self.encoder, segments), "passage")

    def embed_words(self, text: str) -> SegmentVectors:
        """Embed a query as `embed_segments` does a passage, or give what an earlier call gave."""
        found = self.words_at_hand(text) or _apart(read_query(self.encoder, text), "query")
        with self._lock:
            self._recent[text] = found
            while len(self._recent) > RECENT:
                del self._recent[next(iter(self._recent))]
        return found

    def words_at_hand(self, text: str) -> SegmentVectors | None:
        """Return what `embed_words` gave for this text a short while ago, without any work."""
        return self._recent.get(text)


@dataclass(frozen=True, slots=True)
class Read:
    """A text as the encoder read it: the mean of all pieces (384,), that of each word (n, 384).

    The words of segment i are those from `ends[i]` to `ends[i + 1]`.
    """

    pooled: Floats
    words: Floats
    ends: tuple[int, ...]


def read_query(encoder: Encoder, text: str) -> Read:
    """Read what somebody says, as the understanding reads it: the encoder reads it once."""
    encoded = encoder.read(as_query(text), LINE_PIECES)
    return _read(encoded, [len(encoded.pieces.text.split())])


def read_passage(encoder: Encoder, segments: Sequence[str]) -> Read:
    """Read a passage that was cut into segments."""
    counts = [len(encoder.reader.read(segment).text.split()) for segment in segments]
    return _read(encoder.read(PASSAGE + " ".join(segments)), counts)


def _read(encoded: Encoded, counts: Sequence[int]) -> Read:
    """Return what was read of a text whose segments have `counts` words after its prefix."""
    words = list(_words(encoded))
    rows = [encoded.above[pieces].mean(axis=0) for _, pieces in words]
    numbers = [number for number, _ in words]
    return Read(
        encoded.above.mean(axis=0),
        np.stack(rows) if rows else np.zeros((0, WIDTH), np.float32),
        tuple(bisect_right(numbers, end) for end in np.cumsum([0, *counts])),
    )


def _apart(read: Read, role: Role) -> SegmentVectors:
    words = axes_of("words").apart(read.words, role)
    return SegmentVectors(
        axes_of("texts").apart(read.pooled[None], role)[0],
        tuple(words[start:end] for start, end in pairwise(read.ends)),
    )


def _words(encoded: Encoded) -> Iterator[tuple[int, list[int]]]:
    """Yield the number of each word that says something, and its pieces; 0 is the prefix.

    A word is what stands between blanks, in Korean an eojeol; a piece that is no more than its
    punctuation is none of it.
    """
    text = encoded.pieces.text
    places = [found.span() for found in _WORD.finditer(text)]
    starts = [start for start, _ in places]
    pieces: dict[int, list[int]] = {}
    for piece, (begin, end) in enumerate(encoded.pieces.places):
        if any(letter.isalnum() for letter in text[begin:end]):
            pieces.setdefault(bisect_right(starts, end - 1) - 1, []).append(piece)
    for number, inside in pieces.items():
        start, end = places[number]
        if number and _bare(text[start:end]) not in _FUNCTION_WORDS:
            yield number, inside


def _bare(word: str) -> str:
    """Return a word without the punctuation around it, in lower case."""
    letters = [place for place, letter in enumerate(word) if letter.isalnum()]
    return word[letters[0] : letters[-1] + 1].lower()
