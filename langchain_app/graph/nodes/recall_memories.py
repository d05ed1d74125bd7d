"""Brings to mind what this player said before, and what happened."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from langgraph.runtime import Runtime

from langchain_app.domain.memory.memory import Recollection
from langchain_app.domain.memory.story_memory import merged, with_just
from langchain_app.graph.context import TurnContext
from langchain_app.graph.observed import Update, observed
from langchain_app.graph.state import TurnState


@observed("retriever", "utterance")
async def recall_memories(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Recall what the utterance touches: memories of this player, and story events.

    What happened since the last turn comes to mind first, whatever is said.
    """
    context, parts = runtime.context, runtime.context.parts
    vector = await context.vector()
    asked = (state["scene"], state["utterance"], vector)
    memories, events, just = await asyncio.gather(
        _in_time(parts.memory_book.recall(*asked, state["understood"].asked), context),
        _in_time(parts.chronicle.recall(*asked), context),
        _in_time(
            parts.chronicle.just_happened(state["scene"], state["utterance"].language), context
        ),
    )
    return {"memories": with_just(just, merged(memories, events))}


async def _in_time(
    recalling: Awaitable[tuple[Recollection, ...]], context: TurnContext
) -> tuple[Recollection, ...]:
    try:
        async with asyncio.timeout(context.remaining):
            return await recalling
    except TimeoutError:
        return ()
