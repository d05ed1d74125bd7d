"""Sessions, timelines and turns in Postgres."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from psycopg.errors import UniqueViolation
from psycopg.rows import DictRow

from langchain_app.domain.errors import SessionOfAnotherPlayer, TimelineMoved, UnknownSession
from langchain_app.domain.memory.memory import MATTERS
from langchain_app.domain.ports import StoredTurn
from langchain_app.domain.story.staging import Staged
from langchain_app.domain.turn import (
    GUEST,
    Scene,
    TurnRecord,
    TurnRequest,
)
from langchain_app.domain.world import World
from langchain_app.persistence.asked import asked
from langchain_app.persistence.chronicle_sql import WRITE, jsonb, written
from langchain_app.persistence.lineage import fork, stage
from langchain_app.persistence.postgres import Connection, Postgres, vector_literal
from langchain_app.persistence.scenes import RECENT, scene_of, scene_statement, state_of

HOURS_A_TURN = 0.05
"""What a turn takes on the game's clock where the game tells no time."""

_OPEN_TIMELINE = """
insert into timelines (id, world_id, player_id, line, upto)
values (%(timeline)s, %(world)s, %(player)s, array[%(timeline)s], array[2147483647])
on conflict (world_id, player_id) where current do nothing
"""
_OPEN_SESSION = """
insert into sessions (id, timeline_id)
select %(session)s, id from timelines
where world_id = %(world)s and player_id = %(player)s and current
on conflict (id) do nothing
"""

_TURN = """
select t.message, t.npc_id, t.session_id, t.answer, l.player_id
from turns t join timelines l on l.id = t.timeline_id where t.id = %s
"""
_COMMIT = f"""
with moved as (
    -- Nothing below happens unless the timeline stands where the scene saw it and the turn is new:
    -- two of the same turn wait for one another here, and the second finds the timeline moved.
    update timelines
    set seq = seq + 1, flags = %(flags)s, items = %(items)s, deeds = %(deeds)s, game = %(game)s,
        relationships = relationships || %(feelings)s,
        game_time = greatest(game_time, coalesce(%(game_time)s::float8, game_time + %(pace)s)),
        felt = felt || jsonb_build_object(%(npc)s::text, greatest(
            game_time, coalesce(%(game_time)s::float8, game_time + %(pace)s)))
    where id = %(timeline)s and seq = %(seq)s
      and not exists (select from turns where id = %(turn)s)
    returning id, seq, game_time,
              jsonb_build_object('flags', flags, 'items', items, 'relationships', relationships,
                                 'felt', felt, 'deeds', deeds, 'game', game) as state),
sat as (
    update sessions set npc_id = %(npc)s from moved where sessions.id = %(session)s),
turn as (
    insert into turns (id, timeline_id, session_id, seq, npc_id, message, language, reply, sources,
                       answer, trace_id, game_time, state, request)
    select %(turn)s, id, %(session)s, seq, %(npc)s, %(message)s, %(language)s, %(reply)s,
           %(sources)s, %(answer)s, %(trace)s, game_time, state, %(request)s::jsonb from moved),
booked as (
    insert into ledger (turn_id, timeline_id, seq, npc_id, kind, name, amount, source, reason,
                        evidence)
    select %(turn)s, id, seq, %(npc)s, entry.*
    from moved, unnest(%(kinds)s::text[], %(names)s::text[], %(amounts)s::float8[], %(by)s::text[],
                       %(reasons)s::text[], %(evidence)s::text[]) entry),
remembered as (
    insert into memories (id, turn_id, timeline_id, session_id, npc_id, seq, game_time, language,
                          player_said, npc_said, tokens, vector, importance, tells_nothing,
                          adds, put_right)
    select %(turn)s, %(turn)s, id, %(session)s, %(npc)s, seq, game_time, %(language)s,
           %(player_said)s, %(reply)s, %(tokens)s::text[], %(vector)s::vector, %(importance)s,
           %(tells_nothing)s, %(adds)s, %(put_right)s
    from moved where %(listened)s),
posted as (
    insert into memory_terms (timeline_id, npc_id, token, seq, game_time, memory_id, kept)
    select id, %(npc)s, token, seq, game_time, %(turn)s, %(kept)s
    from moved, unnest(%(tokens)s::text[]) token
    union all
    select moved.id, %(npc)s, token, moved.seq, moved.game_time, old.id, old.importance >= 0.5
    from moved, memories old, unnest(old.tokens) token where old.id = any(%(recalled)s)),
learnt as (
    insert into facts (timeline_id, npc_id, turn_id, seq, game_time, language, source, subject,
                       slot, value, stance)
    select id, %(npc)s, %(turn)s, seq, game_time, %(language)s, 'reading', fact.*
    from moved, unnest(%(subjects)s::text[], %(slots)s::text[], %(told)s::text[],
                       %(stances)s::text[]) fact
    on conflict do nothing),
{WRITE},
told as (
    insert into outbox (turn_id, kind, payload)
    select %(turn)s, 'turn.settled', %(event)s from moved)
select seq from moved
"""  # noqa: S608  a constant within a constant


