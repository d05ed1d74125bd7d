"""The spans of a line: which of its words tell something, by the tags of its pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from langchain_app.domain.text import Language
from langchain_app.encoder.labels import SPANS, TAGS
from langchain_app.encoder.pieces import Pieces
from langchain_app.encoder.weights import Floats
from langchain_app.language.korean import KoreanAnalyser

LEAST = 0.5
"""From here on a piece is part of a span."""
CLAUSES = ("goal", "promise", "about")
"""Spans that are predicates: in Korean they keep their endings."""

_OPENS = [TAGS.index(f"B-{span}") for span in SPANS]
_GOES_ON = [TAGS.index(f"I-{span}") for span in SPANS]
_WORD = re.compile(r"\S+")
_PARTS = re.compile(r"[,;:.!?]$|(?<=[가-힣])(?:이?랑|하고|와|과)$")
_MARKS = " ,.!?~;:\"'“”‘’…()*"
_OF = re.compile(r"['’]s$")


@dataclass(frozen=True, slots=True)
class Span:
    """Some words of a line and what they are: the value of a slot, whose it is, or an old value.

    Its pieces are those from `first` to `end`.
    """

    what: str
    text: str
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class _Word:
    """A word with a marked piece: its place, its marked pieces, and what they are."""

    begins: int
    ends: int
    first: int
    end: int
    shares: Floats
    opens: bool

    @property
    def what(self) -> int:
        return int(self.shares.argmax())


def spans_of(
    pieces: Pieces, logits: Floats, language: Language, korean: KoreanAnalyser
) -> list[Span]:
    """Return the spans that the logits of tags (n, tags) tell, with their own words.

    Words side by side are one span, unless a comma or "and" parts them or another kind of value
    begins; what a span is, all its words decide together.
    """
    groups: list[list[_Word]] = []
    for word in _marked(pieces, logits):
        last = groups[-1][-1] if groups else None
        if last is None or _parted(pieces.text, last, word):
            groups.append([])
        groups[-1].append(word)
    spans = [_span(pieces, group, language, korean) for group in groups]
    return [span for span in spans if span.text]


def _marked(pieces: Pieces, logits: Floats) -> Iterator[_Word]:
    shares = np.exp(logits - logits.max(1, keepdims=True))
    shares /= shares.sum(1, keepdims=True)
    of = shares[:, _OPENS] + shares[:, _GOES_ON]
    of[0] = 0  # the beginning has no words
    for found in _WORD.finditer(pieces.text):
        begins, ends = found.span()
        inside = [
            number
            for number, (_, stops) in enumerate(pieces.places)
            if begins < stops <= ends and of[number].max() >= LEAST
        ]
        if inside:
            first = inside[0]
            opens = shares[first, _OPENS].max() > shares[first, _GOES_ON].max()
            yield _Word(begins, ends, first, inside[-1] + 1, of[inside].max(0), bool(opens))


def _parted(text: str, last: _Word, word: _Word) -> bool:
    between = text[last.ends : word.begins]
    if between.strip() or _PARTS.search(text[last.begins : last.ends]):
        return True
    return word.opens and word.what != last.what


def _span(
    pieces: Pieces, words: Sequence[_Word], language: Language, korean: KoreanAnalyser
) -> Span:
    what = SPANS[int(np.sum([word.shares for word in words], axis=0).argmax())]
    first, end = words[0].first, words[-1].end
    begins, ends = words[0].begins, words[-1].ends
    if language == "ko" and what not in CLAUSES:
        marked = max(pieces.places[first][0], begins), pieces.places[end - 1][1]
        begins, ends = korean.noun_at(pieces.text, *marked)
    text = pieces.text[begins:ends].strip(_MARKS)
    if language == "en" and what in ("whose", "name"):
        text = _OF.sub("", text)
    return Span(what, text, first, end)
