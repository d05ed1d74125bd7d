"""The whole turn in one picture."""

from __future__ import annotations

from typing import Any

from langgraph.graph import START, StateGraph

from langchain_app.graph.context import TurnContext
from langchain_app.graph.nodes import (
    check_triggers,
    deflect,
    guard_reply,
    guard_utterance,
    load_scene,
    recall_memories,
    remember_turn,
    retrieve_lore,
    settle_state,
    speak,
    understand,
)
from langchain_app.graph.routing import (
    after_commit,
    after_guard,
    after_reply_guard,
    after_triggers,
)
from langchain_app.graph.state import TurnState


def turn_graph() -> StateGraph[TurnState, TurnContext, Any, Any]:
    """Return the uncompiled graph of one turn."""
    graph = StateGraph(TurnState, context_schema=TurnContext)
    for node in (
        load_scene,
        guard_utterance,
        understand,
        retrieve_lore,
        recall_memories,
        check_triggers,
        speak,
        guard_reply,
        deflect,
        settle_state,
        remember_turn,
    ):
        graph.add_node(node)

    graph.add_edge(START, "load_scene")
    graph.add_edge("load_scene", "guard_utterance")
    graph.add_conditional_edges("guard_utterance", after_guard)
    graph.add_edge("understand", "retrieve_lore")
    graph.add_edge("understand", "recall_memories")
    graph.add_edge(["retrieve_lore", "recall_memories"], "check_triggers")
    graph.add_conditional_edges("check_triggers", after_triggers)
    graph.add_edge("speak", "guard_reply")
    graph.add_conditional_edges("guard_reply", after_reply_guard)
    graph.add_edge("deflect", "settle_state")
    graph.add_edge("settle_state", "remember_turn")
    graph.add_conditional_edges("remember_turn", after_commit)
    return graph


def compiled_turn() -> Any:
    """Return the runnable turn: no checkpointer, because a turn's outcome is one transaction.

    LangGraph Studio opens this too (langgraph.json).
    """
    return turn_graph().compile(name="turn")
