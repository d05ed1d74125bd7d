"""Lets the chat model speak as the NPC."""

from __future__ import annotations

from langgraph.runtime import Runtime

from langchain_app.domain.errors import ChatModelFailed, TurnDeadlineExceeded
from langchain_app.domain.turn import Brief, Deflection, Reply
from langchain_app.graph.context import TurnContext
from langchain_app.graph.observed import Update, observed
from langchain_app.graph.routing import ATTEMPTS
from langchain_app.graph.speech import announce, say
from langchain_app.graph.state import TurnState

RESERVE_S = 0.5
"""Seconds of the turn that are kept for deflecting, settling and remembering."""


@observed("chain", "tone", "complaint")
async def speak(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Stream the reply; hand over to deflect when the model fails or runs out of time."""
    context = runtime.context
    attempts = state.get("attempts", 0) + 1
    brief = Brief(
        scene=state["scene"],
        utterance=state["utterance"],
        tone=state["tone"],
        lore=state["lore"],
        memories=state["memories"],
        triggers=state["triggers"],
        understood=state["understood"],
        complaint=state.get("complaint", ""),
    )
    speaker, fired = context.parts.speaker, state["triggers"].fired
    emotion = fired.trigger.emotion if fired and fired.trigger.emotion else state["tone"].emotion
    if fired is not None and fired.trigger.verbatim and not fired.beside:
        text = fired.trigger.line[state["utterance"].language]
        announce(context, text, replaces=False)
        return {"attempts": ATTEMPTS, "reply": Reply(text, emotion, "authored", "authored")}
    try:
        text = await say(
            context, speaker, brief, context.remaining - RESERVE_S, first=attempts == 1
        )
    except TurnDeadlineExceeded as late:
        return {"attempts": attempts, "deflection": Deflection("out_of_time", late.message)}
    except ChatModelFailed as failed:
        return {"attempts": attempts, "deflection": Deflection("model_failed", failed.message)}
    if attempts > 1:
        announce(context, text, replaces=True)
    reply = Reply(text, emotion, "model", speaker.name)
    return {"attempts": attempts, "reply": reply, "complaint": ""}
