"""One turn, start to end: what the routes, the command line and the evaluation call."""

from __future__ import annotations

import asyncio
import logging
import time
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from langchain_app.domain.errors import (
    DramatisError,
    TextUnprintable,
    TurnIdReused,
    UtteranceEmpty,
    UtteranceTooLong,
)
from langchain_app.domain.ports import StoredTurn, Vector
from langchain_app.domain.safety.guardrails import neutralise, storable
from langchain_app.domain.text import Language, detect_language
from langchain_app.domain.turn import GUEST, EventType, TurnEvent, TurnRequest, Utterance
from langchain_app.domain.understanding.tone import Sentiment
from langchain_app.graph.builder import compiled_turn
from langchain_app.graph.context import Parts, TurnContext
from langchain_app.observability.tracing import Tracing
from langchain_app.services.afterthoughts import Settled, Thinker

logger = logging.getLogger("dramatis.dialogue")

Emit = Callable[[EventType, dict[str, Any]], None]
Embed = Callable[[str], Awaitable[Vector]]

LONG = 200
"""Characters from which an analysis takes longer than a switch of threads: 2 ms of 200."""

RECURSION_LIMIT = 200
"""Steps of one turn. A turn takes 10; each turn settled before it on the same timeline adds 2."""


class Dialogue:
    """Plays turns on one world."""

    def __init__(
        self,
        parts: Parts,
        tracing: Tracing,
        embed: Embed,
        *,
        turn_seconds: float,
        max_message_chars: int,
        max_concurrent_turns: int,
        thinker: Thinker | None = None,
    ) -> None:
        self._parts = parts
        self._tracing = tracing
        self._embed = embed
        self._turn_seconds = turn_seconds
        self._max_chars = max_message_chars
        self._places = asyncio.Semaphore(max_concurrent_turns)
        self._graph = compiled_turn()
        self._thinker = thinker

    @property
    def parts(self) -> Parts:
        """What the next turn is played with."""
        return self._parts

    def switch(self, parts: Parts) -> None:
        """Play turns with other parts from now on; one in flight ends with those it began with."""
        self._parts = parts

    def aside(self, parts: Parts, tracing: Tracing) -> Dialogue:
        """Return a dialogue that plays in the same way with other parts; no turn is thought about."""
        return Dialogue(
            parts,
            tracing,
            self._embed,
            turn_seconds=self._turn_seconds,
            max_message_chars=self._max_chars,
            max_concurrent_turns=1,
        )

    async def sentiment(self, text: str, language: Language | None = None) -> Sentiment:
        """Rate a text as a turn rates it; nothing is kept. Raises Refused."""
        if (control := _control_in(text)) is not None:
            raise TextUnprintable(control)
        said = neutralise(self._checked_text(text)).text
        utterance = Utterance(said, language or detect_language(said))
        rate = self._parts.listener.sentiment
        if len(said) < LONG:
            return rate(utterance)
        return await asyncio.to_thread(rate, utterance)

    async def play(self, request: TurnRequest) -> dict[str, Any]:
        """Play a turn and return its answer (domain/answer.py).

        Raises a DramatisError; nothing was committed then.
        """
        return await self._turn(request, lambda kind, data: None)

    async def stream(self, request: TurnRequest) -> AsyncIterator[TurnEvent]:
        """Play a turn and yield its events: status, token, replace, then complete or error.

        What fails before the first event is raised instead: a refused request has no events.
        Who stops listening ends the turn; unless it was committed already, nothing of it is kept.
        """
        events: asyncio.Queue[TurnEvent | None] = asyncio.Queue()
        count = 0

        def emit(kind: EventType, data: dict[str, Any]) -> None:
            nonlocal count
            events.put_nowait(TurnEvent(kind, count, data))
            count += 1

        async def run() -> None:
            try:
                emit("complete", await self._turn(request, emit))
            except Exception as error:
                if count == 0:
                    raise
                emit("error", _told(error))
            finally:
                events.put_nowait(None)

        task = asyncio.create_task(run())
        try:
            while (event := await events.get()) is not None:
                yield event
            await task
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})  # once: a second one would leave the model's socket open

    async def _turn(self, request: TurnRequest, emit: Emit) -> dict[str, Any]:
        request = self._checked(request)
        async with self._places:
            if (known := await self._repeated(request)) is not None:
                return known
            return await self._played(request, emit)

    def _checked(self, request: TurnRequest) -> TurnRequest:
        return replace(request, message=self._checked_text(request.message))

    def _checked_text(self, text: str) -> str:
        """Refuse what is no utterance at all."""
        message = storable(text)
        if len(message) > self._max_chars:
            raise UtteranceTooLong(len(message), self._max_chars)
        cleaned = neutralise(message)
        if not cleaned.text and not cleaned.had_control_tokens:
            raise UtteranceEmpty
        return message

    async def _repeated(self, request: TurnRequest) -> dict[str, Any] | None:
        """Return the first answer where this turn was played before."""
        if request.turn_id_is_new:
            return None
        stored = await self._parts.timelines.find_turn(request.turn_id)
        return _same(stored, request) if stored else None

    async def _played(self, request: TurnRequest, emit: Emit) -> dict[str, Any]:
        started = time.perf_counter()
        embedding = asyncio.ensure_future(self._embed(neutralise(request.message).text))
        with self._tracing.turn(request.turn_id, npc=request.npc_id) as trace:
            context = TurnContext(
                parts=self._parts,
                trace=trace,
                deadline=time.monotonic() + self._turn_seconds,
                emit=emit,
                embedding=embedding,
            )
            try:
                final = await self._graph.ainvoke(
                    {"request": request},
                    {"recursion_limit": RECURSION_LIMIT, "callbacks": []},
                    context=context,
                )
            finally:
                embedding.cancel()
            if final.get("stored") is not None:
                return _same(final["stored"], request)
            answer: dict[str, Any] = final["answer"]
            if self._thinker is not None and "tone" in final:  # exploits are not thought about
                self._thinker.put(Settled(request.turn_id, final["scene"], final["utterance"]))
            total = round((time.perf_counter() - started) * 1000, 3)
            answer["timing_ms"] = {**context.timing_ms, "total": total}
            trace.conclude(input=request.message, output=answer["reply"])
        return answer


def _control_in(text: str) -> str | None:
    """Return the first control character, or half of a surrogate pair, that `text` has."""
    return next(
        (c for c in text if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\r\t"), None
    )


def _told(error: Exception) -> dict[str, Any]:
    """Return an error as an event tells it; a defect of ours is logged, and its details stay here."""
    if not isinstance(error, DramatisError):
        logger.error("unexpected error in a turn", exc_info=error)
        error = DramatisError("Something went wrong here.", "The server's log tells more.")
    return {"code": error.code, "message": error.message, "hint": error.hint}


def _same(stored: StoredTurn, request: TurnRequest) -> dict[str, Any]:
    """Return the stored answer if it answers this very request; raises TurnIdReused.

    The answer names a player and a session, so whoever names neither gets it only where the first
    request named neither: a guest's.
    """
    claims: Sequence[tuple[str | None, str]] = (
        (request.message, stored.message),
        (request.npc_id, stored.npc_id),
        (request.player_id, stored.player_id),
        (request.session_id, stored.session_id),
    )
    nobody = request.player_id is None and request.session_id is None
    if nobody and not stored.player_id.startswith(GUEST):
        raise TurnIdReused(request.turn_id)
    if any(claimed is not None and claimed != known for claimed, known in claims):
        raise TurnIdReused(request.turn_id)
    return stored.answer
