"""Brings to mind what this player said before."""

from __future__ import annotations

import asyncio

from langgraph.runtime import Runtime

from langchain_app.graph.context import TurnContext
from langchain_app.graph.observed import Update, observed
from langchain_app.graph.state import TurnState


@observed("retriever", "utterance")
async def recall_memories(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Recall this NPC's memories of this player that the utterance touches."""
    context = runtime.context
    vector = await context.vector()
    try:
        async with asyncio.timeout(context.remaining):
            found = await context.parts.memory_book.recall(
                state["scene"], state["utterance"], vector
            )
    except TimeoutError:
        found = ()
    return {"memories": found}
