"""Authored keyword groups: a hit needs one alternative of every group."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated

from pydantic import Field

from langchain_app.domain.text import Frozen, Language, Phrase

Group = Annotated[tuple[Phrase, ...], Field(min_length=1)]
"""Alternatives; an empty group would match everything, so there is none."""
Groups = tuple[Group, ...]


class Keywords(Frozen):
    """Groups of alternatives a language. No groups at all never match."""

    en: Groups = Field(default=())
    ko: Groups = Field(default=())

    def evidence(self, utterance: str, language: Language) -> tuple[str, ...] | None:
        """Return the words that hit, one a group, or None when some group has no hit.

        English alternatives match as word starts, Korean ones as substrings: Korean particles and
        endings follow the stem, and players write without spaces.
        """
        groups = self.en if language == "en" else self.ko
        if not groups:
            return None
        found = []
        for group in groups:
            hit = _pattern(group, language).search(utterance.lower())
            if hit is None:
                return None
            found.append(hit.group())
        return tuple(found)


@lru_cache(maxsize=4096)
def _pattern(group: tuple[str, ...], language: Language) -> re.Pattern[str]:
    words = "|".join(re.escape(word.lower()) for word in group)
    return re.compile(rf"\b(?:{words})" if language == "en" else words)
