"""Passages in Markdown: headings with attributes, one body a language.

## tide-bell {knows=public after=cracked_bell.rumour trust=0.2 importance=0.6}
### en: The Tide Bell
...
? What is that bell for?
### ko: 물때종
...
? 저 종은 왜 있는 거예요?
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from langchain_app.domain.errors import Mistake
from langchain_app.domain.lore.lore import Passage
from langchain_app.domain.text import LANGUAGES
from langchain_app.worlds.source import SourceFile

MAX_BODY_CHARS = 2000
"""A passage is said in one breath; four times what anybody would still listen to."""

ASKED = "? "
"""How a line begins that is no part of the body: a question of players that the passage answers."""
MAX_ASKED, MAX_ASKED_CHARS = 16, 200

_HEADING = re.compile(r"^##\s+(?P<id>[a-z0-9][a-z0-9-]*)\s*(?:\{(?P<attributes>[^}]*)\})?\s*$")
_LANGUAGE = re.compile(r"^###\s+(?P<language>\w+):\s*(?P<title>.+?)\s*$")
_KNOWN = {"knows", "after", "trust", "importance", "told_by"}


@dataclass
class _Section:
    id: str
    line: int
    attributes: dict[str, str]
    titles: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, list[str]] = field(default_factory=dict)
    asked: dict[str, list[str]] = field(default_factory=dict)


def read_passages(source: SourceFile) -> tuple[list[tuple[Passage, int]], list[Mistake]]:
    """Return the file's passages with the line of each, and its mistakes."""
    mistakes: list[Mistake] = []
    passages = []
    for section in _sections(source, mistakes):
        faults = list(_faults(section))
        if not faults:
            try:
                passages.append((_passage(section), section.line))
            except (ValidationError, ValueError) as error:
                faults = [_reason(error)]
        mistakes += [source.mistake(section.line, f"{section.id}: {fault}") for fault in faults]
    return passages, mistakes


def _sections(source: SourceFile, mistakes: list[Mistake]) -> list[_Section]:
    sections: list[_Section] = []
    language: str | None = None
    for number, line in enumerate(source.text.split("\n"), start=1):
        if line.startswith("### "):
            match = _LANGUAGE.match(line)
            language = match["language"] if match else None
            if match is None or not sections or language not in LANGUAGES:
                mistakes.append(
                    source.mistake(number, "expected `### en: Title` or `### ko: 제목`")
                )
                language = None
            elif language in sections[-1].titles:
                mistakes.append(source.mistake(number, f"{language} stands twice"))
            else:
                sections[-1].titles[language] = match["title"]
                sections[-1].bodies[language] = []
                sections[-1].asked[language] = []
        elif line.startswith("## "):
            match = _HEADING.match(line)
            language = None
            if match is None:
                mistakes.append(source.mistake(number, "expected `## passage-id {knows=public}`"))
                continue
            pairs = (pair.partition("=") for pair in (match["attributes"] or "").split())
            attributes = {key: value for key, _, value in pairs}
            sections.append(_Section(match["id"], number, attributes))
        elif line.strip() and not line.startswith("# "):
            if language is None or not sections:
                mistakes.append(source.mistake(number, "text outside a passage"))
            elif line.startswith(ASKED):
                sections[-1].asked[language].append(line.removeprefix(ASKED).strip())
            else:
                sections[-1].bodies[language].append(line.strip())
    return sections


def _faults(section: _Section) -> Iterator[str]:
    for attribute in sorted(section.attributes.keys() - _KNOWN):
        yield f"unknown attribute {attribute!r}"
    if ("knows" in section.attributes) == ("told_by" in section.attributes):
        yield "needs either knows= or told_by="
    for language in LANGUAGES:
        body = " ".join(section.bodies.get(language, ()))
        if not body:
            yield f"the language {language} is missing"
        elif len(body) > MAX_BODY_CHARS:
            yield f"{language} has {len(body)} characters; at most {MAX_BODY_CHARS}: split it"
        asked = section.asked.get(language, ())
        if len(asked) > MAX_ASKED or any(len(text) > MAX_ASKED_CHARS for text in asked):
            yield (
                f"{language}: at most {MAX_ASKED} questions of {MAX_ASKED_CHARS} characters each"
            )


def _passage(section: _Section) -> Passage:
    attributes = section.attributes
    told_by = attributes.get("told_by")
    audience = [f"npc:{told_by}"] if told_by else attributes["knows"].split(",")
    gate: dict[str, Any] = {"audience": audience}
    for key in ("after", "trust"):
        if key in attributes:
            gate[key] = attributes[key]
    return Passage.model_validate(
        {
            "id": section.id,
            "gate": gate,
            "importance": attributes.get("importance", 0.5),
            "told_by": told_by,
            "title": section.titles,
            "body": {language: " ".join(section.bodies[language]) for language in LANGUAGES},
            "asked": section.asked,
        }
    )


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error)
