"""What a turn is played with: ports, the world, and the turn's own clock, trace and listener."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from langchain_core.messages import BaseMessage

from langchain_app.domain.ports import (
    Chronicle,
    Listener,
    LoreRetriever,
    MemoryBook,
    StateReader,
    Timelines,
    Understanding,
    Vector,
)
from langchain_app.domain.story.policy import SettlementPolicy
from langchain_app.domain.turn import EventType
from langchain_app.domain.understanding.tone import Tone
from langchain_app.domain.world import World

EMBEDDING_S = 2.0
"""What the utterance's embedding may take; a search by words alone beats an answer that is late."""


class Speaker(Protocol):
    """A chat model as the turn uses it."""

    @property
    def name(self) -> str:
        """The model's name, as answers show it."""

    @property
    def provider(self) -> str:
        """Who runs it: ollama, openai or embedded."""

    def stream(
        self, messages: Sequence[BaseMessage], tone: Tone, seconds: float
    ) -> AsyncGenerator[str, None]:
        """Stream the reply; raises ChatModelFailed and TurnDeadlineExceeded."""


class ObservationPort(Protocol):
    """An open observation of the trace."""

    def output(self, value: Any) -> None:
        """Set what came out."""

    def generation(self, *, model: str, parameters: dict[str, Any]) -> None:
        """Set model and parameters."""

    def first_token(self) -> None:
        """Mark the first token."""


class TracePort(Protocol):
    """The open trace of the turn."""

    trace_id: str

    def identify(self, *, player_id: str, session_id: str) -> None:
        """Name player and session."""

    def observe(
        self, name: str, as_type: str, input: Any = None
    ) -> AbstractContextManager[ObservationPort]:
        """Open an observation."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The adapters that every turn of a platform shares."""

    world: World
    policy: SettlementPolicy
    timelines: Timelines
    memory_book: MemoryBook
    chronicle: Chronicle
    lore: LoreRetriever
    listener: Listener
    understanding: Understanding
    speaker: Speaker
    fallback: Speaker
    reader: StateReader | None = None
    """Judges what words mean for the story after the understanding; None: the understanding alone."""


@dataclass(slots=True)
class TurnContext:
    """One turn's surroundings, handed to nodes through LangGraph's Runtime."""

    parts: Parts
    trace: TracePort
    deadline: float
    emit: Callable[[EventType, dict[str, Any]], None]
    embedding: asyncio.Future[Vector]
    timing_ms: dict[str, float] = field(default_factory=dict)

    @property
    def remaining(self) -> float:
        """Seconds left of the turn; never negative."""
        return max(0.0, self.deadline - time.monotonic())

    async def vector(self) -> Vector:
        """Return the utterance's embedding, made once a turn; empty where it could not be made.

        An embedding that fails or is late costs the dense half of a search, not the turn.
        """
        try:
            if self.embedding.done():
                return self.embedding.result()
            return await asyncio.wait_for(
                asyncio.shield(self.embedding), min(self.remaining, EMBEDDING_S)
            )
        except (Exception, TimeoutError):
            return ()
