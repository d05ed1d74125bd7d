"""The statements of the chronicle, and events as their values."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

import orjson
from psycopg.types.json import Jsonb

from langchain_app.domain.errors import EventInvalid, UnknownTurn
from langchain_app.domain.memory.rumour import ChronicleEntry
from langchain_app.domain.story.action_results import ActionResult
from langchain_app.persistence.postgres import Connection, vector_literal

jsonb = partial(Jsonb, dumps=orjson.dumps)

NEWEST = 500
"""So many of the events that an NPC knows are looked through; older ones are found by their time."""
CANDIDATES = 16

OPEN_TIMELINE = """
insert into timelines (id, world_id, player_id, line, upto)
values (%(timeline)s, %(world)s, %(player)s, array[%(timeline)s], array[2147483647])
on conflict (world_id, player_id) where current do nothing
"""
TIMELINE_OF_PLAYER = """
select id, player_id, seq, game_time from timelines
where world_id = %(world)s and player_id = %(player)s and current for update
"""
TIMELINE_OF_SESSION = """
select t.id, t.player_id, t.seq, t.game_time from sessions s join timelines t on t.id = s.timeline_id
where s.id = %(session)s and t.world_id = %(world)s for update of t
"""
RECORDED = """
select e.digest, e.game_time,
       coalesce((select json_agg(json_build_array(h.npc_id, h.how) order by h.npc_id)
                 from hearsay h where h.timeline_id = e.timeline_id and h.event_id = e.id
                   and h.how is not null), '[]') as witnesses
from timelines t, unnest(t.line, t.upto) as l (id, upto)
join story_events e on e.timeline_id = l.id and e.seq <= l.upto
where t.id = %(timeline)s and e.id = %(event)s
"""

WRITE = """
happened as (
    insert into story_events (timeline_id, seq, id, kind, text, place, participants, game_time,
                              importance, secret, audience, after, trust, tokens, vector, digest,
                              trusted)
    select moved.id, moved.seq, event.* from moved, jsonb_to_recordset(%(happened)s) as event (
        id text, kind text, text jsonb, place text, participants text[], game_time float8,
        importance real, secret boolean, audience text[], after text, trust real, tokens text[],
        vector vector, digest text, trusted boolean)
    on conflict do nothing),
heard as (
    insert into hearsay (timeline_id, seq, event_id, npc_id, happened, since, credibility, how,
                         told_by)
    select moved.id, moved.seq, hearing.* from moved, jsonb_to_recordset(%(heard)s) as hearing (
        event_id text, npc_id text, happened float8, since float8, credibility real, how text,
        told_by text[])
    on conflict do nothing)
"""
"""Parts of a statement that has `moved` (id, seq): the place on a timeline that the events take.

A turn's own events give way to a game's of the same id: no id that a game chose may stop a turn.
"""

RECORD = f"""
with moved as (
    -- An event belongs to the turn to come: a save of the turn before has not lived it.
    update timelines set game_time = greatest(game_time, %(now)s)
    where id = %(timeline)s returning id, seq + 1 as seq),
{WRITE}
select from moved
"""  # noqa: S608  a constant within a constant
KNOWN = """
with known as materialized (
    select h.*
    from unnest(%(line)s::text[], %(upto)s::int[]) as l (id, upto),
    lateral (
        select timeline_id, event_id, how, told_by, credibility, since from hearsay
        where timeline_id = l.id and npc_id = %(npc)s and seq <= l.upto and since <= %(now)s
          and happened >= %(start)s and happened < %(end)s
        order by happened desc limit %(newest)s) h),
rated as (
    select e.text, e.game_time, e.importance, e.tokens,
           k.how, k.told_by, k.credibility, k.since,
           case when vector_dims(e.vector) = %(dims)s
                then 1 - (e.vector <=> %(vector)s::vector) else 0 end as similarity,
           (select count(*) from unnest(e.tokens) token where token = any(%(tokens)s)) as shared
    from known k join story_events e on e.timeline_id = k.timeline_id and e.id = k.event_id
    where e.after = any(%(reached)s) and e.trust <= %(trust)s)
select * from rated
where %(any)s or shared > 0 or similarity > 0.35
order by shared desc, importance desc, game_time desc limit %(candidates)s
"""

JUST = """
select e.text, e.game_time, e.importance, e.tokens,
       h.how, h.told_by, h.credibility, h.since, 0 as similarity
from hearsay h join story_events e on e.timeline_id = h.timeline_id and e.id = h.event_id
where h.timeline_id = %(timeline)s and h.npc_id = %(npc)s and h.seq = %(seq)s
  and h.how is not null and e.after = any(%(reached)s) and e.trust <= %(trust)s
order by e.game_time desc, e.importance desc, e.id limit %(limit)s
"""
"""What this NPC noticed of the turn to come; no other timeline has lived it."""
ACTED = """
with lived as (
    select l.id, l.upto from timelines t, unnest(t.line, t.upto) as l (id, upto)
    where t.id = %(timeline)s)
select exists (select from turns join lived on turns.timeline_id = lived.id
               where turns.id = %(turn)s and turns.seq <= lived.upto) as played,
       (select g.npc_id from ledger g join lived on g.timeline_id = lived.id
        where g.kind = 'action' and g.name = %(action)s and g.seq <= lived.upto
          and (%(turn)s::text is null or g.turn_id = %(turn)s)
        order by g.seq desc limit 1) as npc
"""
"""Who last asked the game for an action on this timeline, or in the turn that is named."""


def written(entries: Iterable[ChronicleEntry]) -> dict[str, Any]:
    """Return the values of `WRITE`."""
    entries = tuple(entries)
    return {
        "happened": jsonb([_event_row(entry) for entry in entries]),
        "heard": jsonb([row for entry in entries for row in _hearings(entry)]),
    }


def _event_row(entry: ChronicleEntry) -> dict[str, Any]:
    event = entry.event
    return {
        "id": event.id,
        "kind": event.kind,
        "text": event.text,
        "place": event.place,
        "participants": event.participants,
        "game_time": event.game_time,
        "importance": event.importance,
        "secret": event.secret,
        "audience": event.gate.audience,
        "after": event.gate.after,
        "trust": event.gate.trust,
        "tokens": entry.tokens,
        "vector": vector_literal(entry.vector),
        "digest": entry.digest,
        "trusted": event.trusted,
    }


def _hearings(entry: ChronicleEntry) -> list[dict[str, Any]]:
    return [
        {
            "event_id": entry.event.id,
            "npc_id": heard.npc_id,
            "happened": entry.event.game_time,
            "since": heard.since,
            "credibility": heard.credibility,
            "how": heard.how,
            "told_by": heard.told_by,
        }
        for heard in entry.hearings
    ]


async def actor_of(connection: Connection, timeline: str, result: ActionResult) -> str | None:
    """Return the NPC who asked for the action, if one did; raises UnknownTurn and EventInvalid."""
    values = {"timeline": timeline, "action": result.name, "turn": result.turn_id}
    found = await (await connection.execute(ACTED, values)).fetchone()
    if result.turn_id is None:
        return found["npc"] if found else None
    if found is None or not found["played"]:
        raise UnknownTurn(result.turn_id)
    if found["npc"] is None:
        raise EventInvalid(
            f"The turn {result.turn_id[:64]!r} asked for no action {result.name[:64]!r}.",
            "Take turn_id and name from the answer that had the action.",
        )
    return str(found["npc"])
