"""Saves in Postgres: pointers to a turn of a timeline; a load forks there."""

from __future__ import annotations

from typing import Any

from psycopg.rows import DictRow

from langchain_app.domain.errors import (
    SaveIdReused,
    SaveOfAnotherPlayer,
    SessionOfAnotherPlayer,
    UnknownSave,
    UnknownSession,
)
from langchain_app.domain.story.saves import LivedTimeline, Save
from langchain_app.persistence.lineage import fork_within, new_ids
from langchain_app.persistence.lived import read_lived
from langchain_app.persistence.postgres import Connection, Postgres

_SESSION = """
select t.player_id from sessions s join timelines t on t.id = s.timeline_id
where s.id = %(session)s and t.world_id = %(world)s
"""
_FOUND = """
select v.*, t.player_id from saves v join timelines t on t.id = v.timeline_id
where t.world_id = %(world)s
"""
_SAVE = """
insert into saves (id, timeline_id, session_id, npc_id, seq, game_time, events, name)
select %(save)s, t.id, s.id, s.npc_id, t.seq, t.game_time,
       -- What the game reported since the last turn belongs to the next, which this save is before.
       array(select e.id from story_events e where e.timeline_id = t.id and e.seq = t.seq + 1),
       %(name)s
from sessions s join timelines t on t.id = s.timeline_id
where s.id = %(session)s and t.world_id = %(world)s
on conflict (id) do nothing
"""
_RESTORE = """
with clock as (update timelines set game_time = %(game_time)s where id = %(timeline)s),
talk as (update sessions set npc_id = %(npc_id)s where id = %(session)s),
happened as (
    insert into story_events
    select (jsonb_populate_record(e, jsonb_build_object('timeline_id', %(timeline)s::text))).*
    from story_events e where e.timeline_id = %(timeline_id)s and e.id = any(%(events)s))
insert into hearsay
select (jsonb_populate_record(h, jsonb_build_object('timeline_id', %(timeline)s::text))).*
from hearsay h where h.timeline_id = %(timeline_id)s and h.event_id = any(%(events)s)
"""
"""What a fork at a turn does not bring along: what happened between that turn and the save."""


class PostgresSaves:
    """The Saves port over Postgres, for one world."""

    def __init__(self, postgres: Postgres, world_id: str) -> None:
        self._postgres = postgres
        self._world_id = world_id

    async def save(
        self, session_id: str, *, save_id: str, name: str = "", player_id: str | None = None
    ) -> Save:
        """Keep the moment at which a session stands; see the port."""
        values = self._values(session_id) | {"save": save_id, "name": name}

        async def work(connection: Connection) -> Save:
            await _check(connection, values, player_id)
            await connection.execute(_SAVE, values)
            row = await _find(connection, values)
            if row is None or (row["session_id"], row["name"]) != (session_id, name):
                raise SaveIdReused(save_id)
            return _save(row)

        return await self._postgres.transaction(work)

    async def of_session(
        self, session_id: str, *, limit: int, player_id: str | None = None
    ) -> list[Save]:
        """Return the saves of the session's player, the newest first; see the port."""
        values = self._values(session_id) | {"limit": limit}
        newest = "and t.player_id = %(player)s order by v.created_at desc, v.id limit %(limit)s"

        async def work(connection: Connection) -> list[Save]:
            player = await _check(connection, values, player_id)
            cursor = await connection.execute(_FOUND + newest, values | {"player": player})
            return [_save(row) for row in await cursor.fetchall()]

        return await self._postgres.transaction(work)

    async def load(self, save_id: str, *, player_id: str | None = None) -> tuple[Save, str]:
        """Open a timeline that goes on from a save, and a session on it; see the port."""
        session, timeline = new_ids()

        async def work(connection: Connection) -> Save:
            row = await self._own(connection, save_id, player_id)
            await fork_within(
                connection, row["timeline_id"], row["seq"], (session, timeline), row["session_id"]
            )
            await connection.execute(_RESTORE, row | {"session": session, "timeline": timeline})
            return _save(row)

        return await self._postgres.transaction(work), session

    async def delete(self, save_id: str, *, player_id: str | None = None) -> None:
        """Forget a save; see the port."""

        async def work(connection: Connection) -> None:
            await self._own(connection, save_id, player_id)
            await connection.execute("delete from saves where id = %s", (save_id,))

        await self._postgres.transaction(work)

    async def timeline(
        self,
        session_id: str,
        *,
        limit: int,
        before: int | None = None,
        player_id: str | None = None,
    ) -> LivedTimeline:
        """Return a page of the story that a session is on; see the port."""
        values = self._values(session_id) | {"limit": limit, "before": before}

        async def work(connection: Connection) -> LivedTimeline:
            await _check(connection, values, player_id)
            return await read_lived(connection, values)

        return await self._postgres.transaction(work)

    def _values(self, session_id: str) -> dict[str, Any]:
        return {"session": session_id, "world": self._world_id}

    async def _own(self, connection: Connection, save_id: str, player_id: str | None) -> DictRow:
        row = await _find(connection, {"save": save_id, "world": self._world_id})
        if row is None:
            raise UnknownSave(save_id)
        if player_id is not None and row["player_id"] != player_id:
            raise SaveOfAnotherPlayer(save_id)
        return row


async def _find(connection: Connection, values: dict[str, Any]) -> DictRow | None:
    cursor = await connection.execute(f"{_FOUND} and v.id = %(save)s", values)
    return await cursor.fetchone()


async def _check(connection: Connection, values: dict[str, Any], player_id: str | None) -> str:
    """Return whose session it is; raises UnknownSession and SessionOfAnotherPlayer."""
    row = await (await connection.execute(_SESSION, values)).fetchone()
    if row is None:
        raise UnknownSession(values["session"])
    if player_id is not None and row["player_id"] != player_id:
        raise SessionOfAnotherPlayer(values["session"])
    return str(row["player_id"])


def _save(row: DictRow) -> Save:
    return Save(
        save_id=row["id"],
        session_id=row["session_id"],
        player_id=row["player_id"],
        npc_id=row["npc_id"],
        turn=row["seq"],
        game_time=row["game_time"],
        name=row["name"],
        created_at=row["created_at"],
    )
