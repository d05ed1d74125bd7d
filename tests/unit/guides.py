"""What tests of the guides share: the repository's Markdown, and the fenced blocks in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]

_FENCE = re.compile(
    r"^(?P<ticks>`{3,})(?P<info>[^`\n]*)\n(?P<text>.*?)^(?P=ticks)[ ]*$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Fenced:
    """A fenced block: its language, the path that may follow it, and what stands inside."""

    language: str
    path: str
    text: str


def read(name: str) -> str:
    return (REPOSITORY / name).read_text("utf-8")


def fenced(markdown: str) -> list[Fenced]:
    found = []
    for match in _FENCE.finditer(markdown):
        language, _, path = match["info"].strip().partition(" ")
        found.append(Fenced(language, path.strip(), match["text"]))
    return found


def prose(markdown: str) -> str:
    """Return the text without its fenced blocks."""
    return _FENCE.sub("", markdown)
