"""What a game reports of its world, on its way into the story."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from langchain_app.domain.memory.chronicle import EventReport
from langchain_app.domain.ports import Chronicle, Recorded, Vector, Whose
from langchain_app.domain.safety.guardrails import storable

EMBEDDING_S = 2.0
"""What the event's embedding may take; without one it is found by its words and its time."""

logger = logging.getLogger("dramatis.intake")


class EventIntake:
    """Takes in game events."""

    def __init__(
        self, chronicle: Callable[[], Chronicle], embed: Callable[[str], Awaitable[Vector]]
    ) -> None:
        """Take what gives the chronicle in service: live editing may exchange it."""
        self._chronicle = chronicle
        self._embed = embed

    async def report(self, report: EventReport, whose: Whose) -> Recorded:
        """Record an event and return who noticed it; a DramatisError keeps nothing."""
        report = replace(report, text={lang: storable(t) for lang, t in report.text.items()})
        text = report.text.get("en") or next(iter(report.text.values()), "")
        # What became of an action is put into words later; its words are enough to find it by.
        vector = await self._vector(text) if text else ()
        return await self._chronicle().record(report, whose, vector)

    async def _vector(self, text: str) -> Vector:
        try:
            return await asyncio.wait_for(self._embed(text[:2000]), EMBEDDING_S)
        except Exception as error:  # embedding clients share no base, as in a turn
            logger.warning("an event is kept without its embedding: %s", type(error).__name__)
            return ()
