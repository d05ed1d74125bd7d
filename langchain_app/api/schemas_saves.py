"""What games send and receive about saves."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from langchain_app.api.schemas import Id

Name = Annotated[
    str,
    StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$", strip_whitespace=True),
]


class SaveRequest(BaseModel):
    """How to save; may be left out."""

    save_id: Id | None = Field(
        None, description="Your own id of this save: a repeat returns the save as it was made."
    )
    name: Name = Field("", description="What the player calls it.")
    player_id: Id | None = Field(None, description="Refused where the session is another player's.")


class LoadRequest(BaseModel):
    """Who loads; may be left out."""

    player_id: Id | None = Field(None, description="Refused where the save is another player's.")


class SaveOut(BaseModel):
    """A save: after `turn` turns, at `game_time` hours; `npc_id` is whom the player spoke to."""

    save_id: str
    session_id: str
    player_id: str
    npc_id: str | None
    turn: int
    game_time: float
    name: str
    created_at: datetime


class SavesOut(BaseModel):
    """A player's saves, the newest first."""

    saves: list[SaveOut]


class LoadedOut(SaveOut):
    """The save that was loaded; `session_id` is the new session's."""


class ChangeOut(BaseModel):
    """What a turn changed and why; `refused` changed nothing. Reads like the ledger."""

    kind: str
    name: str
    amount: float
    source: str
    reason: str
    evidence: str


class SaveAtOut(BaseModel):
    """A save made after a turn."""

    save_id: str
    name: str


class LivedTurnOut(BaseModel):
    """One turn; its `timeline_id` is another one's where it was lived before a fork."""

    turn: int
    turn_id: str
    timeline_id: str
    session_id: str
    npc_id: str
    message: str
    reply: str
    game_time: float
    changes: list[ChangeOut]
    saves: list[SaveAtOut]


class ForkOut(BaseModel):
    """The timeline that this one goes on from, and after which of its turns."""

    timeline_id: str
    turn: int


class StandingOut(BaseModel):
    """The state now; NPCs whom the player never spoke to feel as their author wrote."""

    flags: list[str]
    items: list[str]
    relationships: dict[str, dict[str, Any]]


class LivedOut(BaseModel):
    """A story as its player lived it; `before` asks for earlier turns, null where there are none."""

    session_id: str
    timeline_id: str
    player_id: str
    forked_from: ForkOut | None
    turn: int
    game_time: float
    state: StandingOut
    turns: list[LivedTurnOut]
    before: int | None
