"""Korean words of feeling, with how strong each is; read from sentiment_korean.tsv."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

Morpheme = tuple[str, str]
"""A form and kiwi's tag."""
Kind = Literal["feeling", "verdict", "act", "oath", "booster", "sign"]
KINDS = frozenset(get_args(Kind))

_BETWEEN = ("J", "MAG", "XS", "EC", "ETM", "ETN", "EP", "NR")
_MAX_BETWEEN = 3
OATH_REACH, OATH_BOOST = 3, 0.5
BOOSTED = 3
"""How many morphemes a booster reaches over."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An expression: its morphemes (with the beginning of a tag, or none), kind and valence."""

    parts: tuple[Morpheme, ...]
    kind: Kind
    valence: float

    def end_in(self, morphemes: Sequence[Morpheme], start: int) -> int | None:
        """Return where the expression that starts at `start` ends, or None."""
        at = start
        for place, (form, tag) in enumerate(self.parts):
            limit = at + _MAX_BETWEEN + 1
            while place and at < min(limit, len(morphemes)) and morphemes[at][0] != form:
                if not morphemes[at][1].startswith(_BETWEEN):
                    return None
                at += 1
            if at >= len(morphemes) or morphemes[at][0] != form:
                return None
            if not _is_tagged(morphemes[at][1], tag):
                return None
            at += 1
        return at


@dataclass(frozen=True, slots=True)
class Found:
    """An entry in an utterance, from morpheme `start` up to `end`, and its score so far."""

    entry: Entry
    start: int
    end: int
    score: float


class Lexicon:
    """Every entry, by the form that it begins with, and the signs looked for in the text."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            found[entry.parts[0][0]].append(entry)
        self._by_form: Mapping[str, Sequence[Entry]] = {
            form: sorted(those, key=lambda entry: -len(entry.parts))
            for form, those in found.items()
        }
        self._signs = {e.parts[0][0]: e.valence for e in entries if e.kind == "sign"}

    def signs(self, text: str) -> list[float]:
        """Return the valence of each kind of laugh, tears, shout and emoji in the text."""
        found = [sign for sign in self._signs if sign in text]
        return [
            self._signs[sign]
            for sign in found
            if not any(sign in longer for longer in found if longer != sign)
        ]

    def felt(self, morphemes: Sequence[Morpheme]) -> list[Found]:
        """Return what is known, as strong as boosters before it and oaths beside it make it."""
        felt = [found for found in self._found(morphemes) if found.entry.kind != "booster"]
        for place, oath in enumerate(felt):
            if oath.entry.kind != "oath":
                continue
            beside = [
                n
                for n in range(max(0, place - OATH_REACH), min(len(felt), place + OATH_REACH + 1))
                if felt[n].entry.kind != "oath" and not _is_split(morphemes, oath, felt[n])
            ]
            if beside:
                nearest = min(beside, key=lambda n, place=place: abs(n - place))  # type: ignore[misc]
                score = felt[nearest].score
                louder = score + math.copysign(OATH_BOOST, score)
                felt[nearest] = replace(felt[nearest], score=louder)
                felt[place] = replace(oath, score=0.0)
        return felt

    def _found(self, morphemes: Sequence[Morpheme]) -> Iterator[Found]:
        """Yield what is known, strengthened or weakened by what stands right before it."""
        at, boost, boosted_until = 0, 0.0, 0
        while at < len(morphemes):
            match = self._match(morphemes, at)
            if match is None:
                at += 1
                continue
            entry, end = match
            score = entry.valence
            if entry.kind == "booster":
                boost, boosted_until, score = boost + entry.valence, end + BOOSTED, 0.0
            else:
                if at <= boosted_until:
                    score += math.copysign(1.0, score) * boost
                boost = 0.0
            yield Found(entry, at, end, score)
            at = end

    def _match(self, morphemes: Sequence[Morpheme], start: int) -> tuple[Entry, int] | None:
        """Return the longest entry that starts at `start`, and where it ends."""
        for entry in self._by_form.get(morphemes[start][0], ()):
            if entry.kind != "sign" and (end := entry.end_in(morphemes, start)) is not None:
                return entry, end
        return None


def _is_split(morphemes: Sequence[Morpheme], one: Found, other: Found) -> bool:
    """Tell whether a sentence ends between the two."""
    first, last = sorted((one, other), key=lambda found: found.start)
    return any(tag == "SF" for _, tag in morphemes[first.end : last.start])


def stem(form: str, tag: str) -> str:
    """Return a stem in -하다 without it: kiwi cuts it off from some (답답/XR) and not from others."""
    return form[:-1] if len(form) > 2 and form.endswith("하") and tag.startswith("V") else form


@cache
def korean_lexicon() -> Lexicon:
    """Return the lexicon that stands beside this module."""
    text = (files(__package__) / "sentiment_korean.tsv").read_text(encoding="utf-8")
    return Lexicon(list(read_entries(text)))


def read_entries(text: str) -> Iterator[Entry]:
    """Yield the entries; one of several morphemes also as one word, for kiwi may keep it whole."""
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        kind, valence, words = line.split("\t")
        if kind not in KINDS:
            raise ValueError(f"sentiment_korean.tsv: unknown kind {kind!r}")
        for word in words.split(", "):
            parts = ((word, ""),) if kind == "sign" else tuple(map(_part, word.split()))
            yield Entry(parts, kind, float(valence))  # type: ignore[arg-type]
            if len(parts) > 1:
                whole = "".join(form for form, _ in parts)
                yield Entry(((whole, ""),), kind, float(valence))  # type: ignore[arg-type]


def _part(word: str) -> Morpheme:
    form, _, tag = word.partition("/")
    return stem(form, tag or "V"), tag


def _is_tagged(tag: str, wanted: str) -> bool:
    return tag.startswith(wanted) if wanted else tag[0] not in "JES"