class PostgresTimelines:
    """The Timelines port over Postgres."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def find_turn(self, turn_id: str) -> StoredTurn | None:
        """Return the turn that was answered under this id; raises DatabaseUnavailable."""

        async def find(connection: Connection) -> DictRow | None:
            cursor = await connection.execute(_TURN, (turn_id,))
            return await cursor.fetchone()

        row = await self._postgres.statement(find)
        if row is None:
            return None
        return StoredTurn(
            turn_id=turn_id,
            message=row["message"],
            npc_id=row["npc_id"],
            player_id=row["player_id"],
            session_id=row["session_id"],
            answer=row["answer"],
        )

    async def load_scene(self, request: TurnRequest, world: World) -> Scene:
        """Read the scene in one round trip, opening a session where none was named or one is to be.

        A new session of a known player goes on where that player's story stands. Raises UnknownNpc,
        UnknownSession, SessionOfAnotherPlayer, DatabaseUnavailable.
        """
        if request.npc_id is not None:
            world.npc(request.npc_id)  # before anything is opened for a mistake
        values = {
            "world": world.id,
            "session": request.session_id or f"s-{uuid4().hex}",
            "player": request.player_id or f"{GUEST}{uuid4().hex}",
            "timeline": f"t-{uuid4().hex}",
            "npc": request.npc_id,
            "default_npc": world.manifest.default_npc,
            "recent": RECENT,
            "timed": list(world.timed_entries),
            "awaited": list(world.awaited),
            "now": request.game_time or 0.0,
        }
        opens = request.session_id is None or request.opens_session
        scene = scene_statement(world)

        async def load(connection: Connection) -> DictRow | None:
            if opens:
                await connection.execute(_OPEN_TIMELINE, values)
                await connection.execute(_OPEN_SESSION, values)
            cursor = await connection.execute(scene, values)
            return await cursor.fetchone()

        play = self._postgres.transaction if opens else self._postgres.statement
        row = await play(load)
        if row is None:
            raise UnknownSession(str(request.session_id))
        if request.player_id is not None and row["player_id"] != request.player_id:
            raise SessionOfAnotherPlayer(str(request.session_id))
        npc_id = request.npc_id or row["npc_id"] or world.manifest.default_npc
        return scene_of(row, world.npc(npc_id), world, request.game_time or 0.0)

    async def reload(self, scene: Scene) -> Scene:
        """Read the timeline's state again; raises UnknownSession and DatabaseUnavailable."""

        async def read(connection: Connection) -> DictRow | None:
            cursor = await connection.execute(
                "select seq, flags, items, deeds, game, relationships, felt, game_time "
                "from timelines where id = %s",
                (scene.timeline_id,),
            )
            return await cursor.fetchone()

        row = await self._postgres.statement(read)
        if row is None:
            raise UnknownSession(scene.session_id)
        clock = max(scene.game_time, row["game_time"])
        return replace(
            scene,
            seq=row["seq"],
            game_time=clock,
            first_read=scene.first_read or (scene.seq, scene.game_time),
            **state_of(row, scene.npc, scene.axes, clock),
        )

    async def fork(self, timeline_id: str, at_seq: int) -> tuple[str, str]:
        """Open a timeline that goes on from turn `at_seq` of another, and a session on it.

        Returns (session_id, timeline_id). State, clock and conversation are what they were then; it
        becomes the one that the player's new sessions join, and the other stays as it is.
        Raises UnknownMoment, DatabaseUnavailable.
        """
        return await fork(self._postgres, timeline_id, at_seq)

    async def stage(self, world_id: str, player_id: str, staged: Staged) -> str:
        """Open a timeline that stands at `staged`, and return a session on it.

        It becomes the one that the player's new sessions join. What `staged` names is not checked
        against a world here. Raises DatabaseUnavailable.
        """
        return await stage(self._postgres, world_id, player_id, staged)

    async def commit(self, record: TurnRecord, answer: dict[str, Any]) -> StoredTurn | None:
        """Commit the whole turn in one statement, hence in one transaction; see the port."""
        values = _values(record, answer)

        async def write(connection: Connection) -> bool:
            try:
                cursor = await connection.execute(_COMMIT, values)
            except UniqueViolation:  # the same turn_id at the same moment on another timeline
                return False
            return await cursor.fetchone() is not None

        if await self._postgres.statement(write):
            return None
        stored = await self.find_turn(record.request.turn_id)
        if stored is None:
            raise TimelineMoved
        return stored


