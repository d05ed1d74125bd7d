"""What is wrong with a reply: asked of the model's words and of the fallback's."""

from __future__ import annotations

from langchain_app.domain.errors import KnowledgeStoreUnavailable
from langchain_app.domain.guardrails import reply_fault
from langchain_app.domain.turn import TriggerCheck
from langchain_app.graph.context import TurnContext
from langchain_app.graph.state import TurnState


async def fault_in(text: str, state: TurnState, context: TurnContext) -> str | None:
    """Return why `text` must not be said in this turn, or None."""
    scene, utterance = state["scene"], state["utterance"]
    if fault := reply_fault(text, utterance.language):
        return fault
    fired = state.get("triggers", TriggerCheck()).fired
    allowed = fired.trigger.line[utterance.language] if fired else ""
    try:
        leak = await context.parts.lore.leak(
            text, utterance.language, scene.knower, f"{utterance.text} {allowed}"
        )
    except KnowledgeStoreUnavailable:
        return None  # what is withheld was in no prompt: this is the second net, not the first
    return f"gated lore: {leak}" if leak else None
