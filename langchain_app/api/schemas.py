"""What games send and receive."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from langchain_app.domain.chronicle import How
from langchain_app.domain.emotion import Emotion
from langchain_app.domain.ledger import LedgerKind
from langchain_app.domain.lore import Gate
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
        default_factory=dict,
        description="What a game server states: items, flags, relationship, actions, place and plain "
        "values. It holds with a server's key alone; without keys it is shown in the trace.",
    )
    game_time: float | None = Field(
        None,
        ge=0,
        le=1e9,
        allow_inf_nan=False,
        description="The game's clock in hours; memories fade by it. It never runs backwards; "
        "without it, a turn takes three minutes.",
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


class ReasonOut(BaseModel):
    """Why something changed or was refused: a row of the ledger."""

    kind: LedgerKind
    name: str
    amount: float
    source: str
    reason: str
    evidence: str


class StateOut(BaseModel):
    """What the turn changed and why, where each axis stands now, and at which named level."""

    deltas: dict[str, float]
    flags: dict[str, bool]
    items: list[ItemOut]
    actions: list[ActionOut]
    relationship: dict[str, float]
    levels: dict[str, str]
    why: list[ReasonOut]


class StageOut(BaseModel):
    """A quest, and the furthest stage of it that was reached."""

    quest: str
    stage: str


class AwaitedOut(BaseModel):
    """A flag that an open gate of the story waited to raise; null where nobody gave a figure."""

    flag: str
    trigger: str
    raised: bool
    probability: float | None
    threshold: float | None
    reader_threshold: float | None
    world_threshold: float | None
    item: str | None


class StoryOut(BaseModel):
    """Where the turn stood in the story. `forbidden` names talk that the NPC does not stand for."""

    place: str
    quests: list[StageOut]
    awaited: list[AwaitedOut]
    forbidden: str | None


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
    story: StoryOut
    sources: list[SourceOut]
    model_info: ModelInfo
    timing_ms: dict[str, float]
    trace_id: str


class SentimentRequest(BaseModel):
    """A text to rate. Needs `text` and nothing else; unknown fields are ignored."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "정말 고마워요!"}, {"text": "You lied to me."}]}
    )

    text: str = Field(description="What the player said.")
    language: Language | None = Field(None, description="Default: the text's own.")


class SentimentAnswer(BaseModel):
    """VADER's scale, in both languages: `compound` from -1 to 1, and three shares of 1."""

    compound: float
    positive: float
    negative: float
    neutral: float


class EventText(BaseModel):
    """What happened, in one language or in both; NPCs tell it in the language they are asked in."""

    model_config = ConfigDict(extra="forbid")

    en: str | None = None
    ko: str | None = None


class WitnessOut(BaseModel):
    """An NPC who noticed an event, and how."""

    npc_id: Id
    how: How = "saw"


class ActionOutcome(BaseModel):
    """What became of an action that the platform asked the game for."""

    name: Id = Field(description="The action, as the answer named it.")
    succeeded: bool = Field(description="Whether the game did it.")
    arguments: dict[str, Any] = Field({}, description="Its arguments, as the answer had them.")
    turn_id: Id | None = Field(
        None, description="The turn that asked for it; default: the last one."
    )


GameTime = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]


class EventRequest(BaseModel):
    """Something that happened in the game. Needs `kind` and `text`, or `action`; and whose story."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "event_id": "theft-7",
                    "player_id": "player-7",
                    "kind": "theft",
                    "text": {
                        "en": "A hooded stranger stole a silver lantern from a stall.",
                        "ko": "두건 쓴 사람이 가판에서 은등 하나를 훔쳐 갔다.",
                    },
                    "place": "keel_market",
                    "game_time": 34.5,
                }
            ]
        }
    )

    event_id: Id | None = Field(None, description="Your own id: a repeat changes nothing.")
    session_id: Id | None = Field(None, description="Whose story: a session's,")
    player_id: Id | None = Field(None, description="or a player's, as it stands now.")
    kind: Id | None = Field(
        None,
        description="Your word for it: theft, weather, quest. Of an action: <name>.done or .failed.",
    )
    text: str | EventText | None = Field(
        None,
        description="A sentence or two, told by NPCs as it stands; Korean as narration in -다.",
    )
    action: ActionOutcome | None = Field(
        None, description="What became of an action; who acted knows it. Needs no kind and no text."
    )
    place: Id | None = Field(None, description="A place of the world.")
    participants: list[Id] = Field([], description="NPCs, other people, or `player`.")
    witnesses: list[Id | WitnessOut] | None = Field(
        None, description="NPCs who noticed it; default: those whose place it is."
    )
    importance: float = Field(
        0.5, ge=0, le=1, allow_inf_nan=False, description="Below 0.3 nobody passes it on."
    )
    game_time: GameTime | None = Field(
        None, description="When, in hours of the game's clock; default: now."
    )
    now: GameTime | None = Field(
        None,
        description="The game's clock. Without it, an event lies at most 24 hours after the clock "
        "of the player's last turn or event.",
    )
    loud: bool = Field(False, description="Heard by every NPC.")
    secret: bool = Field(
        False,
        description="Witnesses tell it only to whom they trust: as the gate says, or from 0.5.",
    )
    gate: Gate | None = Field(
        None, description="Who may ever know of it, from which story flag, at which trust."
    )

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if self.action is None and (self.kind is None or self.text is None):
            raise ValueError("an event needs `kind` and `text`, or an `action`")
        return self


class EventAnswer(BaseModel):
    """The event as it stands in the story."""

    event_id: str
    witnesses: list[WitnessOut]
    game_time: float


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


class Correction(BaseModel):
    """The right value of a fact."""

    value: Annotated[
        str,
        StringConstraints(
            min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$", strip_whitespace=True
        ),
    ]


class FactOut(BaseModel):
    """One fact that a player told an NPC; `stance` is holds, past or ends."""

    id: int
    turn_id: str
    npc_id: str
    subject: str
    slot: str
    value: str
    stance: str
    language: str
    source: str


class PlayerOut(BaseModel):
    """Everything that is kept of a player."""

    player_id: str
    timelines: list[dict[str, Any]]
    sessions: list[dict[str, Any]]
    saves: list[dict[str, Any]]
    turns: list[dict[str, Any]]
    memories: list[dict[str, Any]]
    facts: list[FactOut]
    ledger: list[dict[str, Any]]


class ErasedOut(BaseModel):
    """What was deleted, rows a table, and what is left that names the player: nothing."""

    player_id: str
    deleted: dict[str, int]
    remaining: dict[str, int]


def as_lists(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer with `[{name, value}]` instead of maps, for readers without dictionaries."""
    state = answer["state"]
    return answer | {
        "state": state
        | {key: _pairs(state[key]) for key in ("deltas", "flags", "relationship", "levels")}
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
