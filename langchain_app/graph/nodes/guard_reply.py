"""Checks the reply as a whole."""

from __future__ import annotations

from langgraph.runtime import Runtime

from langchain_app.domain.turn import Deflection
from langchain_app.graph.context import TurnContext
from langchain_app.graph.faults import fault_in
from langchain_app.graph.observed import Update, observed
from langchain_app.graph.routing import ATTEMPTS
from langchain_app.graph.state import TurnState


@observed("guardrail", "reply")
async def guard_reply(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Let a reply pass that is in persona, in its language and gives nothing gated away."""
    reply = state.get("reply")
    if reply is None or state.get("deflection"):
        return {}
    context = runtime.context
    composed = reply.origin != "model" or context.parts.speaker.provider == "embedded"
    fault = await fault_in(reply.text, state, context, composed=composed)
    if fault is None:
        return {}
    if state["attempts"] < ATTEMPTS:
        return {"reply": None, "complaint": fault}
    return {"reply": None, "deflection": Deflection("bad_reply", fault)}
