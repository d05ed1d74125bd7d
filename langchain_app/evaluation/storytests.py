"""Runs story tests: each in each of its languages, as a new player on a timeline of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Protocol
from uuid import uuid4

from langchain_app.domain.errors import DramatisError
from langchain_app.domain.people.relationship import Relationship
from langchain_app.domain.ports import Whose
from langchain_app.domain.safety.guardrails import reply_fault
from langchain_app.domain.story.ledger import LedgerEntry
from langchain_app.domain.story.staging import Staged
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.text import Language, detect_language
from langchain_app.domain.turn import Scene, TurnRequest
from langchain_app.domain.world import World
from langchain_app.evaluation.judging import judge
from langchain_app.evaluation.played import FailedTurn, PlayedTurn, Run
from langchain_app.evaluation.story_files import PlacedTest
from langchain_app.evaluation.storytest_format import Given, Happening, Step, StoryTest
from langchain_app.services.dialogue import Dialogue
from langchain_app.services.intake import EventIntake


class Timelines(Protocol):
    """Where the story of a player stands."""

    async def stage(self, world_id: str, player_id: str, staged: Staged) -> str:
        """Open a timeline that stands at `staged`, and return a session on it."""

    async def fork(self, timeline_id: str, at_seq: int) -> tuple[str, str]:
        """Open a timeline that goes on from an earlier turn; return a session on it, and its id."""

    async def load_scene(self, request: TurnRequest, world: World) -> Scene:
        """Read where a turn is played."""


class Ledger(Protocol):
    """Why turns changed what they changed."""

    async def of_turn(self, turn_id: str) -> tuple[LedgerEntry, ...]:
        """Return a turn's entries."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What tests are played on."""

    dialogue: Dialogue
    intake: EventIntake
    timelines: Timelines
    ledger: Ledger
    model: str

    @property
    def world(self) -> World:
        """The world in service."""
        return self.dialogue.parts.world


@dataclass(frozen=True, slots=True)
class Cast:
    """One run to come."""

    placed: PlacedTest
    language: Language
    repetition: int = 1


def casts(
    tests: Sequence[PlacedTest],
    *,
    named: Sequence[str] = (),
    language: Language | None = None,
    repeat: int = 1,
) -> list[Cast]:
    """Return the runs of the tests whose name or file matches one of `named`, globs among them."""
    return [
        Cast(placed, spoken, repetition)
        for placed in tests
        if not named or any(_is_called(placed, glob) for glob in named)
        for spoken in placed.test.languages
        if language in (None, spoken)
        for repetition in range(1, repeat + 1)
    ]


def _is_called(placed: PlacedTest, glob: str) -> bool:
    names = (placed.name, placed.file, placed.file.rpartition("/")[2])
    return any(name == glob or fnmatchcase(name.lower(), glob.lower()) for name in names)


async def run_all(
    stage: Stage, chosen: Sequence[Cast], *, jobs: int, done: Callable[[Run], None]
) -> list[Run]:
    """Play every run, `jobs` at a time, and return them in the given order."""
    places = asyncio.Semaphore(jobs)

    async def one(cast: Cast) -> Run:
        async with places:
            run = await play(stage, cast)
        done(run)
        return run

    return list(await asyncio.gather(*map(one, chosen)))


async def play(stage: Stage, cast: Cast) -> Run:
    """Play one test once. What cannot be played is told in the run, and never raised."""
    began = time.perf_counter()
    playing = _Playing(stage, cast.placed.test, cast.language)
    error = ""
    try:
        await playing.play()
    except DramatisError as failed:
        error = f"{failed.code}: {failed} {failed.hint}".strip()
    return Run(
        placed=cast.placed,
        language=cast.language,
        model=stage.model,
        repetition=cast.repetition,
        seconds=time.perf_counter() - began,
        replies_ms=tuple(playing.replies_ms),
        failed=tuple(playing.failed),
        error=error,
    )


def staged(given: Given, npc: str, world: World) -> Staged:
    """Return the state that a test begins from."""
    feels = dict(given.feels)
    if given.trust is not None:
        feels[npc] = feels.get(npc, {}) | {"trust": given.trust}
    return Staged(
        story=StoryState(
            flags=frozenset(given.flags),
            items=frozenset(given.items),
            deeds=frozenset(given.deeds),
            game=given.game,
        ),
        relationships={
            name: Relationship(world.npc(name).initial.root | felt) for name, felt in feels.items()
        },
        game_time=given.game_time,
    )


@dataclass
class _Playing:
    """A test on its way: whose story it is, and where that stands."""

    stage: Stage
    test: StoryTest
    language: Language
    player: str = field(default_factory=lambda: f"storytest-{uuid4().hex}")
    session: str | None = None
    failed: list[FailedTurn] = field(default_factory=list)
    replies_ms: list[float] = field(default_factory=list)
    saved: dict[str, Scene] = field(default_factory=dict)

    async def play(self) -> None:
        world, timelines = self.stage.world, self.stage.timelines
        begun = staged(self.test.given, self.test.npc, world)
        self.session = await timelines.stage(world.id, self.player, begun)
        for number, step in enumerate(self.test.steps, 1):
            if step.say:
                await self._say(number, step, step.say[self.language])
            elif step.happens:
                await self._happen(step.happens)
            elif step.save:
                self.saved[step.save] = await self._scene(self.test.npc)
            elif step.load:
                then = self.saved[step.load]
                self.session, _ = await timelines.fork(then.timeline_id, then.seq)

    async def _say(self, number: int, step: Step, said: str) -> None:
        npc = step.npc or self.test.npc
        if step.new_session:
            self.session = None
        request = TurnRequest(
            message=said,
            turn_id=f"turn-{uuid4().hex}",
            turn_id_is_new=True,
            npc_id=npc,
            player_id=self.player,
            session_id=self.session,
            game_time=step.game_time,
        )
        before = await self.stage.timelines.load_scene(request, self.stage.world)
        self.session = before.session_id
        answer = await self.stage.dialogue.play(request)
        self.session = answer["session_id"]
        self.replies_ms.append(answer["timing_ms"]["total"])
        if step.then is None:
            return
        ledger = await self.stage.ledger.of_turn(request.turn_id)
        language = detect_language(said)
        fault = await self._fault(said, answer["reply"], language, before, ledger)
        turn = PlayedTurn(npc, said, language, answer, ledger, before.knower, fault)
        if failures := judge(step.then, turn, self.language, self.stage.world):
            self.failed.append(FailedTurn(number, turn, tuple(failures)))

    async def _fault(
        self,
        said: str,
        reply: str,
        language: Language,
        scene: Scene,
        ledger: Sequence[LedgerEntry],
    ) -> str | None:
        """Return what is out of character in a reply, judged as the turn itself judges."""
        if fault := reply_fault(reply, language):
            return fault
        fired = {entry.source.removeprefix("trigger:") for entry in ledger}
        lines = [
            trigger.line[language]
            for trigger in self.stage.world.triggers[scene.npc.id]
            if trigger.id in fired
        ]
        lore = self.stage.dialogue.parts.lore
        leak = await lore.leak(reply, language, scene.knower, " ".join([said, *lines]))
        return f"gated lore: {leak}" if leak else None

    async def _happen(self, event: Happening) -> None:
        report = event.report(f"event-{uuid4().hex}")
        await self.stage.intake.report(report, Whose(self.session, self.player))

    async def _scene(self, npc: str) -> Scene:
        request = TurnRequest(
            message="", turn_id="", npc_id=npc, player_id=self.player, session_id=self.session
        )
        return await self.stage.timelines.load_scene(request, self.stage.world)
