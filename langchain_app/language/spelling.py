"""Misspelt words, put right against the words that a world knows."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from langchain_app.domain.text import Language

SHORTEST: dict[Language, int] = {"en": 4, "ko": 4}
"""Letters (in Korean: jamo) below which one changed letter makes another word, not a misspelt one."""
LONG = 8
"""From so many letters on, two slips are one word still."""


class Spelling:
    """Finds the known word that a misspelt one was meant to be.

    Distance counts a letter left out, added, changed, or swapped with its neighbour; in Korean the
    letters are jamo, so that 장브 is one slip from 장부. The first letter is hardly ever mistyped,
    and must be right.
    """

    def __init__(self, words: Iterable[str], language: Language) -> None:
        self._language = language
        self._known = frozenset(words)
        self._by_length: dict[tuple[str, int], dict[str, str]] = {}
        for word in sorted(self._known):
            letters = _letters(word)
            if len(letters) >= SHORTEST[language] - 1:
                group = self._by_length.setdefault((letters[0], len(letters)), {})
                group.setdefault(word, letters)

    def correction(self, word: str) -> str | None:
        """Return the nearest known word of one that is unknown; None where nothing is near."""
        letters = _letters(word)
        if word in self._known or len(letters) < SHORTEST[self._language] or word.isdigit():
            return None
        slips = 2 if len(letters) >= LONG else 1
        nearest: tuple[int, str] | None = None
        for length in range(len(letters) - slips, len(letters) + slips + 1):
            group = self._by_length.get((letters[0], length))
            if not group:
                continue
            found = process.extractOne(letters, group, scorer=OSA.distance, score_cutoff=slips)
            if found is not None and (nearest is None or found[1] < nearest[0]):
                nearest = (int(found[1]), str(found[2]))
        return nearest[1] if nearest else None


def _letters(word: str) -> str:
    return unicodedata.normalize("NFD", word)
