"""Whether a reply holds what a test names: a word in any case, or a `/pattern/` in linear time."""

from __future__ import annotations

from langchain_app.domain.safety.patterns import Fuel, Pattern, compiled


def pattern_in(word: str) -> Pattern | None:
    """Return the pattern of a word between slashes, else None; raises PatternRefused."""
    if len(word) > 2 and word.startswith("/") and word.endswith("/"):
        return compiled(word[1:-1], "i")
    return None


def holds(text: str, word: str) -> bool:
    """Tell whether `text` holds the word anywhere, or matches the pattern."""
    if pattern := pattern_in(word):
        return pattern.search(text, Fuel())
    return word.casefold() in text.casefold()
