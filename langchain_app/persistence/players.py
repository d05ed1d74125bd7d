"""Everything that is kept of one player: listed, corrected, erased, and the erasure proved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import sql
from psycopg.rows import DictRow

from langchain_app.domain.errors import UnknownFact, UnknownMemory, UnknownPlayer
from langchain_app.persistence.postgres import Connection, Postgres

_LISTED = {
    "timelines": "id world_id parent_id forked_at current seq game_time flags items relationships "
    "created_at",
    "sessions": "id timeline_id npc_id opened_at",
    "saves": "id session_id seq game_time name created_at",
    "turns": "id session_id seq npc_id message reply game_time request trace_id created_at",
    "memories": "id kind npc_id seq game_time player_said npc_said text importance",
    "facts": "id npc_id turn_id seq subject slot value stance language source",
    "ledger": "id turn_id npc_id seq kind name amount source reason evidence",
}
"""What is listed of each table, in order of seq where it has one."""
_TABLES = """
select c.table_name as name, array_agg(c.column_name::text) as columns
from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
where table_schema = current_schema() and t.table_type = 'BASE TABLE'
  and table_name <> 'alembic_version'
group by c.table_name order by c.table_name
"""
_OWN_IDS = """
select array(select id from timelines where player_id = %(player)s) as timelines,
       array(select s.id from sessions s join timelines t on t.id = s.timeline_id
             where player_id = %(player)s) as sessions,
       array(select u.id from turns u join timelines t on t.id = u.timeline_id
             where player_id = %(player)s) as turns
"""
_TRACES = """
select distinct trace_id from (
    select trace_id from turns u join timelines t on t.id = u.timeline_id where player_id = %(player)s
    union
    select trace_id from observations o where to_jsonb(o)::text like any(%(traced)s)) traces
"""
_REWORD = """
with fact as (
    update facts f set value = %(value)s, source = 'player' from timelines t
    where f.id = %(fact)s and t.id = f.timeline_id and t.player_id = %(player)s
    returning f.id, f.turn_id, f.npc_id, f.subject, f.slot, f.value, f.stance, f.language, f.source)
select * from fact
"""
_OF_MEMORY = """
select m.turn_id from memories m join timelines t on t.id = m.timeline_id
where m.id = %(memory)s and t.player_id = %(player)s
"""
_WIPE_WORDS = (
    # Whatever repeats the words of a turn: what was thought of them since, the traces, the outbox.
    """delete from memory_terms p using memories m
       where p.memory_id = m.id and p.timeline_id in (
           select id from timelines where player_id = %(player)s)
         and (m.turn_id = %(turn)s or m.kind = 'reflection')""",
    """delete from memories m using timelines t where t.id = m.timeline_id
       and t.player_id = %(player)s and (m.turn_id = %(turn)s or m.kind = 'reflection')""",
    "delete from observations where turn_id = %(turn)s",
    "update ledger set evidence = '' where turn_id = %(turn)s",
    """update turns set message = '', reply = '', request = request - 'game_state',
           answer = jsonb_set(answer || '{"reply": ""}', '{state,why}', '[]')
       where id = %(turn)s""",
)


class PostgresPlayers:
    """The players' own data, for whoever may call this: the routes ask for a server's key."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def show(self, player_id: str) -> dict[str, Any]:
        """Return every row of a player by table; raises UnknownPlayer, DatabaseUnavailable."""

        async def read(connection: Connection) -> dict[str, Any]:
            shown: dict[str, Any] = {"player_id": player_id}
            for name, columns in _LISTED.items():
                query = _listing(name, columns.split())
                cursor = await connection.execute(query, (player_id,))
                shown[name] = await cursor.fetchall()
            return shown

        shown = await self._postgres.transaction(read)
        if not shown["timelines"]:
            raise UnknownPlayer(player_id)
        return shown

    async def correct(self, player_id: str, fact_id: int, value: str) -> dict[str, Any]:
        """Replace a fact's value; the words that told the old one are wiped.

        Raises UnknownFact and DatabaseUnavailable.
        """
        values = {"player": player_id, "fact": fact_id, "value": value}

        async def write(connection: Connection) -> DictRow | None:
            fact = await (await connection.execute(_REWORD, values)).fetchone()
            if fact is not None:
                await _wipe(connection, player_id, fact["turn_id"])
            return fact

        fact = await self._postgres.transaction(write)
        if fact is None:
            raise UnknownFact(fact_id)
        return dict(fact)

    async def forget(self, player_id: str, memory_id: str) -> None:
        """Delete a memory, the facts out of it and its words; raises UnknownMemory."""
        values = {"player": player_id, "memory": memory_id}

        async def write(connection: Connection) -> bool:
            row = await (await connection.execute(_OF_MEMORY, values)).fetchone()
            if row is None:
                return False
            await connection.execute("delete from facts where turn_id = %s", (row["turn_id"],))
            await _wipe(connection, player_id, row["turn_id"])
            return True

        if not await self._postgres.transaction(write):
            raise UnknownMemory(memory_id)

    async def traces(self, player_id: str) -> list[str]:
        """Return the ids of the player's traces."""

        async def read(connection: Connection) -> list[DictRow]:
            values = {"player": player_id, "traced": _traced(player_id)}
            return await (await connection.execute(_TRACES, values)).fetchall()

        return [row["trace_id"] for row in await self._postgres.statement(read)]

    async def erase(self, player_id: str) -> dict[str, Any]:
        """Delete every row of the player's own timelines, sessions, turns and traces, in every table.

        Returns `deleted`, a count a table, and `remaining`, the rows that name one of its timelines
        or sessions or are traces of the player, counted afterwards: the proof is that it is empty. A
        row that merely holds the same word is another's. Raises UnknownPlayer where nothing was kept.
        """

        async def work(connection: Connection) -> dict[str, Any]:
            ids = await (await connection.execute(_OWN_IDS, {"player": player_id})).fetchone()
            tables = await (await connection.execute(_TABLES)).fetchall()
            own: dict[str, list[str]] = {
                "turn_id": ids["turns"] if ids else [],
                "session_id": ids["sessions"] if ids else [],
                "timeline_id": ids["timelines"] if ids else [],
                "player_id": [player_id],
            }
            values = own | {"traced": _traced(player_id)}
            deleted: dict[str, int] = {}
            for table in sorted(tables, key=_children_first):
                count = await _delete(connection, table, own, values)
                deleted |= {table["name"]: count} if count else {}
            needles = _needles([*own["timeline_id"], *own["session_id"]])
            remaining = await _mentions(connection, [table["name"] for table in tables], needles)
            traces = await _mentions(connection, ["observations"], values["traced"])
            return {"player_id": player_id, "deleted": deleted, "remaining": remaining | traces}

        erased = await self._postgres.transaction(work)
        if not erased["deleted"]:
            raise UnknownPlayer(player_id)
        return erased


