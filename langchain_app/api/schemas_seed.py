"""What games send and receive that speak the protocol of persona-chat-engine (`POST /ask`).

Whatever a client may leave out there may be left out here, `null` included.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from langchain_app.api.schemas import Id

Values = dict[str, Any]


class Require(BaseModel):
    """What the client says that the player has and did."""

    items: list[Any] | None = None
    actions: list[Any] | None = None
    game_state: Values | list[Any] | None = None
    delta: Values | None = None


class NpcConfig(BaseModel):
    """The client's own idea of an NPC; the world's files say who it is."""

    id: str | None = None
    name: str | None = None
    persona_name: str | None = None
    dialogue_style: str | None = None
    relationship: float | None = None
    npc_mood: str | None = None
    trigger_values: Values | None = None
    trigger_definitions: Values | None = None


class Line(BaseModel):
    """An earlier exchange, as the client remembers it; the server's own history is what counts."""

    player: str | None = None
    npc: str | None = None


class AskContext(BaseModel):
    """The client's claims. They count for a game server alone, and change nothing otherwise."""

    require: Require | None = None
    player_state: Values | None = None
    game_state: Values | None = None
    npc_state: Values | None = None
    npc_config: NpcConfig | None = None
    dialogue_history: list[Line] | None = None


class AskRequest(BaseModel):
    """One utterance. `session_id` is the client's own and opens a session on its first use."""

    session_id: Id
    npc_id: Id
    user_input: str
    context: AskContext | None = None


class AskDeltas(BaseModel):
    """What the turn moved."""

    trust: float
    relationship: float


class FlagDetail(BaseModel):
    """How a flag was judged; null where this platform has no such figure.

    `score_model` is what a state reader gave it, `thr_model` what the reader asks for, `thr_rag` what
    the world asks for, `thr_blend` the threshold that was used.
    """

    score_model: float | None = None
    thr_model: float | None = None
    thr_rag: float | None = None
    thr_blend: float | None = None
    emb_score: float | None = None
    pred: int


class TriggerMeta(BaseModel):
    """How the NPC took talk that it does not stand for."""

    trigger: str
    npc_action: str | None
    npc_emotion: str
    delta: AskDeltas


class AskMeta(BaseModel):
    """Where the turn stood. `quest_stage` is the server's, never the client's word."""

    npc_id: str
    quest_stage: str
    location: str
    additional_trigger: str | None = None
    trigger_meta: TriggerMeta | None = None
    flags_detail: dict[str, FlagDetail] = Field(default_factory=dict)
    flags_values: dict[str, str] = Field(default_factory=dict)
    value_contexts: dict[str, str] = Field(default_factory=dict)


class AskAnswer(BaseModel):
    """The NPC's turn. `flags` holds every flag that was awaited: 1 where this turn raised it."""

    session_id: str
    npc_output_text: str
    deltas: AskDeltas
    flags: dict[str, int]
    valid: bool
    meta: AskMeta


class ModelName(BaseModel):
    """Who speaks."""

    provider: str
    name: str


class SeedStatus(BaseModel):
    """What is loaded; `ready` where everything that a turn needs answers."""

    ready: bool
    world: str
    world_name: dict[str, str]
    npcs: list[str]
    model: ModelName
    parts: dict[str, bool]


class Woken(BaseModel):
    """What was warmed, and the milliseconds that each took."""

    ready: bool
    warmed_ms: dict[str, float]
    failed: dict[str, str]
