"""The story tests of a world: every file read, and every mistake told with its line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from langchain_app.domain.errors import Mistake, StoryTestsInvalid
from langchain_app.domain.world import World
from langchain_app.evaluation.story_checks import faults_in, sources_of
from langchain_app.evaluation.storytest_format import StoryTest
from langchain_app.worlds.source import FileRejected, SourceFile
from langchain_app.worlds.yaml_source import YamlFile

FOLDER = "storytests"


@dataclass(frozen=True, slots=True)
class PlacedTest:
    """A test, and where it stands."""

    test: StoryTest
    file: str
    line: int

    @property
    def name(self) -> str:
        """What the test is called."""
        return self.test.test


def read_story_tests(folder: Path, world: World) -> list[PlacedTest]:
    """Return the tests of `folder`/storytests, file by file; raises StoryTestsInvalid."""
    found, mistakes = examine_story_tests(folder, world)
    if mistakes:
        raise StoryTestsInvalid(mistakes)
    return found


def examine_story_tests(folder: Path, world: World) -> tuple[list[PlacedTest], list[Mistake]]:
    """Return the tests that can be read, and every mistake found."""
    found: list[PlacedTest] = []
    mistakes: list[Mistake] = []
    paths = [path for end in ("yaml", "yml") for path in (folder / FOLDER).glob(f"*.{end}")]
    sources = sources_of(world) if paths else frozenset()
    for path in sorted(paths):
        try:
            file = YamlFile(SourceFile(folder, path))
        except FileRejected as rejected:
            mistakes.append(rejected.mistake)
            continue
        for placed in _tests(file, world, sources, mistakes):
            if any(placed.name == other.name and placed.file == other.file for other in found):
                twice = f"the test {placed.name!r} stands twice in this file"
                mistakes.append(Mistake(placed.file, placed.line, twice))
            found.append(placed)
    return found, mistakes


def _tests(
    file: YamlFile, world: World, sources: frozenset[str], mistakes: list[Mistake]
) -> Iterator[PlacedTest]:
    source = file.source
    if not isinstance(file.value, list) or not file.value:
        mistakes.append(source.mistake(1, "expected a list of tests: `- test: ...`"))
        return
    for index, entry in enumerate(file.value):
        try:
            test = StoryTest.model_validate(entry)
        except ValidationError as error:
            for fault in error.errors():
                line = file.line_of((index, *fault["loc"]))
                mistakes.append(source.mistake(line, _told(fault["loc"], fault["msg"])))
            continue
        for path, message in faults_in(test, world, sources):
            mistakes.append(source.mistake(file.line_of((index, *path)), message))
        yield PlacedTest(test, source.name, file.line_of((index,)))


def _told(where: tuple[int | str, ...], message: str) -> str:
    name = ".".join(map(str, where))
    plain = message.removeprefix("Value error, ")
    return f"{name}: {plain}" if name else plain