def _values(record: TurnRecord, answer: dict[str, Any]) -> dict[str, Any]:
    scene, after = record.scene, record.settlement
    entries = after.entries
    listened = record.deflection is None or not record.deflection.unheard
    turn_id = record.request.turn_id
    return {
        "turn": turn_id,
        "game_time": record.request.game_time,
        "pace": HOURS_A_TURN,
        "timeline": scene.timeline_id,
        "session": scene.session_id,
        "npc": scene.npc.id,
        "seq": scene.seq,
        "flags": jsonb(sorted(after.story.flags)),
        "items": jsonb(sorted(after.story.items)),
        "deeds": jsonb(sorted(after.story.deeds)),
        "game": jsonb(after.story.game),
        "feelings": jsonb({scene.npc.id: after.relationship.model_dump()}),
        "message": record.request.message,
        "language": record.utterance.language,
        "reply": record.reply.text,
        "sources": jsonb([found.chunk.id for found in record.lore.chunks]),
        "answer": jsonb(answer),
        "trace": record.trace_id,
        "request": asked(record),
        "kinds": [e.kind for e in entries],
        "names": [e.name for e in entries],
        "amounts": [e.amount for e in entries],
        "by": [e.source for e in entries],
        "reasons": [e.reason for e in entries],
        "evidence": [e.evidence for e in entries],
        "player_said": record.utterance.text,
        "listened": listened,
        "tokens": list(dict.fromkeys(record.tokens)) if listened else [],
        "recalled": list(record.recalled),
        "subjects": [fact.subject for fact in record.facts],
        "slots": [fact.slot for fact in record.facts],
        "told": [fact.value for fact in record.facts],
        "stances": [fact.stance for fact in record.facts],
        "kept": record.importance >= MATTERS,
        "vector": vector_literal(record.vector),
        "importance": record.importance,
        "tells_nothing": not record.facts and not record.understood.tells,
        "adds": record.understood.adds,
        "put_right": record.understood.put_right,
        **written(record.happened),
        "event": jsonb({"turn_id": turn_id, "npc_id": scene.npc.id, "state": answer["state"]}),
    }
