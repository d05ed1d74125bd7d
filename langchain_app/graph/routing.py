"""Where the turn goes next: pure functions from state to the name of a node.

They are coroutines because LangGraph sends plain functions through a thread (0.1 ms each, measured).
"""

from __future__ import annotations

from typing import Literal

from langgraph.graph import END

from langchain_app.graph.state import TurnState

ATTEMPTS = 2
"""A reply is spoken at most so often: once, and once more when the first was faulty."""


async def after_guard(state: TurnState) -> Literal["understand", "deflect"]:
    """Go on with the turn unless the utterance is to be deflected."""
    return "deflect" if state.get("deflection") else "understand"


async def after_triggers(state: TurnState) -> Literal["speak", "deflect"]:
    """Speak unless a forbidden trigger was hit."""
    return "deflect" if state.get("deflection") else "speak"


async def after_reply_guard(state: TurnState) -> Literal["settle_state", "speak", "deflect"]:
    """Settle a sound reply, repair a faulty one once, deflect otherwise."""
    if state.get("deflection"):
        return "deflect"
    return "speak" if state.get("reply") is None else "settle_state"


async def after_commit(state: TurnState) -> Literal["settle_state", "__end__"]:
    """Settle again where another turn of this timeline came first."""
    done = state.get("answer") is not None or state.get("stored") is not None
    return END if done else "settle_state"  # type: ignore[return-value]  # END is "__end__"
