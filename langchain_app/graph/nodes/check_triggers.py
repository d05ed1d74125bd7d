"""Looks which of the story's gates the words open, and which they must not touch."""

from __future__ import annotations

import asyncio
from functools import partial

from langgraph.runtime import Runtime

from langchain_app.domain.actions import possible_now
from langchain_app.domain.errors import ChatModelFailed
from langchain_app.domain.hearing import playing
from langchain_app.domain.reading import Reading
from langchain_app.domain.story import Trigger
from langchain_app.domain.triggers import (
    fired_trigger,
    forbidden_hit,
    moment,
    open_triggers,
    read_trigger,
)
from langchain_app.domain.turn import Deflection, StateQuestion, TriggerCheck
from langchain_app.graph.context import TurnContext
from langchain_app.graph.observed import Update, observed
from langchain_app.graph.state import TurnState


@observed("evaluator", "utterance")
async def check_triggers(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Check forbidden triggers, then the story triggers that server state holds open.

    Authored rules judge first; where they hear nothing, a state reader may; goals whose moment has
    come without words come last.
    """
    parts, scene, utterance = runtime.context.parts, state["scene"], state["utterance"]
    likeness = partial(parts.listener.likeness, utterance, await runtime.context.vector())
    hit = forbidden_hit(scene.npc.forbidden_triggers, utterance, likeness)
    if hit is not None:
        trigger, evidence = hit
        return {
            "triggers": TriggerCheck(),
            "deflection": Deflection("forbidden_trigger", evidence, trigger),
        }
    waiting = open_triggers(parts.world.triggers[scene.npc.id], scene, parts.policy)
    earlier = [exchange.player for exchange in scene.recent]
    fired = fired_trigger(waiting, utterance, likeness, earlier)
    reading = await _read(state, waiting, runtime.context)
    if fired is None and reading is not None and not playing(utterance.text, earlier):
        fired = read_trigger(waiting, utterance, reading, parts.policy.thresholds)
    return {"triggers": TriggerCheck(waiting, fired or moment(waiting), reading)}


async def _read(
    state: TurnState, waiting: tuple[Trigger, ...], context: TurnContext
) -> Reading | None:
    """Let the state reader judge, where there is one; what fails or is late is no reading."""
    parts = context.parts
    if parts.reader is None:
        return None
    scene = state["scene"]
    offered = possible_now(parts.policy.actions, scene.npc.id, scene.standing)
    question = StateQuestion(
        scene, state["utterance"], state["tone"], state["lore"], waiting, offered
    )
    try:
        async with asyncio.timeout(min(context.remaining, parts.reader.seconds)):
            return await parts.reader.read(question)
    except (TimeoutError, ChatModelFailed):
        return None
