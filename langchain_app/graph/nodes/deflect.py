"""Answers in character where the turn cannot go its usual way."""

from __future__ import annotations

import asyncio

from langgraph.runtime import Runtime

from langchain_app.domain.errors import ChatModelFailed, TurnDeadlineExceeded
from langchain_app.domain.lore.lore import Findings
from langchain_app.domain.people.emotion import Emotion
from langchain_app.domain.people.lines import pick
from langchain_app.domain.turn import Brief, Deflection, Reply, TriggerCheck
from langchain_app.domain.understanding.tone import Sentiment, choose_tone
from langchain_app.domain.understanding.understanding import NOTHING
from langchain_app.graph.context import TurnContext
from langchain_app.graph.faults import fault_in
from langchain_app.graph.observed import Update, observed
from langchain_app.graph.speech import announce, say
from langchain_app.graph.state import TurnState

FALLBACK_S = 2.0
"""What the light fallback model may take at the most, even after the deadline has passed."""


@observed("chain", "deflection", "utterance")
async def deflect(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Say the NPC's own authored line, or let the fallback model answer. Always answers."""
    context, why = runtime.context, state["deflection"]
    if why is not None and why.why in ("model_failed", "out_of_time", "bad_reply"):
        return {"reply": await _fallback(state, context)}
    text, emotion = _authored(state, why)
    announce(context, text, replaces=False)
    return {"reply": Reply(text, emotion, "authored", "authored")}


async def _fallback(state: TurnState, context: TurnContext) -> Reply:
    speaker, tone = context.parts.fallback, state["tone"]
    brief = Brief(
        scene=state["scene"],
        utterance=state["utterance"],
        tone=tone,
        lore=state.get("lore", Findings()),
        memories=state.get("memories", ()),
        triggers=state.get("triggers", TriggerCheck()),
        understood=state.get("understood", NOTHING),
    )
    lines = state["scene"].npc.lines[state["utterance"].language]
    try:
        text = await say(context, speaker, brief, FALLBACK_S, first=False)
        reply = Reply(text, tone.emotion, "fallback", speaker.name)
        if await _refused(text, state, context):
            text = pick(lines.unknown, f"{state['scene'].seq}", _recent(state))
            reply = Reply(text, tone.emotion, "authored", "authored")
    except (ChatModelFailed, TurnDeadlineExceeded):
        text = pick(lines.weary, f"{state['scene'].seq}", _recent(state))
        reply = Reply(text, tone.emotion, "fallback", speaker.name)
    announce(context, reply.text, replaces=True)
    return reply


async def _refused(text: str, state: TurnState, context: TurnContext) -> bool:
    """Tell whether the fallback's words must not be said; what nobody can check must not either."""
    try:
        async with asyncio.timeout(FALLBACK_S):
            return await fault_in(text, state, context, composed=True) is not None
    except TimeoutError:
        return True


def _authored(state: TurnState, why: Deflection | None) -> tuple[str, Emotion]:
    scene, language = state["scene"], state["utterance"].language
    if why is not None and why.trigger is not None:
        return why.trigger.reaction.line[language], why.trigger.reaction.emotion
    lines = scene.npc.lines[language]
    forbidden = why is not None and why.why == "forbidden_talk"
    text = pick(
        lines.forbidden_talk if forbidden else lines.deflect, f"{scene.seq}", _recent(state)
    )
    tone = choose_tone(Sentiment(), "small_talk", scene.mood)
    return text, "disgust" if forbidden else tone.emotion


def _recent(state: TurnState) -> list[str]:
    return [exchange.npc for exchange in state["scene"].recent]
