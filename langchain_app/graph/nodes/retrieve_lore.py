"""Finds what this NPC knows about what was said."""

from __future__ import annotations

import asyncio

from langgraph.runtime import Runtime

from langchain_app.domain.errors import KnowledgeStoreUnavailable
from langchain_app.domain.lore import Findings
from langchain_app.graph.context import TurnContext
from langchain_app.graph.observed import Update, observed
from langchain_app.graph.state import TurnState

LOOKED_UP = ("question", "small_talk")
"""Acts that may be about the world; a thank-you is not looked up."""


@observed("retriever", "utterance")
async def retrieve_lore(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Search the lore that this NPC may know; an empty finding when time runs out.

    A knowledge store that fails costs the turn its lore; the adapter logs it once.
    """
    context = runtime.context
    if state["tone"].act not in LOOKED_UP:
        return {"lore": Findings()}
    vector = await context.vector()
    try:
        async with asyncio.timeout(context.remaining):
            return {
                "lore": await context.parts.lore.search(state["utterance"], state["scene"], vector)
            }
    except (TimeoutError, KnowledgeStoreUnavailable):
        return {"lore": Findings()}
