"""Looks which of the story's gates the words open, and which they must not touch."""

from __future__ import annotations

import asyncio
from functools import partial

from langgraph.runtime import Runtime

from langchain_app.domain.errors import ChatModelFailed
from langchain_app.domain.story.actions import possible_now
from langchain_app.domain.story.gates import closed_triggers, costly, open_triggers
from langchain_app.domain.story.helping import offered, trouble
from langchain_app.domain.story.reading import Reading
from langchain_app.domain.story.story import Trigger
from langchain_app.domain.story.story_acts import story_acts
from langchain_app.domain.story.triggers import (
    SURE,
    Decision,
    alike,
    asked_back_of,
    decided,
    forbidden_hit,
    moment,
    near_misses,
    performs,
    read_trigger,
    spoken_of,
)
from langchain_app.domain.turn import Deflection, FiredTrigger, StateQuestion, TriggerCheck
from langchain_app.domain.understanding.understanding import Understood
from langchain_app.graph.context import TurnContext
from langchain_app.graph.observed import Update, observed
from langchain_app.graph.state import TurnState


@observed("evaluator", "utterance", "understood")
async def check_triggers(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Check forbidden triggers, then the story triggers that server state holds open.

    The reading of the utterance judges first; where it hears nothing, a second judge may; goals whose
    moment has come without words come last.
    """
    context, parts, scene = runtime.context, runtime.context.parts, state["scene"]
    understood, utterance = state["understood"], state["utterance"]
    opened = open_triggers(parts.world.triggers[scene.npc.id], scene, parts.policy)
    closed = closed_triggers(parts.world.triggers[scene.npc.id], opened, scene)
    acts = story_acts((*opened, *closed), scene.npc, utterance, parts.world.items)
    hit = forbidden_hit(scene.npc.forbidden_triggers, understood, acts)
    if hit is not None:
        trigger, evidence = hit
        return {
            "triggers": TriggerCheck(),
            "deflection": Deflection("forbidden_trigger", evidence, trigger),
        }
    best = state["lore"].best
    answered = understood.wants_answer and best is not None and best.sure
    if understood.failure is None:
        asked = asked_back_of(scene.recent)
        again = [gate.id for gate in (*opened, *closed) if spoken_of(gate, scene)]
        decision = decided(
            opened, closed, understood, acts, parts.policy.rewards, asked,
            answered=answered, again=again,
        )  # fmt: skip
    else:
        likeness = partial(parts.listener.likeness, utterance, await context.vector())
        decision = alike(opened, utterance, likeness)
    needed = trouble(parts.world, scene, understood, decision.hint, answered=answered)
    if needed is not None and _opened(decision, understood) < offered(understood):
        decision = Decision()  # "any work for me?" opens no shop: the trouble is told
    reading = await _read(state, opened, context)
    if decision == Decision() and reading is not None:
        decision = _second(state, opened, reading, context)
    fired = decision.fired or (None if decision.asks_back else moment(opened))
    return {
        "triggers": TriggerCheck(
            opened,
            fired,
            decision.asks_back,
            decision.hint if fired is None and needed is None else None,
            needed if fired is None else None,
            near_misses(opened, closed, understood),
            reading,
        )
    }


def _opened(decision: Decision, understood: Understood) -> float:
    """Return how surely the words perform what was decided; 1 for a yes to what was asked back."""
    trigger = decision.fired.trigger if decision.fired else decision.asks_back
    if trigger is None or trigger.id not in understood.judged or understood.agrees:
        return 1.0
    return performs(understood, trigger.id)


def _second(
    state: TurnState, opened: tuple[Trigger, ...], reading: Reading, context: TurnContext
) -> Decision:
    """Return what a second judge's reading does."""
    policy = context.parts.policy
    utterance, understood = state["utterance"], state["understood"]
    trigger = read_trigger(opened, utterance, reading, policy.thresholds, understood)
    if trigger is None:
        return Decision()
    asked = asked_back_of(state["scene"].recent) == trigger.id
    if asked and understood.act == "refuses":
        return Decision()
    sure = reading.opens(trigger, policy.thresholds) or 0.0
    doubted = costly(trigger, policy.rewards) and trigger.confirm != "never" and not asked
    if doubted and (sure < SURE or trigger.confirm == "always"):
        return Decision(asks_back=trigger)
    return Decision(FiredTrigger(trigger, reading.evidence))


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
