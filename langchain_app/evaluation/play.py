"""Plays what players typed, through whole turns: is the story moved when, and only when, they mean
it, and is what they told of themselves known afterwards?

`<world>/evaluation/play/KIND.LANGUAGE.jsonl` hold one case a line: of `not-meant` and `meant` lines
about a trigger, of `told-then-asked`, `corrections` and `traps` something told and a question for
it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from pydantic import Field, ValidationError

from langchain_app.domain.errors import CasesInvalid, Mistake
from langchain_app.domain.people.relationship import Relationship
from langchain_app.domain.story.staging import Staged
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.text import LANGUAGES, Frozen, Language, Phrase
from langchain_app.domain.turn import TurnRequest
from langchain_app.domain.world import World
from langchain_app.evaluation.cases import Given, Split
from langchain_app.services.dialogue import Dialogue
from langchain_app.worlds.source import FileRejected, SourceFile

Kind = Literal["not-meant", "meant", "told-then-asked", "corrections", "traps"]
KINDS: tuple[Kind, ...] = ("not-meant", "meant", "told-then-asked", "corrections", "traps")
AT_ONCE = 4
FILLER: dict[Language, str] = {"en": "What is the waterline?", "ko": "물가선이 뭐예요?"}


class Setup(Frozen):
    """A line that brings the story to where the case begins."""

    npc: Phrase
    say: str


class _Line(Frozen):
    id: Phrase = "-"
    split: Split = "test"
    kind: str = ""
    npc: Phrase | None = None
    note: str = ""


class StateLine(_Line):
    """Lines about a trigger; `given` or `setup` brings the story to where it is open."""

    trigger: str = ""
    given: Given | None = None
    setup: tuple[Setup, ...] = ()
    say: tuple[str, ...] = Field(min_length=1)
    should_change: bool | None = None
    axis_may_rise: bool = False


class ToldLine(_Line):
    """Something told, turns in between, and a question: one of `expected` is right, `forbidden` is
    wrong."""

    tell: tuple[str, ...] = Field(min_length=1)
    fillers: int = 0
    new_session: bool = False
    ask: str = ""
    expected: tuple[str, ...] = ()
    forbidden: str | tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class PlayCase:
    """One case of a kind, in a language."""

    kind: Kind
    language: Language
    line: StateLine | ToldLine


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a case: whether it went right (None: it could not be reached), and the last
    reply."""

    case: PlayCase
    right: bool | None
    costly: bool
    reply: str
    changes: tuple[str, ...] = ()


def read_play(folder: Path) -> list[PlayCase]:
    """Return every case of a folder; raises CasesInvalid with every mistake and its line."""
    cases: list[PlayCase] = []
    mistakes: list[Mistake] = []
    for kind in KINDS:
        for language in LANGUAGES:
            path = folder / f"{kind}.{language}.jsonl"
            if not path.exists():
                continue
            try:
                source = SourceFile(folder, path)
            except FileRejected as rejected:
                mistakes.append(rejected.mistake)
                continue
            form = StateLine if kind in ("meant", "not-meant") else ToldLine
            for number, text in enumerate(source.text.split("\n"), start=1):
                if not text.strip():
                    continue
                try:
                    cases.append(PlayCase(kind, language, form.model_validate_json(text)))
                except ValidationError as error:
                    fault = error.errors()[0]
                    where = ".".join(map(str, fault["loc"]))
                    mistakes.append(source.mistake(number, f"{where}: {fault['msg']}"))
    if mistakes:
        raise CasesInvalid(str(folder), mistakes)
    return cases


async def play(
    dialogue: Dialogue,
    stage: Any,
    cases: Sequence[PlayCase],
    done: Callable[[int, int], None] = lambda count, total: None,
) -> list[Played]:
    """Play cases, each as a new player; `stage` opens a session on a state
    (PostgresTimelines.stage)."""
    places, count = asyncio.Semaphore(AT_ONCE), 0

    async def one(case: PlayCase) -> Played:
        nonlocal count
        async with places:
            played = await _Player(dialogue, stage, case).played()
        count += 1
        done(count, len(cases))
        return played

    return list(await asyncio.gather(*(one(case) for case in cases)))


