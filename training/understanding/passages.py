"""Passages of invented worlds, and what players ask about them: `data/answers`, read and checked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from langchain_app.domain.text import Language
from training.understanding.examples import DATA, DataInvalid


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a passage: what sort of answer it wants, and the sentence that answers, if any
    does."""

    text: str
    kind: str
    sentence: int | None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question that needs the one `before` it, which this passage answers: the passage and the
    sentence that answer it, if any does."""

    before: str
    text: str
    passage: str
    sentence: int | None


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of an invented world, and what players ask about it."""

    set: str
    language: Language
    id: str
    title: str
    sentences: tuple[str, ...]
    asked: tuple[Question, ...]
    follow: tuple[FollowUp, ...]


def passages(folder: Path = DATA) -> list[Passage]:
    """Return every passage of `answers/*.jsonl` with its questions; raises DataInvalid."""
    return [one for file in sorted((folder / "answers").glob("*.jsonl")) for one in _passages(file)]


def _passages(file: Path) -> Iterator[Passage]:
    language = cast(Language, file.stem.split("_")[1])
    for number, row in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            found = json.loads(row)
            sentences = tuple(map(str, found["s"]))
            asked = [Question(one["t"], one["k"], int(one["s"])) for one in found["q"]]
            asked += [Question(one["t"], one["k"], None) for one in found["not"]]
            if any(one.sentence is not None and one.sentence >= len(sentences) for one in asked):
                raise ValueError("a question is answered by a sentence that is not there")
            yield Passage(
                file.stem, language, found["id"], found["title"], sentences, tuple(asked),
                tuple(map(_follow_up, found["follow"])),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError) as error:
            raise DataInvalid(f"{file.name}:{number}: {error!r}") from error


def _follow_up(row: dict[str, object]) -> FollowUp:
    passage = str(row["p"])
    sentence = int(str(row["s"])) if passage else None
    return FollowUp(str(row["a"]), str(row["b"]), passage, sentence)
