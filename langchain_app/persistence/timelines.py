"""Sessions, timelines and turns in Postgres."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from langchain_app.domain.errors import SessionOfAnotherPlayer, TimelineMoved, UnknownSession
from langchain_app.domain.npc import Npc
from langchain_app.domain.ports import StoredTurn
from langchain_app.domain.relationship import Relationship
from langchain_app.domain.story import StoryState
from langchain_app.domain.turn import Exchange, Scene, TurnRecord, TurnRequest
from langchain_app.domain.world import World
from langchain_app.persistence.postgres import Connection, Postgres, vector_literal

RECENT = 6
"""How many exchanges of this session with this NPC a scene shows."""

_SCENE = """
select s.id as session_id, s.npc_id, t.id as timeline_id, t.player_id, t.seq, t.flags, t.items,
       t.relationships,
       coalesce((select json_agg(r order by r.seq) from (
           select seq, npc_id, message, reply, sources from turns
           where session_id = s.id
             and npc_id = coalesce(%(npc)s::text, s.npc_id, %(default_npc)s::text)
           order by seq desc limit %(recent)s) r), '[]') as recent
from sessions s join timelines t on t.id = s.timeline_id
where s.id = %(session)s and t.world_id = %(world)s
"""
_OPEN_TIMELINE = """
insert into timelines (id, world_id, player_id) values (%(timeline)s, %(world)s, %(player)s)
on conflict (world_id, player_id) do nothing
"""
_OPEN_SESSION = """
insert into sessions (id, timeline_id)
select %(session)s, id from timelines where world_id = %(world)s and player_id = %(player)s
"""


class PostgresTimelines:
    """The Timelines port over Postgres."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def find_turn(self, turn_id: str) -> StoredTurn | None:
        """Return the turn that was answered under this id; raises DatabaseUnavailable."""

        async def find(connection: Connection) -> StoredTurn | None:
            return await _find_turn(connection, turn_id)

        return await self._postgres.read(find)

    async def load_scene(self, request: TurnRequest, world: World) -> Scene:
        """Read the scene in one round trip, opening a session where none was named.

        A new session of a known player goes on where that player's story stands. Raises UnknownNpc,
        UnknownSession, SessionOfAnotherPlayer, DatabaseUnavailable.
        """
        if request.npc_id is not None:
            world.npc(request.npc_id)  # before anything is opened for a mistake
        values = {
            "world": world.id,
            "session": request.session_id or f"s-{uuid4().hex}",
            "player": request.player_id or f"guest-{uuid4().hex[:12]}",
            "timeline": f"t-{uuid4().hex}",
            "npc": request.npc_id,
            "default_npc": world.manifest.default_npc,
            "recent": RECENT,
        }

        async def load(connection: Connection) -> DictRow | None:
            if request.session_id is None:
                await connection.execute(_OPEN_TIMELINE, values)
                await connection.execute(_OPEN_SESSION, values)
            cursor = await connection.execute(_SCENE, values)
            return await cursor.fetchone()

        run = self._postgres.run if request.session_id is None else self._postgres.read
        row = await run(load)
        if row is None:
            raise UnknownSession(str(request.session_id))
        if request.player_id is not None and row["player_id"] != request.player_id:
            raise SessionOfAnotherPlayer(str(request.session_id))
        npc_id = request.npc_id or row["npc_id"] or world.manifest.default_npc
        return _scene(row, world.npc(npc_id))

    async def reload(self, scene: Scene) -> Scene:
        """Read the timeline's state again; raises UnknownSession and DatabaseUnavailable."""

        async def read(connection: Connection) -> DictRow | None:
            cursor = await connection.execute(
                "select seq, flags, items, relationships from timelines where id = %s",
                (scene.timeline_id,),
            )
            return await cursor.fetchone()

        row = await self._postgres.read(read)
        if row is None:
            raise UnknownSession(scene.session_id)
        story, relationship = _state(row, scene.npc)
        return replace(scene, seq=row["seq"], story=story, relationship=relationship)

    async def commit(self, record: TurnRecord, answer: dict[str, Any]) -> StoredTurn | None:
        """Commit the whole turn in one transaction; see the port."""

        async def write(connection: Connection) -> StoredTurn | None:
            stored = await _find_turn(connection, record.request.turn_id, lock=record)
            if stored is not None:
                return stored
            await _move_timeline(connection, record)
            await _insert_turn(connection, record, answer)
            return None

        return await self._postgres.run(write)


