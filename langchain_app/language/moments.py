"""Which moment of the talks a question names: what was told first, last, yesterday."""

from __future__ import annotations

import re

from langchain_app.domain.memory.facts import When
from langchain_app.domain.text import Language

_TOLD_YOU: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:i (?:\w+ )?(?:tell|told|say|said|mention(?:ed)?|spoke|speak)|we (?:talk|talked|speak|spoke|discuss)|"
        r"my (?:first|last|latest) words|you (?:hear|heard) from me)\b",
        re.IGNORECASE,
    ),
    "ko": re.compile(
        r"뭐라|뭐랬|(?:무슨|한|했던|해 ?준) (?:말|얘기|이야기)|(?:뭘|무엇을|뭐를) (?:말|얘기|이야기)|들려준|들려드린"
    ),
}
_WHEN: dict[Language, tuple[tuple[When, re.Pattern[str]], ...]] = {
    "en": (
        ("yesterday", re.compile(r"\byesterday\b", re.I)),
        ("first", re.compile(r"\b(?:first|to begin with|in the beginning|at the start|when we (?:first )?met)\b", re.I)),
        ("last", re.compile(r"\b(?:last(?: time)?|just now|a moment ago|latest|most recently|before you|earlier)\b", re.I)),
    ),
    "ko": (
        ("yesterday", re.compile(r"어제|어저께")),
        ("first", re.compile(r"처음|맨 먼저|제일 먼저|가장 먼저|첫")),
        ("last", re.compile(r"지난번|저번|아까|방금|마지막|최근|조금 전|좀 전|요전")),
    ),
}  # fmt: skip


def moment_asked(text: str, language: Language) -> When | None:
    """Return the moment of the talks that a question for what was said names, or None."""
    if not _TOLD_YOU[language].search(text):
        return None
    return next((when for when, pattern in _WHEN[language] if pattern.search(text)), None)
