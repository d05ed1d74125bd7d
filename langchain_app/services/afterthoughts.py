"""What is done after a turn was answered: off its path, in order, and never in its way."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from langchain_app.domain.ports import Afterthoughts, FactReader, Reflector
from langchain_app.domain.turn import Scene, Utterance

logger = logging.getLogger("dramatis.afterthoughts")

WAITING = 256
"""Turns that may wait; what comes beyond is let go, which costs a reflection and no answer."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A turn that was settled."""

    turn_id: str
    scene: Scene
    utterance: Utterance


class Thinker:
    """Reads facts with a model where there is one, and reflects; one turn after another."""

    def __init__(
        self, kept: Afterthoughts, reflector: Reflector, reader: FactReader | None = None
    ) -> None:
        self._kept = kept
        self._reflector = reflector
        self._reader = reader
        self._queue: asyncio.Queue[Settled] = asyncio.Queue(WAITING)
        self._task: asyncio.Task[None] | None = None

    def put(self, turn: Settled) -> None:
        """Take note of a turn; returns at once."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        try:
            self._queue.put_nowait(turn)
        except asyncio.QueueFull:
            logger.warning("too many turns wait to be thought about; %s is let go", turn.turn_id)

    async def idle(self) -> None:
        """Wait until everything that was put is done."""
        await self._queue.join()

    async def close(self) -> None:
        """Stop; what waits is let go."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        while True:
            turn = await self._queue.get()
            try:
                await self._think(turn)
            except Exception:
                logger.exception("an afterthought of turn %s failed", turn.turn_id)
            finally:
                self._queue.task_done()

    async def _think(self, turn: Settled) -> None:
        if self._reader is not None:
            told = await self._reader.read(turn.utterance)
            if told:
                await self._kept.learn(turn.turn_id, told)
        if remembered := await self._kept.due(turn.scene, turn.utterance):
            thoughts = await self._reflector.reflect(remembered, turn.utterance.language)
            if thoughts:
                await self._kept.keep(remembered[-1].turn_id, thoughts)
