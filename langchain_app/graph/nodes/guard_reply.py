"""Checks the reply as a whole."""

from __future__ import annotations

from langgraph.runtime import Runtime

from langchain_app.domain.errors import KnowledgeStoreUnavailable
from langchain_app.domain.guardrails import reply_fault
from langchain_app.domain.turn import Deflection
from langchain_app.graph.context import TurnContext
from langchain_app.graph.observed import Update, observed
from langchain_app.graph.routing import ATTEMPTS
from langchain_app.graph.state import TurnState


@observed("guardrail", "reply")
async def guard_reply(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Let a reply pass that is in persona, in its language and gives nothing gated away."""
    reply = state.get("reply")
    if reply is None or state.get("deflection"):
        return {}
    scene, utterance = state["scene"], state["utterance"]
    fault = reply_fault(reply.text, utterance.language)
    if fault is None:
        fired = state["triggers"].fired
        allowed = fired.trigger.line[utterance.language] if fired else ""
        try:
            leak = await runtime.context.parts.lore.leak(
                reply.text, utterance.language, scene.knower, f"{utterance.text} {allowed}"
            )
        except KnowledgeStoreUnavailable:
            leak = None  # what is withheld was in no prompt: this is the second net, not the first
        fault = f"gated lore: {leak}" if leak else None
    if fault is None:
        return {}
    if state["attempts"] < ATTEMPTS:
        return {"reply": None, "complaint": fault}
    return {"reply": None, "deflection": Deflection("bad_reply", fault)}
