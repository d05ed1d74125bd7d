"""The past of a timeline, read only: a turn's scene as it was, to play the turn again on.

Whatever a replay reads is bounded to what was lived before the turn, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from psycopg.rows import DictRow

from langchain_app.domain.errors import TimelineMoved, TurnErased, UnknownTurn
from langchain_app.domain.ports import StoredTurn
from langchain_app.domain.turn import Scene, TurnRecord, TurnRequest
from langchain_app.domain.world import World
from langchain_app.persistence.chronicle import PostgresChronicle
from langchain_app.persistence.chronicle_sql import KNOWN
from langchain_app.persistence.postgres import Connection, Postgres
from langchain_app.persistence.scenes import RECENT, SCENE_WITH_TOLD, scene_of

_PLAYED = """
select u.*, l.player_id,
       coalesce((select json_agg(json_build_object(
           'kind', g.kind, 'name', g.name, 'amount', g.amount, 'source', g.source,
           'reason', g.reason, 'evidence', g.evidence) order by g.id)
           from ledger g where g.turn_id = u.id), '[]') as ledger
from turns u join timelines l on l.id = u.timeline_id
where u.id = %(turn)s and l.world_id = %(world)s
"""
_BEFORE = """(
    select past.*
    from timelines l
    left join lateral (
        select u.state, u.game_time from unnest(l.line, l.upto) as a (id, upto)
        join turns u on u.timeline_id = a.id and u.seq <= a.upto
        where u.seq = %(seen)s) before on true,
    jsonb_populate_record(l, '{"flags": [], "items": [], "deeds": []}'::jsonb
        || '{"game": {}, "relationships": {}, "felt": {}}'::jsonb
        || coalesce(before.state, l.origin)
        || jsonb_build_object(
            'seq', %(seen)s::int,
            'game_time', coalesce(%(clock)s::float8, before.game_time, 0),
            'upto', (select jsonb_agg(least(b.upto, %(seen)s::int) order by n)
                     from unnest(l.upto) with ordinality as b (upto, n)))) as past
    where l.id = %(timeline)s)"""
"""The row of a timeline as it was after turn `seen`."""
_SCENE = SCENE_WITH_TOLD.replace("join timelines t on", f"join {_BEFORE} t on").replace(
    "2147483647", "%(seen)s::int"
)
_EVENTFUL = """
select exists (
    select from unnest(%(line)s::text[], %(upto)s::int[]) as l (id, upto)
    join hearsay h on h.timeline_id = l.id and h.seq <= l.upto and h.npc_id = %(npc)s
    join story_events e on e.timeline_id = h.timeline_id and e.id = h.event_id
    where e.seq <= %(seen)s or e.digest <> '') as eventful,
    (select json_agg(distinct e.kind)
     from unnest(%(line)s::text[], %(upto)s::int[]) as l (id, upto)
     join hearsay h on h.timeline_id = l.id and h.seq <= l.upto and h.npc_id = %(npc)s
     join story_events e on e.timeline_id = h.timeline_id and e.id = h.event_id
     where h.since <= %(now)s and e.trusted and e.kind = any(%(awaited)s::text[])) as heard
