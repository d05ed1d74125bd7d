"""Makes player text harmless and sorts out what this world never answers."""

from __future__ import annotations

from langgraph.runtime import Runtime

from langchain_app.domain.guardrails import exploit_evidence, forbidden_word, neutralise
from langchain_app.domain.text import detect_language
from langchain_app.domain.turn import Deflection, Utterance
from langchain_app.domain.world import World
from langchain_app.graph.context import TurnContext
from langchain_app.graph.observed import Update, observed
from langchain_app.graph.state import TurnState


@observed("guardrail", "request")
async def guard_utterance(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Neutralise control tokens; deflect exploits and forbidden talk."""
    request = state["request"]
    cleaned = neutralise(request.message)
    language = request.language or detect_language(cleaned.text)
    deflection = _deflection(cleaned.text, cleaned.had_control_tokens, runtime.context.parts.world)
    return {"utterance": Utterance(cleaned.text, language), "deflection": deflection}


def _deflection(text: str, had_control_tokens: bool, world: World) -> Deflection | None:
    if had_control_tokens:
        return Deflection("exploit", "control tokens of a prompt format")
    if evidence := exploit_evidence(text):
        return Deflection("exploit", evidence)
    words = world.manifest.forbidden_talk
    if word := forbidden_word(text, (*words.en, *words.ko)):
        return Deflection("forbidden_talk", word)
    return None
