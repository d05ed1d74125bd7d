"""Memories and facts in Postgres: what is read of them for one utterance.

However many memories there are, a recall reads a bounded number of rows: of each word's postings
the newest and the newest that matter, of each asked slot the newest facts. That is the forgetting,
too: what is out of reach behind newer words does not come to mind, and nothing is erased.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from psycopg.rows import DictRow

from langchain_app.domain.memory.facts import SLOTS, Asked, Fact, Told
from langchain_app.domain.memory.memory import (
    Cue,
    Memory,
    Recollection,
    recall,
    recall_facts,
    recall_moment,
    told_once,
)
from langchain_app.domain.ports import Listener
from langchain_app.domain.turn import Scene, Utterance
from langchain_app.language.fact_sentences import known
from langchain_app.persistence.postgres import Connection, Postgres, vector_literal

LIMIT = 5
NEWEST, KEPT = 24, 12
"""Postings read of each word: the newest, and the newest that matter."""
SOON = 4
"""Turns within which a remark is about what was told before."""

ABOUT, NEXT = 0.3, 0.15
"""How alike a remark must be to be about the same, and how alike in the very next turn. Measured on
the development half of bench_play: so .95 (English) and .90 (Korean) of what puts something right
is joined to it, .68 and .64 by the first alone; of other remarks that follow, .68 and .26 are,
which makes an answer longer and not wrong."""

_LIVED = """
with lived as (select * from unnest(%(line)s::text[], %(upto)s::int[]) as l (timeline_id, upto)),
hits as (
    select word.token, post.* from lived, unnest(%(tokens)s::text[]) as word (token), lateral (
        (select memory_id, seq, game_time from memory_terms p
         where p.timeline_id = lived.timeline_id and p.npc_id = %(npc)s and p.token = word.token
           and p.seq <= lived.upto order by p.seq desc limit %(newest)s)
        union
        (select memory_id, seq, game_time from memory_terms p
         where p.timeline_id = lived.timeline_id and p.npc_id = %(npc)s and p.token = word.token
           and p.seq <= lived.upto and kept order by p.seq desc limit %(kept)s)) post),
spread as (select token, count(distinct memory_id) as n from hits group by token),
found as (
    select memory_id, max(game_time) as recalled_at, array_agg(distinct token) as matched
    from hits join spread using (token) group by memory_id
    order by sum(1 / (1 + ln(1 + n))) desc, max(seq) desc limit 16)"""
_NEAR = """,
near as (
    select near.* from lived, lateral (
        (select id from memories m where m.timeline_id = lived.timeline_id and m.npc_id = %(npc)s
           and m.seq <= lived.upto order by game_time desc, seq desc limit %(newest)s)
        union
        (select id from memories m where m.timeline_id = lived.timeline_id and m.npc_id = %(npc)s
           and m.seq <= lived.upto and importance >= 0.5
         order by game_time desc, seq desc limit %(newest)s)) near)"""
_ADDED = """(
    select string_agg(later.player_said, ' … ' order by later.seq) from (
        select n.player_said, n.seq from lived, lateral (
            select n.player_said, n.seq from memories n
            where n.timeline_id = lived.timeline_id and n.npc_id = %(npc)s and (n.adds ABOUT)
              and n.seq > m.seq and n.seq <= least(lived.upto, m.seq + %(soon)s)
              and (n.put_right = '' or n.seq = m.seq + 1
                   or position(lower(n.put_right) in lower(m.player_said)) > 0) UNLESS
            order by n.seq limit 2) n
        order by n.seq limit 2) later)"""
"""What the player added to a memory m, two remarks at the most: such as cannot stand alone, go on
about it or put it right, or are about the same."""
_ABOUT = (
    "or case when n.tells_nothing or vector_dims(n.vector) <> vector_dims(m.vector) then false "
    "else 1 - (n.vector <=> m.vector) >= case n.seq when m.seq + 1 then %(next)s "
    "else %(about)s end end"
)
_TELLS_OTHERS = (
    "not exists (select from facts g where g.turn_id = n.turn_id "
    "and g.subject = fact.subject and g.slot = fact.slot)"
)
"""Of a remark on a fact: what it tells of the same slot is a fact of its own, which holds since."""
_SAID = """,
said as (
    select m.id, m.turn_id, m.session_id, m.player_said, m.npc_said, m.text, m.kind, m.importance,
           m.language, m.seq, m.tells_nothing, coalesce(found.matched, '{}') as matched,
           coalesce(found.recalled_at, m.game_time) as recalled_at, SIMILARITY as similarity,
           ADDED as added
    from CANDIDATES join memories m on m.id = memory_id LEFT_FOUND)"""
_LEXICAL_ONLY = (
    _SAID.replace("SIMILARITY", "0").replace("CANDIDATES", "found").replace("LEFT_FOUND", "")
)
_WITH_DENSE = _NEAR + _SAID.replace(
    "SIMILARITY",
    "case when vector_dims(m.vector) = %(dims)s then 1 - (m.vector <=> %(vector)s::vector) "
    "else 0 end",
).replace(
    "CANDIDATES", "(select memory_id from found union select id from near) candidates"
).replace("LEFT_FOUND", "left join found using (memory_id)")
_ASKED = """,
wanted as (
    select s.subject, w.slot
    from unnest(%(subjects)s::text[]) as s (subject), unnest(%(slots)s::text[]) as w (slot)
    union
    select f.subject, w.slot from lived, facts f, unnest(%(slots)s::text[]) as w (slot)
    where f.timeline_id = lived.timeline_id and f.npc_id = %(npc)s and f.seq <= lived.upto
      and f.slot = 'name' and f.subject <> 'player' and lower(f.value) = any(%(names)s)),
