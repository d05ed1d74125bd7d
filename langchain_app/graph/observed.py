"""Makes a node an observation of the turn's trace, and times it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any, Protocol

from langgraph.runtime import Runtime

from langchain_app.graph.context import TurnContext
from langchain_app.graph.state import TurnState

Update = dict[str, Any]


class Node(Protocol):
    """A node, as LangGraph calls it."""

    def __call__(self, state: TurnState, runtime: Runtime[TurnContext]) -> Awaitable[Update]:
        """Return a partial update of the state."""


def observed(as_type: str, *reads: str) -> Callable[[Node], Node]:
    """Trace a node as one of Langfuse's observation types; `reads` are the keys shown as input."""

    def decorate(node: Node) -> Node:
        name = getattr(node, "__name__", "node")

        @wraps(node)
        async def run(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
            context = runtime.context
            started = time.perf_counter()
            try:
                with context.trace.observe(name, as_type, _shown(state, reads)) as observation:
                    update = await node(state, runtime)
                    observation.output(update)
                    return update
            finally:
                spent = (time.perf_counter() - started) * 1000
                context.timing_ms[name] = round(context.timing_ms.get(name, 0.0) + spent, 3)

        return run

    return decorate


def _shown(state: Mapping[str, Any], reads: tuple[str, ...]) -> Update:
    return {key: state[key] for key in reads if key in state}
