"""What an author should know about an imported lorebook."""

from __future__ import annotations

from collections import Counter
from typing import Any

from langchain_app.domain.lore.decorators import read_decorators
from langchain_app.domain.lore.lorebook import Lorebook
from langchain_app.domain.lore.macros import unknown_macros
from langchain_app.domain.text import detect_language
from langchain_app.worlds.cards.character import Note
from langchain_app.worlds.cards.files import Json

_WITHOUT_EFFECT: dict[str, Any] = {
    "position": (None, 0, 1),
    "role": (None, 0),
    "vectorized": (None, False),
    "automation_id": (None, ""),
}
"""Fields of SillyTavern's that change nothing here, and the values by which they do nothing there."""


def book_notes(data: Json, book: Lorebook) -> list[Note]:
    """Return what could not be mapped: refused regexes, decorators, macros, fields without effect."""
    notes = [
        Note("refused", f"key {key[:60]}", f"{entry.title}: never matches, {why}")
        for entry in book.entries
        for key, why in entry.refused().items()
    ]
    count: Counter[tuple[str, str]] = Counter()
    for raw, entry in zip(data["entries"], book.entries, strict=True):
        content = str(raw.get("content", ""))
        for name in set(read_decorators(content).ignored):
            count[f"@@{name[:40]}", "ignored: lore is told in one place of a prompt"] += 1
        for name in set(unknown_macros(content)):
            count[f"{{{{{name[:40]}}}}}", "an unknown macro, left out"] += 1
        extensions = raw.get("extensions")
        for name, idle in _WITHOUT_EFFECT.items():
            if isinstance(extensions, dict) and extensions.get(name) not in idle:
                count[name, "kept, without effect here"] += 1
        if not entry.keys and not entry.constant and not entry.decorators.activate:
            count["keys", "none, and not constant: never told"] += 1
    notes += [Note("kept", what, f"{why} ({n} entries)") for (what, why), n in count.items()]
    return notes + _languages(book)


def _languages(book: Lorebook) -> list[Note]:
    found = Counter(
        detect_language(e.content) for e in book.entries if not e.language and e.content
    )
    names = {"en": ("English", "Korean"), "ko": ("Korean", "English")}
    return [
        Note(
            "untranslated",
            f"{count} entries in {names[language][0]}",
            f"who speaks {names[language][1]} is told them by a language model alone",
        )
        for language, count in sorted(found.items())
    ]
