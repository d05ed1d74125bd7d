"""Looks which of the story's gates the words open, and which they must not touch."""

from __future__ import annotations

from functools import partial

from langgraph.runtime import Runtime

from langchain_app.domain.triggers import fired_trigger, forbidden_hit, open_triggers
from langchain_app.domain.turn import Deflection, TriggerCheck
from langchain_app.graph.context import TurnContext
from langchain_app.graph.observed import Update, observed
from langchain_app.graph.state import TurnState


@observed("evaluator", "utterance")
async def check_triggers(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Check forbidden triggers, then the story triggers that server state holds open."""
    parts, scene, utterance = runtime.context.parts, state["scene"], state["utterance"]
    likeness = partial(parts.listener.likeness, utterance, await runtime.context.vector())
    hit = forbidden_hit(scene.npc.forbidden_triggers, utterance, likeness)
    if hit is not None:
        trigger, evidence = hit
        return {
            "triggers": TriggerCheck(),
            "deflection": Deflection("forbidden_trigger", evidence, trigger),
        }
    waiting = open_triggers(parts.world.triggers[scene.npc.id], scene)
    return {"triggers": TriggerCheck(waiting, fired_trigger(waiting, utterance, likeness))}
