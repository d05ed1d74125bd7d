"""Timelines that begin elsewhere than at nothing: forked from another, or staged.

Nothing is copied but the state of that moment.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from langchain_app.domain.errors import UnknownMoment
from langchain_app.domain.story.staging import Staged
from langchain_app.domain.turn import FOREVER
from langchain_app.persistence.postgres import Connection, Postgres

LONGEST_TALK = 8
"""Of so many earlier sessions at most does a loaded one show the last exchanges."""

_LOCK = """
select pg_advisory_xact_lock(hashtextextended(world_id || '/' || player_id, 0))
from timelines where id = %(from)s
"""
_MOMENT = """
select t.world_id, t.player_id, t.line, t.upto, turn.npc_id, t.origin,
       coalesce(turn.game_time, (t.origin ->> 'game_time')::float8, 0) as game_time,
       coalesce(turn.state, t.origin) as state, s.id as session_id, s.earlier, s.earlier_upto,
       exists (select from turns where session_id = s.id and seq <= %(at)s) as spoken,
       (select array_agg(l.forked_at order by at) from unnest(t.line) with ordinality a (id, at)
        join timelines l on l.id = a.id) as starts
from timelines t
left join lateral (
    select turns.* from unnest(t.line, t.upto) as l (id, upto)
    join turns on turns.timeline_id = l.id and turns.seq <= l.upto
    where turns.seq = %(at)s) turn on true
left join sessions s on s.id = coalesce(%(sitting)s::text, turn.session_id)
where t.id = %(from)s and %(at)s between 0 and t.seq and (turn.id is not null or %(at)s = 0)
"""
_LEAVE = """
update timelines set current = false
where world_id = %(world)s and player_id = %(player)s and current
"""
_FORK = """
insert into timelines (id, world_id, player_id, parent_id, forked_at, seq, flags, items, deeds, game,
                       relationships, felt, game_time, line, upto, origin)
values (%(timeline)s, %(world)s, %(player)s, %(from)s, %(at)s, %(at)s, %(flags)s, %(items)s, %(deeds)s,
        %(game)s, %(relationships)s, %(felt)s, %(game_time)s, %(line)s, %(upto)s, %(origin)s)
"""
_STAGE = """
insert into timelines (id, world_id, player_id, flags, items, deeds, game, relationships, felt,
                       game_time, line, upto, origin)
values (%(timeline)s, %(world)s, %(player)s, %(flags)s, %(items)s, %(deeds)s, %(game)s,
        %(relationships)s, %(felt)s, %(game_time)s, array[%(timeline)s], array[2147483647], %(origin)s)
"""
_SIT = """
insert into sessions (id, timeline_id, npc_id, earlier, earlier_upto)
values (%(session)s, %(timeline)s, %(npc)s, %(earlier)s, %(earlier_upto)s)
"""


async def fork(postgres: Postgres, timeline_id: str, at_seq: int) -> tuple[str, str]:
    """Return (session_id, timeline_id) of a new timeline; see PostgresTimelines.fork."""
    opened = new_ids()

    async def work(connection: Connection) -> None:
        await fork_within(connection, timeline_id, at_seq, opened)

    await postgres.transaction(work)
    return opened


def new_ids() -> tuple[str, str]:
    """Return ids of a session and a timeline to open."""
    return f"s-{uuid4().hex}", f"t-{uuid4().hex}"


async def fork_within(
    connection: Connection,
    timeline_id: str,
    at_seq: int,
    opened: tuple[str, str],
    sitting: str | None = None,
) -> None:
    """Fork within a transaction; the talk that goes on is that of turn `at_seq`, or of `sitting`."""
    named = {"from": timeline_id, "at": at_seq, "sitting": sitting}
    await connection.execute(_LOCK, named)  # two loads at once: one after the other
    moment = await (await connection.execute(_MOMENT, named)).fetchone()
    if moment is None:
        raise UnknownMoment(timeline_id, at_seq)
    values = named | _child(moment, at_seq, *opened)
    for statement in (_LEAVE, _FORK, _SIT):
        await connection.execute(statement, values)


async def stage(postgres: Postgres, world_id: str, player_id: str, staged: Staged) -> str:
    """Return the session of a new timeline; see PostgresTimelines.stage."""
    session, timeline = new_ids()
    origin = {
        "flags": sorted(staged.story.flags),
        "items": sorted(staged.story.items),
        "deeds": sorted(staged.story.deeds),
        "game": staged.story.game,
        "relationships": {npc: felt.model_dump() for npc, felt in staged.relationships.items()},
        "felt": dict.fromkeys(staged.relationships, staged.game_time),
        "game_time": staged.game_time,
    }
    values = _columns(origin) | {
        "world": world_id,
        "player": player_id,
        "timeline": timeline,
        "session": session,
        "game_time": staged.game_time,
        "npc": None,
        "earlier": [],
        "earlier_upto": [],
        "origin": Jsonb(origin),
    }

    async def work(connection: Connection) -> None:
        for statement in (_LEAVE, _STAGE, _SIT):
            await connection.execute(statement, values)

    await postgres.transaction(work)
    return session


def _child(moment: DictRow, at_seq: int, session: str, timeline: str) -> dict[str, object]:
    # A timeline of which nothing was lived up to this moment drops out: loading the same save a
    # hundred times makes no lineage of a hundred links.
    lived = [
        (ancestor, min(upto, at_seq))
        for ancestor, upto, start in zip(
            moment["line"], moment["upto"], moment["starts"], strict=True
        )
        if start < at_seq
    ]
    talk: list[tuple[str, int]] = []
    if moment["session_id"] is not None:
        talk = [*zip(moment["earlier"], moment["earlier_upto"], strict=True)]
        talk = [*talk, *[(moment["session_id"], at_seq)] * moment["spoken"]][-LONGEST_TALK:]
    return _columns(moment["state"]) | {
        "origin": Jsonb(moment["origin"]),
        "session": session,
        "timeline": timeline,
        "world": moment["world_id"],
        "player": moment["player_id"],
        "npc": moment["npc_id"],
        "game_time": moment["game_time"],
        "line": [timeline, *(ancestor for ancestor, _ in lived)],
        "upto": [FOREVER, *(upto for _, upto in lived)],
        "earlier": [earlier for earlier, _ in talk],
        "earlier_upto": [upto for _, upto in talk],
    }


def _columns(state: dict[str, Any]) -> dict[str, Any]:
    """Return the columns that hold a timeline's state, from the state that a turn left."""
    lists, maps = ("flags", "items", "deeds"), ("game", "relationships", "felt")
    return {name: Jsonb(state.get(name, [])) for name in lists} | {
        name: Jsonb(state.get(name, {})) for name in maps
    }
