"""A player's own data, across every part that keeps some: the database, the traces, Langfuse."""

from __future__ import annotations

import asyncio
from typing import Any

from langchain_app.domain.errors import FactInvalid
from langchain_app.domain.safety.guardrails import neutralise
from langchain_app.observability.langfuse_traces import delete_traces
from langchain_app.observability.tracing import LangfuseKeys, Tracing
from langchain_app.persistence.players import PostgresPlayers

FLUSH_S = 10.0


class Players:
    """Lists, corrects and erases; `tracing` is None where nothing is being traced meanwhile."""

    def __init__(
        self, data: PostgresPlayers, tracing: Tracing | None, langfuse: LangfuseKeys | None
    ) -> None:
        self.data = data
        self._tracing = tracing
        self._langfuse = langfuse

    async def show(self, player_id: str) -> dict[str, Any]:
        """Return everything kept of a player; raises UnknownPlayer."""
        await self._flushed()
        return await self.data.show(player_id)

    async def correct(self, player_id: str, fact_id: int, value: str) -> dict[str, Any]:
        """Correct a fact; raises UnknownFact and FactInvalid."""
        cleaned = neutralise(value).text  # NPCs will say it
        if not cleaned:
            raise FactInvalid
        await self._flushed()
        return await self.data.correct(player_id, fact_id, cleaned)

    async def forget(self, player_id: str, memory_id: str) -> None:
        """Delete one memory; raises UnknownMemory."""
        await self._flushed()
        await self.data.forget(player_id, memory_id)

    async def erase(self, player_id: str) -> dict[str, Any]:
        """Erase a player everywhere, traces included, and count what is left of them.

        Spans that wait for export are written first, so that none comes after. Langfuse is asked
        before the database forgets which traces there were: if it does not answer, nothing was
        deleted and the request may be sent again. Raises UnknownPlayer, TracesNotErased,
        DatabaseUnavailable.
        """
        await self._flushed()
        at_langfuse = 0
        if self._langfuse is not None:
            at_langfuse = await delete_traces(self._langfuse, await self.data.traces(player_id))
        erased = await self.data.erase(player_id)
        erased["deleted"] |= {"langfuse_traces": at_langfuse} if at_langfuse else {}
        return erased

    async def _flushed(self) -> None:
        if self._tracing is not None:
            await asyncio.to_thread(self._tracing.flush, FLUSH_S)
