"""What games send and receive."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from langchain_app.domain.people.emotion import Emotion
from langchain_app.domain.story.ledger import LedgerKind
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
    game_state: dict[str, Any] | None = Field(
        None,
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
    stream: bool | None = Field(None, description="Answer as server-sent events.")


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


class NearOut(BaseModel):
    """A gate that the words came near to: how surely they perform it, what else they may be, and
    whether its conditions held (`closed`: they did not)."""

    trigger: str
    performs: float
    otherwise: str
    closed: bool


class UnderstoodOut(BaseModel):
    """What the words do, whether they are meant, and why there was no reading where there was none.

    `played` says that the turn before set up a play, in which they may be a line; `personal`, what of
    the NPC itself is asked; `feeling`, how what is told is to who tells it; `wanted`, what the player
    wants of the NPC; `about`, whom a question is surely about; `of_before`, what the words are to what
    was told before; `despair`, how surely the player seems to want to die; `steers`, how surely they
    would move the story by saying that it moved.
    """

    act: str
    mode: str
    played: bool = False
    personal: str | None = None
    feeling: str | None = None
    wanted: str | None = None
    about: str | None = None
    of_before: str | None = None
    despair: float = 0.0
    steers: float = 0.0
    failure: str | None


class StoryOut(BaseModel):
    """Where the turn stood in the story. `forbidden` names talk that the NPC does not stand for.

    `fired` is the trigger that the words fired, `asks_back` the one about which the NPC asked whether
    it is meant: a yes in the next turn is enough. `hint` is one whose words were said before its time.
    """

    place: str
    quests: list[StageOut]
    awaited: list[AwaitedOut]
    forbidden: str | None
    fired: str | None
    asks_back: str | None
    hint: str | None
    near: list[NearOut]
    understood: UnderstoodOut


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


class ErrorBody(BaseModel):
    """What happened, in a code for programs, a sentence for people, and the next step."""

    code: str
    message: str
    hint: str


class ErrorAnswer(BaseModel):
    """Every error has this shape."""

    error: ErrorBody


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
