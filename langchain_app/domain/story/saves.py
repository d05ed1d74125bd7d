"""Saves: moments of a story that the player may come back to, and the story as it was lived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Save:
    """A moment on a timeline: after `turn` turns, at `game_time` hours of the game."""

    save_id: str
    session_id: str
    player_id: str
    npc_id: str | None
    turn: int
    game_time: float
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LivedTurn:
    """One turn of a lineage, with the reasons for whatever it changed and the saves made after it."""

    turn: int
    turn_id: str
    timeline_id: str
    session_id: str
    npc_id: str
    message: str
    reply: str
    game_time: float
    changes: list[dict[str, Any]]
    saves: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class LivedTimeline:
    """A story as its player lived it, a page of its turns from old to new, and where it stands."""

    session_id: str
    timeline_id: str
    player_id: str
    forked_from: dict[str, Any] | None
    turn: int
    game_time: float
    state: dict[str, Any]
    turns: list[LivedTurn]
    before: int | None
    """Where the page of earlier turns ends; None where there are none."""


class Saves(Protocol):
    """Where moments are kept. Whoever names a `player_id` is refused what is another player's."""

    async def save(
        self, session_id: str, *, save_id: str, name: str = "", player_id: str | None = None
    ) -> Save:
        """Keep the moment at which a session stands; the same save sent again is kept once.

        Raises UnknownSession, SessionOfAnotherPlayer, SaveIdReused, DatabaseUnavailable.
        """

    async def of_session(
        self, session_id: str, *, limit: int, player_id: str | None = None
    ) -> list[Save]:
        """Return the saves of the session's player in this world, the newest first.

        Raises UnknownSession, SessionOfAnotherPlayer, DatabaseUnavailable.
        """

    async def load(self, save_id: str, *, player_id: str | None = None) -> tuple[Save, str]:
        """Open a timeline that goes on from a save; returns the save and the new session.

        The timeline it was made on stays as it is. Raises UnknownSave, SaveOfAnotherPlayer,
        DatabaseUnavailable.
        """

    async def delete(self, save_id: str, *, player_id: str | None = None) -> None:
        """Forget a save, and nothing else. Raises as `load`."""

    async def timeline(
        self,
        session_id: str,
        *,
        limit: int,
        before: int | None = None,
        player_id: str | None = None,
    ) -> LivedTimeline:
        """Return the last `limit` turns before turn `before` of the story that a session is on.

        Raises UnknownSession, SessionOfAnotherPlayer, DatabaseUnavailable.
        """
