"""The value of a fact, as it is kept: the words that were said, in the form in which they are told back."""

from __future__ import annotations

import re

from langchain_app.domain.memory.facts import Slot
from langchain_app.domain.text import Language

_INTO = re.compile(r"^(?:to|into|onto)\b", re.IGNORECASE)
_PLACED = re.compile(
    r"^(?:in|at|on|by|near|above|under|below|behind|beside|over|up|down|out|with|across|next|inside|outside|around|"
    r"between|along|past|off|opposite|among|here|there|far|close|just|right|somewhere|nowhere|aboard|underneath)\b",
    re.IGNORECASE,
)
_FROM = re.compile(r"^(?:from|in|at)\b\s*", re.IGNORECASE)
_LET = re.compile(r"^(?:i'?ll|i will|i'm going to|to)\b\s*", re.IGNORECASE)
_EMPTY = frozenset(
    ["a", "an", "the", "my", "our", "his", "her", "their", "it", "this", "that", "one", "some"]
)
_NATIVE = re.compile(r"(?<=[가-힣]{2}) ?출신$")


def as_value(text: str, slot: Slot, language: Language) -> str:
    """Return the value that stands in `text`; "" where it can be none."""
    text = " ".join(text.split())
    if not text:
        return ""
    if language == "ko":
        return _NATIVE.sub("", text) if slot == "origin" else text
    if _EMPTY.issuperset(text.lower().split()):
        return ""
    if slot == "name":
        words = (
            word[:1].upper() + word[1:] if at == 0 or len(word) > 3 else word
            for at, word in enumerate(text.split())
        )
        return " ".join(words)
    if slot == "home":
        text = _INTO.sub("in", text)
        return text if _PLACED.match(text) else f"in {text}"
    if slot == "origin":
        return _FROM.sub("", text)
    return _LET.sub("", text) if slot == "promise" else text
