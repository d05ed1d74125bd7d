"""Makes player text harmless and sorts out what this world never answers."""

from __future__ import annotations

from langgraph.runtime import Runtime

from langchain_app.domain.safety.guardrails import Neutralised, exploit_evidence, neutralise
from langchain_app.domain.safety.moderation import Moderated, moderated
from langchain_app.domain.text import detect_language
from langchain_app.domain.turn import Deflection, Utterance
from langchain_app.graph.context import TurnContext
from langchain_app.graph.observed import Update, observed
from langchain_app.graph.state import TurnState


@observed("guardrail", "request")
async def guard_utterance(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Neutralise control tokens; deflect exploits and what the world's moderation never answers."""
    request, world = state["request"], runtime.context.parts.world
    cleaned = neutralise(request.message)
    language = request.language or detect_language(cleaned.text)
    ruled = moderated(cleaned.text, world.manifest.moderation)
    return {
        "utterance": Utterance(cleaned.text, language),
        "moderation": ruled,
        "deflection": _deflection(cleaned, ruled),
    }


def _deflection(cleaned: Neutralised, ruled: Moderated | None) -> Deflection | None:
    if cleaned.had_control_tokens:
        return Deflection("exploit", "control tokens of a prompt format")
    if evidence := exploit_evidence(cleaned.text):
        return Deflection("exploit", evidence)
    if ruled is not None and ruled.stance == "never":
        return Deflection("forbidden_talk", ruled.detail)
    return None
