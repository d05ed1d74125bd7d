"""Live editing: what authors changed reaches a running platform, and no turn notices but by its words.

An edition is everything that a version of the world is played with. It is made beside the one in
service and takes its place in one assignment; a turn in flight finishes on the edition it began with.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Protocol

from langchain_app.domain.errors import DramatisError, IngestRunning, Mistake, WorldInvalid
from langchain_app.domain.world import World
from langchain_app.graph.context import Parts
from langchain_app.language.tokens import Tokeniser
from langchain_app.retrieval.ingest import Ingested
from langchain_app.retrieval.lore_retriever import Knowledge
from langchain_app.retrieval.token_vectors import Floats
from langchain_app.services.dialogue import Dialogue

PATIENCE_S = 30.0
"""So long is not looked again at files that are not what was ingested: reading them is work."""

logger = logging.getLogger("dramatis.publishing")


class Searched(Knowledge, Protocol):
    """What a world's version is known by: searches, fusion weights, and the triggers' examples."""

    weights: dict[str, float]
    examples: dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of a world, ready to be played."""

    knowledge: Searched
    tokeniser: Tokeniser
    parts: Parts


class Press(Protocol):
    """What makes editions; every call may take seconds, and runs beside the event loop."""

    watch_s: float
    """Seconds between two looks at what others have ingested."""

    def load(self) -> World:
        """Read the world's files; raises WorldInvalid."""

    def tokeniser(self, world: World) -> Tokeniser:
        """Return a tokeniser that knows the world's names and synonyms."""

    def version_of(self, world: World) -> str:
        """Return the version of the knowledge that these files make."""

    def announced_version(self, world: World) -> str | None:
        """Return the version that was ingested last, by whomever; raises Unavailable."""

    def ingest(self, world: World, tokeniser: Tokeniser) -> Ingested:
        """Write what changed; raises Unavailable."""

    def edition(self, world: World, tokeniser: Tokeniser, before: Edition) -> Edition:
        """Make an edition of what was ingested last; raises Unavailable."""


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did; `seconds` until turns were played on it."""

    ingested: Ingested
    seconds: float


class Publisher:
    """Switches a running platform to what its world's files say now."""

    def __init__(self, dialogue: Dialogue, edition: Edition, press: Press) -> None:
        self._dialogue = dialogue
        self._edition = edition
        self._press = press
        self._lock = asyncio.Lock()
        self._running: set[asyncio.Task[Published]] = set()
        self._passed_over: tuple[str, float] = ("", 0.0)

    @property
    def edition(self) -> Edition:
        """What is in service."""
        return self._edition

    @property
    def version(self) -> str:
        """The version of the knowledge in service."""
        return self._edition.knowledge.version

    async def publish(self, *, wait: bool = False) -> Published:
        """Read the world's files again, ingest what changed and switch to it.

        One at a time: while another runs this raises IngestRunning, or waits its turn. Whoever asked
        may leave, the publication goes on. Raises WorldInvalid and Unavailable; the edition in
        service stays then.
        """
        if self._running and not wait:
            raise IngestRunning
        task = asyncio.create_task(self._publish())
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Wait for what still runs."""
        if self._running:
            await asyncio.wait(self._running)

    async def watch(self) -> None:
        """Follow what other processes ingest, until cancelled; a look costs microseconds."""
        complaint = ""
        while True:
            await asyncio.sleep(self._press.watch_s)
            try:
                await self._follow()
            except Exception as error:  # whatever it was, the next ingest is followed again
                if complaint != (complaint := str(error)):
                    defect = not isinstance(error, DramatisError)
                    logger.warning("An ingest is not followed: %s", error, exc_info=defect)

    async def _publish(self) -> Published:
        async with self._lock:
            started = time.perf_counter()
            world, tokeniser = await self._read()
            done = await asyncio.to_thread(self._press.ingest, world, tokeniser)
            if done.version != self.version:
                await self._switch(world, tokeniser)
            return Published(done, round(time.perf_counter() - started, 3))

    async def _follow(self) -> None:
        """Switch where another version was ingested, and the files still say what was ingested."""
        world = self._edition.parts.world
        there = await asyncio.to_thread(self._press.announced_version, world)
        passed_over, until = self._passed_over
        if there in (None, self.version) or (there == passed_over and time.monotonic() < until):
            return
        async with self._lock:
            if there is None or there == self.version:
                return
            # Files edited since then are nobody's wish yet: the next ingest will tell.
            self._passed_over = (there, time.monotonic() + PATIENCE_S)
            world, tokeniser = await self._read()
            if self._press.version_of(world) == there:
                await self._switch(world, tokeniser)

    async def _read(self) -> tuple[World, Tokeniser]:
        """Return the world as its files stand now, and a tokeniser that keeps its names whole."""
        before = self._edition.parts.world
        world = await asyncio.to_thread(self._press.load)
        if world.id != before.id:
            told = f"the id was {before.id!r} and is {world.id!r}; a server keeps to one world"
            raise WorldInvalid(before.id, (Mistake("world.json", 1, told),))
        same = before.manifest.synonyms == world.manifest.synonyms
        if same and world.names == before.names:
            return world, self._edition.tokeniser
        return world, await asyncio.to_thread(self._press.tokeniser, world)

    async def _switch(self, world: World, tokeniser: Tokeniser) -> None:
        edition = await asyncio.to_thread(self._press.edition, world, tokeniser, self._edition)
        self._edition = edition
        self._dialogue.switch(edition.parts)
        logger.info("version %s is in service", self.version)