class _Player:
    """A new player, who plays one case."""

    def __init__(self, dialogue: Dialogue, stage: Any, case: PlayCase) -> None:
        self._dialogue, self._stage, self._case = dialogue, stage, case
        self._id, self._session = f"play-{uuid4().hex}", None

    async def played(self) -> Played:
        line = self._case.line
        if isinstance(line, ToldLine):
            return await self._told(line)
        return await self._state(line)

    async def _says(self, message: str, npc: str | None) -> dict[str, Any]:
        request = TurnRequest(
            message=message,
            turn_id=uuid4().hex,
            turn_id_is_new=True,
            npc_id=npc,
            player_id=self._id,
            session_id=self._session,
            language=self._case.language,
        )
        answer = await self._dialogue.play(request)
        self._session = answer["session_id"]
        return answer

    async def _state(self, line: StateLine) -> Played:
        world = self._dialogue.parts.world
        if line.given is not None and line.npc is not None:
            self._session = await self._stage(
                world.id, self._id, _staged(line.given, line.npc, world)
            )
        for step in line.setup:
            if not _changes(await self._says(step.say, step.npc)):
                return Played(self._case, None, False, "")
        changes: list[str] = []
        fired: list[str] = []
        rises, costly, reply = False, False, ""
        for message in line.say:
            answer = await self._says(message, line.npc)
            changes += _changes(answer)
            fired.append((answer["story"]["fired"] or "").removeprefix("goal."))
            rises |= any(by > 0 for by in answer["state"]["deltas"].values())
            costly |= bool(answer["state"]["items"] or answer["state"]["actions"])
            reply = answer["reply"]
        if self._case.kind == "meant":
            heard = bool(changes) or line.trigger in fired
            return Played(self._case, heard, False, reply, tuple(changes))
        rises &= not line.axis_may_rise
        return Played(self._case, not changes and not rises, costly, reply, tuple(changes))

    async def _told(self, line: ToldLine) -> Played:
        npc = line.npc or self._dialogue.parts.world.manifest.default_npc
        for message in (*line.tell, *[FILLER[self._case.language]] * line.fillers):
            await self._says(message, npc)
        if line.new_session:
            self._session = None
        reply = (await self._says(line.ask, npc))["reply"] if line.ask else ""
        said = reply.lower()
        named = any(word.lower() in said for word in line.expected)
        forbidden = (line.forbidden,) if isinstance(line.forbidden, str) else line.forbidden or ()
        stale = any(word and word.lower() in said for word in forbidden)
        if self._case.kind == "traps":
            return Played(self._case, not stale, False, reply)
        if not line.expected:
            return Played(self._case, None, False, reply)
        return Played(self._case, named, False, reply)


def _staged(given: Given, npc: str, world: World) -> Staged:
    initial = world.npc(npc).initial
    trust = initial.trust if given.trust is None else given.trust
    story = StoryState(flags=frozenset(given.flags), items=frozenset(given.items))
    return Staged(story=story, relationships={npc: Relationship(initial.root | {"trust": trust})})


def _changes(answer: dict[str, Any]) -> list[str]:
    state = answer["state"]
    return [
        *state["flags"],
        *(item["item"] for item in state["items"]),
        *(action["name"] for action in state["actions"]),
    ]


def figures_of(played: Sequence[Played]) -> dict[str, float]:
    """Return the shares: moved and costly of what was not meant, unheard of what was, right of the
    told."""
    found: dict[str, float] = {}
    for language in LANGUAGES:
        of = {
            kind: [
                one
                for one in played
                if (one.case.kind, one.case.language) == (kind, language) and one.right is not None
            ]
            for kind in KINDS
        }
        for kind, name, wrong in (
            ("not-meant", "not_meant_moved", True),
            ("meant", "meant_unheard", True),
            ("told-then-asked", "told_right", False),
            ("corrections", "corrections_right", False),
            ("traps", "traps_right", False),
        ):
            if some := of[kind]:  # type: ignore[index]  # one of Kind
                right = sum(bool(one.right) for one in some) / len(some)
                found[f"{name}_{language}"] = round(1 - right if wrong else right, 4)
        if some := of["not-meant"]:
            found[f"not_meant_costly_{language}"] = round(
                sum(o.costly for o in some) / len(some), 4
            )
    return found
