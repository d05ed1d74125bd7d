"""Commits the turn whole."""

from __future__ import annotations

from typing import Any

from langgraph.runtime import Runtime

from langchain_app.domain.answer import answer_of
from langchain_app.domain.errors import TimelineMoved
from langchain_app.domain.lore.lore import Findings
from langchain_app.domain.memory.memory import HAPPENED, importance
from langchain_app.domain.memory.rumour import ChronicleEntry
from langchain_app.domain.story.awaited import awaited, stages_reached
from langchain_app.domain.story.game_state import as_stated
from langchain_app.domain.story.gates import open_triggers
from langchain_app.domain.turn import TriggerCheck, TurnRecord
from langchain_app.domain.turn_events import events_of_turn
from langchain_app.domain.understanding.understanding import NOTHING
from langchain_app.graph.context import Parts, TurnContext
from langchain_app.graph.observed import Update, observed
from langchain_app.graph.state import TurnState

STORY = ("flag", "item", "action")


@observed("span", "settlement")
async def remember_turn(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Write turn, ledger, relationship, memory and outbox in one transaction.

    Where another turn of the timeline was settled first, read the scene again and settle on it; the
    words were spoken once and stay.
    """
    context = runtime.context
    timelines = context.parts.timelines
    record = await _record(state, context)
    answer = answer_of(record)
    try:
        stored = await timelines.commit(record, answer)
    except TimelineMoved:
        scene = await timelines.reload(state["scene"])
        return {"scene": as_stated(scene, state["request"], context.parts.world)}
    return {"stored": stored} if stored else {"answer": answer}


async def _record(state: TurnState, context: TurnContext) -> TurnRecord:
    utterance, tone, reply = state["utterance"], state.get("tone"), state["reply"]
    if reply is None:
        raise AssertionError("no turn is remembered without a reply")
    # An utterance that was deflected is no talk to learn from: an exploit would plant its facts.
    remembered = [m for m in state.get("memories", ()) if m.kind not in HAPPENED]
    understood = state.get("understood", NOTHING)
    tokens = context.parts.listener.tokens(utterance.text, utterance.language)
    scene, settlement, parts = state["scene"], state["settlement"], context.parts
    return TurnRecord(
        request=state["request"],
        scene=scene,
        utterance=utterance,
        reply=reply,
        settlement=settlement,
        lore=state.get("lore", Findings()) if reply.origin != "authored" else Findings(),
        tone=tone,
        deflection=state.get("deflection"),
        importance=importance(
            moved=any(entry.kind in STORY for entry in state["settlement"].entries),
            facts=len(understood.told),
            act=tone.act if tone else "small_talk",
            feeling=tone.sentiment.compound if tone else 0.0,
            words=len(tokens),
        ),
        facts=understood.told,
        recalled=tuple(m.memory_id for m in remembered[:1] if m.memory_id),
        tokens=tokens,
        vector=tuple(await context.vector()),
        trace_id=context.trace.trace_id,
        timing_ms=dict(context.timing_ms),
        model_info=_model_info(state, parts),
        happened=_happened(state, parts),
        awaited=awaited(
            open_triggers(parts.world.triggers[scene.npc.id], scene, parts.policy),
            settlement,
            state.get("triggers", TriggerCheck()).reading,
            parts.policy.thresholds,
        ),
        triggers=state.get("triggers", TriggerCheck()),
        understood=understood,
        stages=stages_reached(
            parts.world.quests.values(), scene.npc.id, settlement.story.flags, settlement.flags
        ),
    )


def _happened(state: TurnState, parts: Parts) -> tuple[ChronicleEntry, ...]:
    events = events_of_turn(
        state["request"].turn_id, state["scene"], state["settlement"], parts.world
    )
    return tuple(parts.chronicle.entry(event) for event in events)


def _model_info(state: TurnState, parts: Parts) -> dict[str, Any]:
    reply, why = state["reply"], state.get("deflection")
    return {
        "provider": parts.speaker.provider,
        "model": parts.speaker.name,
        "origin": reply.origin if reply else "authored",
        "spoken_by": reply.model if reply else "authored",
        "deflected": why.why if why else None,
    }
