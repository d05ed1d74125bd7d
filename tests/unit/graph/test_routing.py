"""Where a turn goes next."""

from __future__ import annotations

import pytest

from langchain_app.domain.turn import Deflection, Reply
from langchain_app.graph.builder import turn_graph
from langchain_app.graph.routing import (
    after_commit,
    after_guard,
    after_reply_guard,
    after_triggers,
)

WHY = Deflection("exploit", "x")
REPLY = Reply("Aye.", "neutral", "model", "m")


@pytest.mark.parametrize(
    ("route", "state", "node"),
    [
        (after_guard, {}, "understand"),
        (after_guard, {"deflection": None}, "understand"),
        (after_guard, {"deflection": WHY}, "deflect"),
        (after_triggers, {"deflection": None}, "speak"),
        (after_triggers, {"deflection": WHY}, "deflect"),
        (after_reply_guard, {"reply": REPLY}, "settle_state"),
        (after_reply_guard, {"reply": None}, "speak"),
        (after_reply_guard, {"reply": None, "deflection": WHY}, "deflect"),
        (after_reply_guard, {"reply": REPLY, "deflection": WHY}, "deflect"),
        (after_commit, {"answer": {}}, "__end__"),
        (after_commit, {"stored": object()}, "__end__"),
        (after_commit, {"answer": None}, "settle_state"),
        (after_commit, {}, "settle_state"),
    ],
)
async def test_a_route_is_a_function_of_the_state(route, state, node) -> None:
    assert await route(state) == node


def test_the_picture_of_a_turn_is_the_documented_one() -> None:
    graph = turn_graph().compile().get_graph()
    edges = {(edge.source, edge.target) for edge in graph.edges}
    assert edges == {
        ("__start__", "load_scene"),
        ("load_scene", "guard_utterance"),
        ("guard_utterance", "understand"),
        ("guard_utterance", "deflect"),
        ("understand", "retrieve_lore"),
        ("understand", "recall_memories"),
        ("retrieve_lore", "check_triggers"),
        ("recall_memories", "check_triggers"),
        ("check_triggers", "speak"),
        ("check_triggers", "deflect"),
        ("speak", "guard_reply"),
        ("guard_reply", "settle_state"),
        ("guard_reply", "speak"),
        ("guard_reply", "deflect"),
        ("deflect", "settle_state"),
        ("settle_state", "remember_turn"),
        ("remember_turn", "settle_state"),
        ("remember_turn", "__end__"),
    }
