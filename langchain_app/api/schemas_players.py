"""What is shown of a player's data, and how it is corrected."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, StringConstraints


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
