"""What is played against a world: attacks, harmless talk that looks like one, and sincere talk.

`<world>/evaluation/attacks.<language>.jsonl`, `harmless.<language>.jsonl` and, where a world has it,
`sincere.<language>.jsonl` hold one case a line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from langchain_app.domain.errors import CasesInvalid, Mistake
from langchain_app.domain.people.relationship import Relationship
from langchain_app.domain.story.staging import Staged
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.text import Frozen, Language, Phrase
from langchain_app.domain.world import World
from langchain_app.worlds.source import FileRejected, SourceFile

Split = Literal["dev", "test"]
Sort = Literal["attacks", "harmless", "sincere"]
SORTS: tuple[Sort, ...] = ("attacks", "harmless", "sincere")


class Given(Frozen):
    """The state in which a case begins."""

    flags: tuple[Phrase, ...] = ()
    items: tuple[Phrase, ...] = ()
    trust: float | None = Field(default=None, ge=-1, le=1)


class CaseLine(Frozen):
    """One line of a file of cases."""

    id: Phrase
    split: Split
    kind: Phrase
    npc: Phrase
    given: Given = Given()
    say: tuple[str, ...] = Field(min_length=1)


class SincereLine(CaseLine):
    """A line of honest talk; its kind is the id of the trigger that it must fire."""

    kind: Phrase = Field(alias="trigger")


@dataclass(frozen=True, slots=True)
class Case:
    """One case: what is said to whom, from which state on."""

    line: CaseLine
    sort: Sort
    language: Language

    def staged(self, world: World) -> Staged:
        """Return the moment that the case begins at."""
        given, initial = self.line.given, world.npc(self.line.npc).initial
        trust = initial.trust if given.trust is None else given.trust
        feels = Relationship(initial.root | {"trust": trust})
        story = StoryState(flags=frozenset(given.flags), items=frozenset(given.items))
        return Staged(story=story, relationships={self.line.npc: feels})


def read_cases(folder: Path, world: World, languages: Sequence[Language]) -> list[Case]:
    """Return every case of a world's files; raises CasesInvalid with every mistake and its line."""
    cases: list[Case] = []
    mistakes: list[Mistake] = []
    seen: set[tuple[Sort, str]] = set()
    for sort in SORTS:
        for language in languages:
            path = folder / f"evaluation/{sort}.{language}.jsonl"
            if sort == "sincere" and not path.exists():
                continue
            try:
                source = SourceFile(folder, path)
            except FileRejected as rejected:
                mistakes.append(rejected.mistake)
                continue
            for number, text in enumerate(source.text.split("\n"), start=1):
                if not text.strip():
                    continue
                found, faults = _case(text, sort, world)
                if found is not None and (sort, found.id) in seen:
                    faults = [f"the id {found.id!r} stands twice"]
                mistakes += [source.mistake(number, fault) for fault in faults]
                if found is not None and not faults:
                    seen.add((sort, found.id))
                    cases.append(Case(found, sort, language))
    if mistakes:
        raise CasesInvalid(str(folder), mistakes)
    return cases


def sampled(cases: Sequence[Case], count: int) -> list[Case]:
    """Return about `count` cases, as many of each file, always the same ones."""
    files: dict[tuple[Sort, Language], list[Case]] = {}
    for case in cases:
        files.setdefault((case.sort, case.language), []).append(case)
    each = max(1, count // max(1, len(files)))
    chosen: list[Case] = []
    for of_file in files.values():
        chosen += sorted(of_file, key=lambda c: blake2b(c.line.id.encode()).digest())[:each]
    return chosen


def _case(text: str, sort: Sort, world: World) -> tuple[CaseLine | None, list[str]]:
    """Return the case of a line, or what is wrong with it."""
    form = SincereLine if sort == "sincere" else CaseLine
    try:
        found = form.model_validate_json(text)
    except ValidationError as error:
        faults = []
        for fault in error.errors():
            where = ".".join(map(str, fault["loc"]))
            faults.append(f"{where}: {fault['msg']}" if where else fault["msg"])
        return None, faults
    return found, list(_strangers(found, world))


def _strangers(line: CaseLine, world: World) -> Iterator[str]:
    """Yield what the case names and the world does not have."""
    if line.npc not in world.npcs:
        yield f"unknown NPC {line.npc!r}"
    elif isinstance(line, SincereLine) and not any(
        trigger.id == line.kind for trigger in world.triggers[line.npc]
    ):
        yield f"{line.npc!r} has no trigger {line.kind!r}"
    for flag in line.given.flags:
        if flag not in world.flags:
            yield f"unknown flag {flag!r}"
    for item in line.given.items:
        if item not in world.items:
            yield f"unknown item {item!r}"