"""


@dataclass(frozen=True, slots=True)
class PlayedTurn:
    """A settled turn: what was asked, where it was played, and what came of it."""

    request: TurnRequest
    timeline_id: str
    seq: int
    seen: int
    clock: float | None
    world_version: str | None
    answer: dict[str, Any]
    ledger: list[dict[str, Any]]


async def read_played(postgres: Postgres, world_id: str, turn_id: str) -> PlayedTurn:
    """Return a settled turn of a world; raises UnknownTurn, TurnErased, DatabaseUnavailable."""

    async def read(connection: Connection) -> DictRow | None:
        values = {"turn": turn_id, "world": world_id}
        return await (await connection.execute(_PLAYED, values)).fetchone()

    row = await postgres.statement(read)
    if row is None:
        raise UnknownTurn(turn_id)
    if not row["message"]:
        raise TurnErased(turn_id)
    asked = row["request"]
    return PlayedTurn(
        request=TurnRequest(
            message=row["message"],
            turn_id=turn_id,
            turn_id_is_new=True,  # its stored answer is no answer to a replay
            npc_id=row["npc_id"],
            player_id=row["player_id"],
            session_id=row["session_id"],
            language=asked.get("language"),
            game_state=asked.get("game_state") or {},
            game_time=asked.get("game_time"),
            authoritative=asked.get("authoritative", False),
        ),
        timeline_id=row["timeline_id"],
        seq=row["seq"],
        seen=asked.get("seen", row["seq"] - 1),
        clock=asked.get("clock"),
        world_version=asked.get("world"),
        answer=row["answer"],
        ledger=row["ledger"],
    )


class PastTimelines:
    """The Timelines port as it stood before one turn; a commit is kept here and written nowhere."""

    def __init__(self, postgres: Postgres, world: World, played: PlayedTurn) -> None:
        self._postgres = postgres
        self._world = world
        self._played = played
        self.committed: TurnRecord | None = None

    async def find_turn(self, turn_id: str) -> StoredTurn | None:
        """Return None: the turn was not played yet."""
        return None

    async def load_scene(self, request: TurnRequest, world: World) -> Scene:
        """Return the scene as the turn saw it; raises UnknownNpc where the world lost the NPC."""
        return await self._after(self._played.seen)

    async def reload(self, scene: Scene) -> Scene:
        """Return the scene on the state that the turn was settled on."""
        before = await self._after(self._played.seq - 1)
        return replace(
            scene,
            seq=before.seq,
            story=before.story,
            relationship=before.relationship,
            beforehand=before.beforehand,
        )

    async def commit(self, record: TurnRecord, answer: dict[str, Any]) -> StoredTurn | None:
        """Keep the record; raises TimelineMoved where other turns were settled meanwhile."""
        if record.scene.seq < self._played.seq - 1:
            raise TimelineMoved
        self.committed = record
        return None

    async def _after(self, seen: int) -> Scene:
        """Return the scene of the turn as it was when `seen` turns were settled."""
        played, npc = self._played, self._world.npc(str(self._played.request.npc_id))
        values: dict[str, Any] = {
            "timeline": played.timeline_id,
            "session": played.request.session_id,
            "world": self._world.id,
            "seen": seen,
            "clock": played.clock,
            "npc": npc.id,
            "default_npc": npc.id,
            "recent": RECENT,
            "timed": list(self._world.timed_entries),
            "awaited": list(self._world.awaited),
        }
        asked_time = played.request.game_time or 0.0

        async def read(connection: Connection) -> tuple[DictRow | None, DictRow | None]:
            row = await (await connection.execute(_SCENE, values)).fetchone()
            lived = lived_before(row["line"], row["upto"]) if row else {}
            lived["now"] = max(row["game_time"], asked_time) if row else 0.0
            known = await connection.execute(_EVENTFUL, values | lived)
            return row, await known.fetchone()

        row, known = await self._postgres.statement(read)
        if row is None or known is None:
            raise UnknownTurn(played.request.turn_id)
        return scene_of(row | known, npc, self._world, asked_time)


class PastChronicle(PostgresChronicle):
    """The chronicle as it stood before a turn: with all that the game had reported by then."""

    _statement = KNOWN.replace(
        "where e.after", "where (e.seq <= %(seen)s or e.digest <> '') and e.after"
    )

    def _lived(self, scene: Scene) -> dict[str, Any]:
        line, upto = zip(*scene.lineage, strict=True)
        return lived_before(line, upto)


def lived_before(line: Sequence[str], upto: Sequence[int]) -> dict[str, Any]:
    """Return where events are looked for: the game's reports belong to the turn that comes next."""
    seen, *older = upto
    return {"line": list(line), "upto": [seen + 1, *older], "seen": seen}
