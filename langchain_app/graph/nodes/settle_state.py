"""Decides what the words do to trust, story and items."""

from __future__ import annotations

from langgraph.runtime import Runtime

from langchain_app.domain.proposals import propose
from langchain_app.domain.settlement import settle
from langchain_app.domain.turn import TriggerCheck
from langchain_app.graph.context import TurnContext
from langchain_app.graph.observed import Update, observed
from langchain_app.graph.state import TurnState


@observed("evaluator", "triggers", "deflection")
async def settle_state(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Settle the turn's proposals on server state."""
    scene = state["scene"]
    proposals = propose(
        state["utterance"].text,
        state.get("tone"),
        scene.relationship,
        state.get("triggers", TriggerCheck()).fired,
        state.get("deflection"),
    )
    policy = runtime.context.parts.policy
    return {"settlement": settle(proposals, scene.story, scene.relationship, policy)}