told as (
    select fact.*, m.player_said, m.session_id, UNREAD as added from lived, wanted, lateral (
        select id, turn_id, seq, game_time, subject, slot, value, stance, language from facts f
        where f.timeline_id = lived.timeline_id and f.npc_id = %(npc)s
          and f.subject = wanted.subject and f.slot = wanted.slot and f.seq <= lived.upto
        order by seq desc, id desc limit 8) fact
    left join memories m on m.id = fact.turn_id)"""
_READ = """
select (select json_agg(said) from said) as said,
       (select json_object_agg(token, n) from spread) as spread,
       TOLD as told"""
_TOLD = "(select json_agg(told) from told)"

_MOMENT = """
select m.id, m.turn_id, m.session_id, m.player_said, m.npc_said, m.text, m.kind, m.importance,
       m.language, m.seq, m.tells_nothing,
       m.game_time as recalled_at, 0 as similarity, '{}'::text[] as matched
from unnest(%(line)s::text[], %(upto)s::int[]) as lived (timeline_id, upto), lateral (
    select * from memories m
    where m.timeline_id = lived.timeline_id and m.npc_id = %(npc)s and m.seq <= lived.upto
      and m.game_time >= %(since)s and m.game_time < %(until)s and m.kind = 'said'
    order by game_time ORDER, seq ORDER limit 16) m
