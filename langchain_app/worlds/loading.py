"""Load a world whole, or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from langchain_app.domain.errors import Mistake, WorldInvalid
from langchain_app.domain.lore.lore import Passage
from langchain_app.domain.lore.lorebook import Lorebook
from langchain_app.domain.manifest import Manifest
from langchain_app.domain.memory.history import PastEvent
from langchain_app.domain.people.npc import Npc
from langchain_app.domain.story.goals import Goal
from langchain_app.domain.story.story import Item, Quest
from langchain_app.domain.world import World
from langchain_app.worlds.checking import Places, check_world
from langchain_app.worlds.house import with_plain_lines
from langchain_app.worlds.lorebooks import read_lorebook
from langchain_app.worlds.passages import read_passages
from langchain_app.worlds.source import FileRejected, SourceFile

T = TypeVar("T", bound=BaseModel)

FORMAT = b"world-1"
"""Enters the version, so that a changed reading of the same files is a new version."""


def load_world(folder: Path) -> World:
    """Read, validate and check every file below `folder`.

    Raises WorldInvalid with every mistake found, each with file and line.
    """
    reading = _Reading(folder)
    if not (folder / "world.json").is_file():
        raise WorldInvalid(str(folder), [Mistake("world.json", 1, "there is no world.json here")])
    manifests = reading.objects("world.json", Manifest)
    npcs = reading.by_id(reading.objects("npcs/*.json", Npc, with_plain_lines))
    quests = reading.by_id(reading.objects("quests/*.json", Quest))
    items = reading.by_id(reading.lists("items/*.json", Item))
    passages = reading.by_id(reading.passages("worldview/*.md"))
    lorebooks = reading.by_id(reading.lorebooks("lorebooks/*.json"))
    past = reading.by_id(reading.lists("events/*.json", PastEvent))
    goals = reading.by_id(reading.lists("goals/*.json", Goal))
    if reading.mistakes:
        raise WorldInvalid(str(folder), reading.mistakes)
    world = World(
        manifests[0], npcs, quests, items, passages, reading.version, lorebooks, past, goals
    )
    if mistakes := check_world(world, reading.places):
        raise WorldInvalid(str(folder), mistakes)
    return world


@dataclass
class _Reading:
    """Everything read so far, and where each thing stands."""

    folder: Path
    mistakes: list[Mistake] = field(default_factory=list)
    places: Places = field(default_factory=Places)
    _digest: hashlib._Hash = field(default_factory=lambda: hashlib.sha256(FORMAT))

    @property
    def version(self) -> str:
        return self._digest.hexdigest()[:12]

    def objects(
        self, pattern: str, model: type[T], lent: Callable[[object], object] = lambda entry: entry
    ) -> list[T]:
        """Read one object a file, with what is lent to it."""
        return self._each(
            pattern, lambda source: self._validate(source, lent(source.json()), (), model)
        )

    def lists(self, pattern: str, model: type[T]) -> list[T]:
        """Read a list of objects a file."""

        def read(source: SourceFile) -> list[T]:
            entries = source.json()
            if not isinstance(entries, list):
                raise FileRejected(source.mistake(1, "expected a list"))
            return [
                found
                for index, entry in enumerate(entries)
                for found in self._validate(source, entry, (index,), model)
            ]

        return self._each(pattern, read)

    def passages(self, pattern: str) -> list[Passage]:
        """Read the passages of Markdown files."""

        def read(source: SourceFile) -> list[Passage]:
            found, mistakes = read_passages(source)
            self.mistakes += mistakes
            for passage, line in found:
                self._place(passage, source, line)
            return [passage for passage, _ in found]

        return self._each(pattern, read)

    def lorebooks(self, pattern: str) -> list[Lorebook]:
        """Read one lorebook a file; the file's name is its id."""

        def read(source: SourceFile) -> list[Lorebook]:
            book, mistakes = read_lorebook(source, PurePath(source.name).stem)
            self.mistakes += mistakes
            if book is None:
                return []
            self._place(book, source, ())
            return [book]

        return self._each(pattern, read)

    def by_id(self, things: Sequence[T]) -> dict[str, T]:
        """Index by id; an id that stands twice was already reported by `_place`."""
        return {getattr(thing, "id"): thing for thing in things}  # noqa: B009  T has no id for mypy

    def _each(self, pattern: str, read: Callable[[SourceFile], list[T]]) -> list[T]:
        found: list[T] = []
        for path in sorted(self.folder.glob(pattern)):
            try:
                source = SourceFile(self.folder, path)
                self._digest.update(source.name.encode() + b"\0" + source.digest)
                found += read(source)
            except FileRejected as rejected:
                self.mistakes.append(rejected.mistake)
        return found

    def _validate(
        self, source: SourceFile, entry: object, path: tuple[int, ...], model: type[T]
    ) -> list[T]:
        try:
            thing = TypeAdapter(model).validate_python(entry)
        except ValidationError as error:
            for fault in error.errors():
                where = "".join(f"{step}." for step in fault["loc"])[:-1]
                line = source.line_of((*path, *fault["loc"]))
                told = fault["msg"].removeprefix("Value error, ")
                self.mistakes.append(source.mistake(line, f"{where}: {told}" if where else told))
            return []
        self._place(thing, source, path)
        return [thing]

    def _place(self, thing: BaseModel, source: SourceFile, where: tuple[int, ...] | int) -> None:
        key = f"{type(thing).__name__}:{getattr(thing, 'id', '')}"
        if key in self.places:
            line = where if isinstance(where, int) else source.line_of(where)
            twice = f"the id {key.partition(':')[2]!r} already stands in {self.places.file(key)}"
            self.mistakes.append(source.mistake(line, twice))
        else:
            self.places.add(key, source, where)