def _listing(table: str, columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(
        "select {} from {} x join timelines t on t.id = x.{} "
        "where t.player_id = %s order by x.{}, x.id"
    ).format(
        sql.SQL(", ").join(sql.Identifier("x", column) for column in columns),
        sql.Identifier(table),
        sql.Identifier("id" if table == "timelines" else "timeline_id"),
        sql.Identifier("seq" if "seq" in columns else "id"),
    )


_PARENTS = ("turns", "sessions", "timelines")
_OWN = {"turns": "turn_id", "sessions": "session_id", "timelines": "timeline_id"}
"""Which of the player's ids the rows of a table go by."""
_OF_TRACE = """t.trace_id in (
    select trace_id from observations o where to_jsonb(o)::text like any(%(traced)s))"""


def _children_first(table: DictRow) -> int:
    name = table["name"]
    return _PARENTS.index(name) + 1 if name in _PARENTS else 0


def _needles(ids: Sequence[str]) -> list[str]:
    """Return LIKE patterns that find an id as a whole JSON string, also within quoted JSON."""
    found = []
    for name in ids:
        escaped = name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        found += [f'%"{escaped}"%', f'%\\\\"{escaped}\\\\"%']
    return found


def _traced(player_id: str) -> list[str]:
    """Return LIKE patterns of what a span says of its player, also where a long value was cut.

    Only with its key before it: a player may be called as a language or an NPC is.
    """
    (plain, quoted) = _needles([player_id])
    keys = ("user.id", "player_id", "player")
    return [f'%"{key}": {plain[1:]}' for key in keys] + [
        f'%\\\\"{key}\\\\":{quoted[1:]}' for key in keys
    ]


async def _delete(
    connection: Connection, table: DictRow, own: dict[str, list[str]], values: dict[str, list[str]]
) -> int:
    mine: list[sql.Composable] = [
        sql.SQL("t.{} = any({})").format(sql.Identifier(column), sql.Placeholder(column))
        for column in own
        if column in table["columns"]
    ]
    if table["name"] in _OWN:
        mine.append(sql.SQL("t.id = any({})").format(sql.Placeholder(_OWN[table["name"]])))
    if table["name"] == "observations":  # of turns that were never settled there is nothing else
        mine.append(sql.SQL(_OF_TRACE))
    if not mine:
        return 0
    query = sql.SQL(
        "with gone as (delete from {} t where {} returning 1) select count(*) as n from gone"
    ).format(sql.Identifier(table["name"]), sql.SQL(" or ").join(mine))
    cursor = await connection.execute(query, values)
    row = await cursor.fetchone()
    return int(row["n"]) if row else 0


async def _mentions(
    connection: Connection, tables: Sequence[str], needles: list[str]
) -> dict[str, int]:
    found = {}
    for table in tables:
        query = sql.SQL("select count(*) as n from {} t where to_jsonb(t)::text like any(%s)")
        cursor = await connection.execute(query.format(sql.Identifier(table)), (needles,))
        row = await cursor.fetchone()
        if row and row["n"]:
            found[table] = row["n"]
    return found


async def _wipe(connection: Connection, player_id: str, turn_id: str) -> None:
    for statement in _WIPE_WORDS:
        await connection.execute(statement, {"player": player_id, "turn": turn_id})
