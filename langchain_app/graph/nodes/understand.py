"""Hears how the player speaks."""

from __future__ import annotations

from langgraph.runtime import Runtime

from langchain_app.domain.tone import choose_tone
from langchain_app.graph.context import TurnContext
from langchain_app.graph.observed import Update, observed
from langchain_app.graph.state import TurnState


@observed("chain", "utterance")
async def read_tone(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Rate sentiment, name the dialogue act, and choose mood, style, temperature and top_p."""
    listener = runtime.context.parts.listener
    utterance = state["utterance"]
    tone = choose_tone(listener.sentiment(utterance), listener.act(utterance), state["scene"].mood)
    return {"tone": tone}
