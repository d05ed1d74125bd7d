"""Decides what the words do to feelings, story and items."""

from __future__ import annotations

from dataclasses import replace

from langgraph.runtime import Runtime

from langchain_app.domain.story.proposals import Heard, propose
from langchain_app.domain.story.settlement import settle
from langchain_app.domain.turn import TriggerCheck
from langchain_app.domain.understanding.understanding import NOTHING
from langchain_app.graph.context import TurnContext
from langchain_app.graph.observed import Update, observed
from langchain_app.graph.state import TurnState


@observed("evaluator", "triggers", "deflection")
async def settle_state(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Settle the turn's proposals on server state; what changed beforehand comes first."""
    scene, policy = state["scene"], runtime.context.parts.policy
    checked = state.get("triggers", TriggerCheck())
    heard = Heard(
        state["utterance"].text,
        state.get("tone"),
        state.get("understood", NOTHING).meant,
        checked.fired,
        checked.reading,
        state.get("deflection"),
    )
    proposals = propose(heard, scene.relationship, policy)
    settlement = settle(proposals, scene.standing, policy, scene.npc.id)
    return {"settlement": replace(settlement, entries=(*scene.beforehand, *settlement.entries))}