async def _find_turn(
    connection: Connection, turn_id: str, lock: TurnRecord | None = None
) -> StoredTurn | None:
    """Find a turn. With `lock`, the timeline is locked first and must be where the scene saw it."""
    if lock is not None:
        locked = await connection.execute(
            "select seq from timelines where id = %s for update", (lock.scene.timeline_id,)
        )
    cursor = await connection.execute(
        "select t.id, t.message, t.npc_id, t.session_id, t.answer, l.player_id "
        "from turns t join timelines l on l.id = t.timeline_id where t.id = %s",
        (turn_id,),
    )
    row = await cursor.fetchone()
    if row is not None:
        return StoredTurn(
            turn_id=row["id"],
            message=row["message"],
            npc_id=row["npc_id"],
            player_id=row["player_id"],
            session_id=row["session_id"],
            answer=row["answer"],
        )
    if lock is not None:
        head = await locked.fetchone()
        if head is None or head["seq"] != lock.scene.seq:
            raise TimelineMoved
    return None


async def _move_timeline(connection: Connection, record: TurnRecord) -> None:
    scene, after = record.scene, record.settlement
    await connection.execute(
        "update timelines set seq = seq + 1, flags = %s, items = %s, "
        "relationships = relationships || %s where id = %s",
        (
            Jsonb(sorted(after.story.flags)),
            Jsonb(sorted(after.story.items)),
            Jsonb({scene.npc.id: after.relationship.model_dump()}),
            scene.timeline_id,
        ),
    )
    await connection.execute(
        "update sessions set npc_id = %s where id = %s", (scene.npc.id, scene.session_id)
    )


async def _insert_turn(connection: Connection, record: TurnRecord, answer: dict[str, Any]) -> None:
    scene, seq = record.scene, record.scene.seq + 1
    turn_id = record.request.turn_id
    sources = [found.chunk.id for found in record.lore.chunks]
    await connection.execute(
        "insert into turns (id, timeline_id, session_id, seq, npc_id, message, language, reply, "
        "sources, answer, trace_id) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            turn_id, scene.timeline_id, scene.session_id, seq, scene.npc.id,
            record.request.message, record.utterance.language, record.reply.text,
            Jsonb(sources), Jsonb(answer), record.trace_id,
        ),
    )  # fmt: skip
    if record.settlement.entries:
        await connection.execute(
            "insert into ledger (turn_id, timeline_id, seq, npc_id, kind, name, amount, source, "
            "reason, evidence) select %s, %s, %s, %s, * from unnest(%s::text[], %s::text[], "
            "%s::float8[], %s::text[], %s::text[], %s::text[])",
            (
                turn_id, scene.timeline_id, seq, scene.npc.id,
                *map(list, zip(*((e.kind, e.name, e.amount, e.source, e.reason, e.evidence)
                                 for e in record.settlement.entries), strict=True)),
            ),
        )  # fmt: skip
    await connection.execute(
        "insert into memories (turn_id, timeline_id, session_id, npc_id, seq, player_said, npc_said,"
        " tokens, vector, importance) values (%s, %s, %s, %s, %s, %s, %s, %s, %s::vector, %s)",
        (
            turn_id, scene.timeline_id, scene.session_id, scene.npc.id, seq,
            record.utterance.text, record.reply.text, list(record.tokens),
            vector_literal(record.vector), record.importance,
        ),
    )  # fmt: skip
    await connection.execute(
        "insert into outbox (turn_id, kind, payload) values (%s, 'turn.settled', %s)",
        (turn_id, Jsonb({"turn_id": turn_id, "npc_id": scene.npc.id, "state": answer["state"]})),
    )


def _state(row: DictRow, npc: Npc) -> tuple[StoryState, Relationship]:
    feelings = row["relationships"].get(npc.id)
    return (
        StoryState(flags=frozenset(row["flags"]), items=frozenset(row["items"])),
        Relationship(**feelings) if feelings else npc.initial,
    )


def _scene(row: DictRow, npc: Npc) -> Scene:
    story, relationship = _state(row, npc)
    return Scene(
        npc=npc,
        player_id=row["player_id"],
        session_id=row["session_id"],
        timeline_id=row["timeline_id"],
        seq=row["seq"],
        story=story,
        relationship=relationship,
        recent=tuple(
            Exchange(turn["message"], turn["reply"], tuple(turn["sources"]))
            for turn in row["recent"]
            if turn["npc_id"] == npc.id
        ),
    )
