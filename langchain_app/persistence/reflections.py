"""What is added to a settled turn afterwards: facts that a model read, and reflections."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg.rows import DictRow

from langchain_app.domain.memory.facts import Told
from langchain_app.domain.memory.reflection import THRESHOLD, Reflected, Remembered
from langchain_app.domain.turn import Scene, Utterance
from langchain_app.persistence.postgres import Connection, Postgres

EVERY = 8
"""A timeline looks at every eighth turn whether it is time: asking costs half a millisecond."""

_LEARN = """
insert into facts (timeline_id, npc_id, turn_id, seq, game_time, language, source, subject, slot,
                   value, stance)
select u.timeline_id, u.npc_id, u.id, u.seq, u.game_time, u.language, 'model', fact.*
from turns u, unnest(%(subjects)s::text[], %(slots)s::text[], %(values)s::text[],
                     %(stances)s::text[]) as fact (subject, slot, value, stance)
where u.id = %(turn)s and u.message <> ''
  and not exists (select from facts f where f.turn_id = u.id and f.subject = fact.subject
                  and f.slot = fact.slot)
on conflict do nothing
"""
_SINCE = """
with lived as (select * from unnest(%(line)s::text[], %(upto)s::int[]) as l (timeline_id, upto)),
last as (
    select coalesce(max(m.seq), 0) as seq from lived join memories m
      on m.timeline_id = lived.timeline_id and m.seq <= lived.upto
    where m.npc_id = %(npc)s and m.kind = 'reflection'),
since as (
select m.turn_id, m.timeline_id, m.seq, m.game_time, m.player_said, m.language, m.importance,
       m.tokens
from last, lived, lateral (
    select * from memories m
    where m.timeline_id = lived.timeline_id and m.seq <= lived.upto and m.seq > last.seq
      and m.npc_id = %(npc)s and m.kind = 'said'
    order by game_time desc, seq desc limit 200) m)
select * from since where (select sum(importance) from since) >= %(threshold)s order by seq
"""
_KEEP = """
with kept as (
    insert into memories (id, kind, turn_id, timeline_id, session_id, npc_id, seq, game_time,
                          language, player_said, npc_said, text, tokens, vector, importance)
    select 'r-' || u.id || '-' || thought.n, 'reflection', u.id, u.timeline_id, u.session_id,
           u.npc_id, u.seq, u.game_time, u.language, '', '', thought.text,
           string_to_array(thought.tokens, ' '), '[0]', 0.8
    from turns u, unnest(%(texts)s::text[], %(tokens)s::text[]) with ordinality
        as thought (text, tokens, n)
    where u.id = %(turn)s
    on conflict do nothing
    returning id, timeline_id, npc_id, seq, game_time, tokens)
insert into memory_terms
select timeline_id, npc_id, token, seq, game_time, id, true from kept, unnest(tokens) token
"""


class PostgresReflections:
    """The Afterthoughts port over Postgres. Whatever is done twice is there once."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def learn(self, turn_id: str, told: Sequence[Told]) -> None:
        """Add facts to a settled turn, where none of the same slot is there already."""
        values = {
            "turn": turn_id,
            "subjects": [fact.subject for fact in told],
            "slots": [fact.slot for fact in told],
            "values": [fact.value for fact in told],
            "stances": [fact.stance for fact in told],
        }

        async def write(connection: Connection) -> None:
            await connection.execute(_LEARN, values)

        await self._postgres.statement(write)

    async def due(self, scene: Scene, utterance: Utterance) -> list[Remembered]:
        """Return what was said since the last reflection of this lineage, once it weighs enough."""
        values = {
            "line": [timeline for timeline, _ in scene.lineage],
            "upto": [upto for _, upto in scene.lineage],
            "npc": scene.npc.id,
            "threshold": THRESHOLD,
        }

        async def read(connection: Connection) -> list[DictRow]:
            return await (await connection.execute(_SINCE, values)).fetchall()

        if scene.seq % EVERY:
            return []
        rows = await self._postgres.statement(read)
        if not rows or rows[-1]["timeline_id"] != scene.timeline_id:
            return []  # a reflection is kept where it is lived: with a turn of this very timeline
        return [
            Remembered(row["turn_id"], row["player_said"], row["language"], tuple(row["tokens"]))
            for row in rows
        ]

    async def keep(self, turn_id: str, thoughts: Sequence[Reflected]) -> None:
        """Keep reflections upon everything up to a turn."""
        values = {
            "turn": turn_id,
            "texts": [thought.text for thought in thoughts],
            "tokens": [" ".join(thought.tokens) for thought in thoughts],
        }

        async def write(connection: Connection) -> None:
            await connection.execute(_KEEP, values)

        await self._postgres.statement(write)
