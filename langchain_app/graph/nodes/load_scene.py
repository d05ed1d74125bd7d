"""Reads where the turn is played."""

from __future__ import annotations

from langgraph.runtime import Runtime

from langchain_app.domain.story.game_state import as_stated
from langchain_app.graph.context import TurnContext
from langchain_app.graph.observed import Update, observed
from langchain_app.graph.state import TurnState


@observed("chain", "request")
async def load_scene(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Read persona, relationship, story state and recent turns, in one round trip.

    What a game server states of its own state comes on top.
    """
    context = runtime.context
    request, world = state["request"], context.parts.world
    scene = as_stated(await context.parts.timelines.load_scene(request, world), request, world)
    context.trace.identify(player_id=scene.player_id, session_id=scene.session_id)
    context.emit("status", {"task": "thinking", "session_id": scene.session_id})
    return {"scene": scene}
