"""What is wrong with a reply: asked of the model's words and of the fallback's."""

from __future__ import annotations

from langchain_app.domain.errors import KnowledgeStoreUnavailable
from langchain_app.domain.lore.lore import Findings
from langchain_app.domain.safety.guardrails import reply_fault
from langchain_app.domain.story.promises import Settled, promise_fault
from langchain_app.domain.story.story import Effects
from langchain_app.domain.turn import TriggerCheck
from langchain_app.graph.context import TurnContext
from langchain_app.graph.state import TurnState
from langchain_app.prompts.story_lines import story_line


async def fault_in(
    text: str, state: TurnState, context: TurnContext, *, composed: bool
) -> str | None:
    """Return why `text` must not be said in this turn, or None.

    What was `composed` of authored lines and lore promises nothing of its own.
    """
    scene, utterance = state["scene"], state["utterance"]
    if fault := reply_fault(text, utterance.language):
        return fault
    settled = _settled(state)
    if not composed:
        world = context.parts.world
        if fault := promise_fault(text, utterance.language, settled, world):
            return f"promises: {fault}"
    try:
        leak = await context.parts.lore.leak(
            text, utterance.language, scene.knower, f"{utterance.text} {_line(state)}"
        )
    except KnowledgeStoreUnavailable:
        return None  # what is withheld was in no prompt: this is the second net, not the first
    return f"gated lore: {leak}" if leak else None


def _line(state: TurnState) -> str:
    """Return what the story lets the NPC say: what its author wrote for now gives nothing away."""
    checked = state.get("triggers", TriggerCheck())
    return story_line(checked, state["scene"], state["utterance"].language) or ""


def _settled(state: TurnState) -> Settled:
    """Return what may happen in this turn, as the prompt told it."""
    scene, checked = state["scene"], state.get("triggers", TriggerCheck())
    effects = checked.fired.trigger.effects if checked.fired else Effects()
    acts = (*effects.actions, *(checked.reading.actions if checked.reading else ()))
    lore = (found.chunk.text for found in state.get("lore", Findings()).chunks)
    memories = (memory.text for memory in state.get("memories", ()))
    return Settled(
        effects,
        frozenset(action.name for action in acts),
        scene.story,
        scene.npc.id,
        "\n".join((_line(state), *lore, *memories)),
    )
