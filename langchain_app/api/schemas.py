"""What games send and receive."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from langchain_app.domain.npc import Emotion
from langchain_app.domain.text import Language

Id = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$", strip_whitespace=True
    ),
]


class ChatRequest(BaseModel):
    """What the player said; everything but `message` is optional. Unknown fields are ignored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"message": "안녕"},
                {
                    "message": "Why is the bell muffled?",
                    "npc_id": "isaura",
                    "player_id": "player-7",
                    "turn_id": "5c1b2d0e-0b7e-4a57-9d27-6f0f2b8f7b11",
                },
            ]
        }
    )

    message: str = Field(description="What the player said.")
    npc_id: Id | None = Field(None, description="Whom; default: whom this session spoke to last.")
    player_id: Id | None = Field(None, description="Who; default: a new guest.")
    session_id: Id | None = Field(None, description="From an earlier answer; default: a new one.")
    turn_id: Id | None = Field(
        None, description="Your own id of this turn, a UUID: a repeat returns the first answer."
    )
    language: Language | None = Field(None, description="Default: the message's own.")
    game_state: dict[str, Any] = Field(
        default_factory=dict, description="Shown in the trace. Changes nothing on the server."
    )
    stream: bool = Field(False, description="Answer as server-sent events.")


class SourceOut(BaseModel):
    """A passage the reply is grounded in."""

    id: str
    title: str
    score: float
    why: str


class ItemOut(BaseModel):
    """An item given (+1) or taken (-1)."""

    item: str
    amount: int


class ActionOut(BaseModel):
    """Something the game is asked to do."""

    name: str
    arguments: dict[str, Any]


class StateOut(BaseModel):
    """What the turn changed, and where trust and relationship stand now."""

    deltas: dict[str, float]
    flags: dict[str, bool]
    items: list[ItemOut]
    actions: list[ActionOut]
    relationship: dict[str, float]


class ModelInfo(BaseModel):
    """Who spoke: `origin` is "model", "authored" (a line of the author's) or "fallback"."""

    provider: str
    model: str
    origin: Literal["model", "authored", "fallback"]
    spoken_by: str
    deflected: str | None


class ChatAnswer(BaseModel):
    """The NPC's turn."""

    session_id: str
    turn_id: str
    npc_id: str
    player_id: str
    reply: str
    emotion: Emotion
    state: StateOut
    sources: list[SourceOut]
    model_info: ModelInfo
    timing_ms: dict[str, float]
    trace_id: str


class ErrorBody(BaseModel):
    """What happened, in a code for programs, a sentence for people, and the next step."""

    code: str
    message: str
    hint: str


class ErrorAnswer(BaseModel):
    """Every error has this shape."""

    error: ErrorBody


class PublishRequest(BaseModel):
    """How to publish; may be left out."""

    wait: bool = Field(False, description="While an ingest runs: wait for it, not 409.")


class PublishAnswer(BaseModel):
    """What was published: chunks of the version, against those of the one before."""

    version: str
    chunks: int
    added: int
    changed: int
    removed: int
    unchanged: int
    embedded: int = Field(description="Chunks that were embedded: nothing else is.")
    written: bool = Field(description="False where this very version stood there already.")
    seconds: float


class MistakeOut(BaseModel):
    """One mistake in a world file; `line` counts from 1."""

    file: str
    line: int
    message: str


class WorldErrorBody(ErrorBody):
    """An error with every mistake of the world."""

    mistakes: list[MistakeOut] = []


class WorldErrorAnswer(BaseModel):
    """What is wrong with the world; the edition in service stays."""

    error: WorldErrorBody


class PartOut(BaseModel):
    """One part of the platform."""

    adapter: str
    ok: bool
    detail: str


class Health(BaseModel):
    """Whether every part answers."""

    status: Literal["ok", "degraded", "down"]
    version: str
    parts: dict[str, PartOut]


def as_lists(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer with `[{name, value}]` instead of maps, for readers without dictionaries."""
    state = answer["state"]
    return answer | {
        "state": state
        | {key: _pairs(state[key]) for key in ("deltas", "flags", "relationship")}
        | {
            "actions": [
                {"name": action["name"], "arguments": _pairs(action["arguments"])}
                for action in state["actions"]
            ]
        },
        "timing_ms": _pairs(answer["timing_ms"]),
    }


def _pairs(mapping: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in mapping.items()]
