"""Finds what this NPC knows about what was said."""

from __future__ import annotations

import asyncio

from langgraph.runtime import Runtime

from langchain_app.domain.errors import KnowledgeStoreUnavailable
from langchain_app.domain.lore.lore import Findings
from langchain_app.domain.people.npc import MAY_BE_KNOWN
from langchain_app.graph.context import TurnContext
from langchain_app.graph.lorebooks import with_lorebooks
from langchain_app.graph.observed import Update, observed
from langchain_app.graph.state import TurnState

LOOKED_UP = ("question", "how_are_you", "small_talk", *MAY_BE_KNOWN)
"""Acts that may be about the world ("how is the bell?"); a thank-you is not looked up, nor what
players tell of themselves."""


@observed("retriever", "utterance")
async def retrieve_lore(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Search the lore that this NPC may know, and add the lorebook entries that the turn activates.

    A knowledge store that fails costs the turn its lore; the adapter logs it once.
    """
    context = runtime.context
    found = await _found(state, context)
    world = context.parts.world
    if world.lorebooks:
        turn_id = state["request"].turn_id
        # Beside the event loop: large books take milliseconds, and hostile ones as long as they may.
        found = await asyncio.to_thread(
            with_lorebooks, found, state["scene"], state["utterance"], turn_id, world
        )
    return {"lore": found}


async def _found(state: TurnState, context: TurnContext) -> Findings:
    """Search; an empty finding when there is nothing to look up or time runs out."""
    understood = state["understood"]
    if state["tone"].act not in LOOKED_UP or understood.asked.of_memory:
        return Findings()
    vector = await context.vector()
    try:
        async with asyncio.timeout(context.remaining):
            return await context.parts.lore.search(
                state["utterance"], state["scene"], vector, alone=understood.alone
            )
    except (TimeoutError, KnowledgeStoreUnavailable):
        return Findings()