order by m.game_time, m.seq
"""


class PostgresMemoryBook:
    """The MemoryBook port over Postgres.

    Only this NPC's memories are looked at, and of them what was lived on the scene's own lineage.
    `weights` say how far to trust embeddings in a language: the fusion weights of lore, learnt
    without labels.
    """

    def __init__(
        self, postgres: Postgres, listener: Listener, weights: Mapping[str, float]
    ) -> None:
        self._postgres = postgres
        self._listener = listener
        self._weights = weights

    async def recall(
        self, scene: Scene, utterance: Utterance, vector: Sequence[float], asked: Asked
    ) -> tuple[Recollection, ...]:
        """Return what comes to mind, best first; raises DatabaseUnavailable."""
        tokens = self._listener.tokens(utterance.text, utterance.language)
        if not scene.seq:
            return ()
        if asked.when is not None:
            return tuple(await self._moment(scene, asked))
        wants = bool(asked.subjects or asked.names) and not asked.words
        if not tokens and not asked.of_player and not wants:
            return ()
        weight = self._weights.get(utterance.language, 0.0) if len(vector) else 0.0
        values = _asked(asked) | {
            "tokens": list(dict.fromkeys(tokens)), "newest": NEWEST, "kept": KEPT, "soon": SOON,
        }  # fmt: skip
        if weight:
            values |= {
                "about": ABOUT,
                "next": NEXT,
                "dims": len(vector),
                "vector": vector_literal(vector),
            }
        row = await self._read(scene, _statement(dense=bool(weight), wants=wants), values)
        cue = Cue(tokens, row["spread"] or {}, asked, scene.game_time, weight)
        facts = [_fact(told) for told in row["told"] or ()]
        found = recall_facts(asked, facts, scene.game_time)
        shown = [replace(r, text=known(list(r.facts), utterance.language)) for r in found]
        said = recall(cue, map(_memory, row["said"] or ()), limit=LIMIT)
        return tuple(told_once(shown, said)[: max(LIMIT, len(shown))])

    async def _read(
        self, scene: Scene, parts: Sequence[str], values: dict[str, Any]
    ) -> dict[str, Any]:
        values |= _lived(scene)

        async def read(connection: Connection) -> dict[str, Any]:
            row = await (await connection.execute("".join(parts).encode(), values)).fetchone()
            return row or {}

        return await self._postgres.statement(read)

    async def _moment(self, scene: Scene, asked: Asked) -> list[Recollection]:
        latest = asked.when != "first"
        today = scene.game_time // 24 * 24
        since, until = (today - 24, today) if asked.when == "yesterday" else (0.0, float("inf"))
        query = _MOMENT.replace("ORDER", "desc" if latest else "asc").encode()
        values = _lived(scene) | {"since": since, "until": until}

        async def read(connection: Connection) -> list[DictRow]:
            return await (await connection.execute(query, values)).fetchall()

        moments = [_memory(row) for row in await self._postgres.statement(read)]
        return recall_moment(moments, scene.game_time, latest=latest, limit=3)


def _statement(*, dense: bool, wants: bool) -> tuple[str, ...]:
    """Return the parts of the statement that reads what may come to mind."""
    added = _ADDED.replace("ABOUT", _ABOUT if dense else "")
    unread = added.replace("UNLESS", f"and {_TELLS_OTHERS}")
    said = (_WITH_DENSE if dense else _LEXICAL_ONLY).replace("ADDED", added.replace("UNLESS", ""))
    asked = _ASKED.replace("UNREAD", unread) if wants else ""
    return _LIVED, said, asked, _READ.replace("TOLD", _TOLD if wants else "null")


def _lived(scene: Scene) -> dict[str, Any]:
    return {
        "line": [timeline for timeline, _ in scene.lineage],
        "upto": [upto for _, upto in scene.lineage],
        "npc": scene.npc.id,
    }


def _asked(asked: Asked) -> dict[str, Any]:
    return {
        "subjects": list(asked.subjects),
        "slots": list(asked.slots or SLOTS),
        "names": [name.lower() for name in asked.names],
    }


def _memory(row: Mapping[str, Any]) -> Memory:
    return Memory(
        id=row["id"],
        turn_id=row["turn_id"],
        session_id=row["session_id"],
        player=row["player_said"],
        npc=row["npc_said"],
        text=row["text"],
        kind=row["kind"],
        matched=frozenset(row["matched"]),
        similarity=float(row["similarity"]),
        recalled_at=float(row["recalled_at"]),
        importance=float(row["importance"]),
        seq=row["seq"],
        tells_nothing=row["tells_nothing"],
        added=row.get("added") or "",
    )


def _fact(row: Mapping[str, Any]) -> Fact:
    return Fact(
        id=row["id"],
        told=Told(row["subject"], row["slot"], row["value"], row["stance"]),
        turn_id=row["turn_id"],
        session_id=row["session_id"] or "",
        seq=row["seq"],
        game_time=row["game_time"],
        language=row["language"],
        said=row["player_said"] or "",
        added=row["added"] or "",
    )
