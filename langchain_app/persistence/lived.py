"""A timeline as its player lived it: the turns of its whole lineage, with their reasons."""

from __future__ import annotations

from typing import Any

from langchain_app.domain.errors import UnknownSession
from langchain_app.domain.story.saves import LivedTimeline, LivedTurn
from langchain_app.persistence.postgres import Connection

SAVES_A_TURN = 20
"""So many of the saves made after one turn are shown."""

_LIVED = """
select t.id as timeline_id, t.player_id, t.seq, t.game_time, t.flags, t.items, t.relationships,
       t.deeds, t.game,
       t.parent_id, t.forked_at, coalesce(page.turns, '[]') as turns
from sessions s join timelines t on t.id = s.timeline_id, lateral (
    select json_agg(json_build_object(
        'turn', u.seq, 'turn_id', u.id, 'timeline_id', u.timeline_id, 'session_id', u.session_id,
        'npc_id', u.npc_id, 'message', u.message, 'reply', u.reply, 'game_time', u.game_time,
        'changes', (
            select coalesce(json_agg(json_build_object(
                'kind', g.kind, 'name', g.name, 'amount', g.amount, 'source', g.source,
                'reason', g.reason, 'evidence', g.evidence) order by g.id), '[]')
            from ledger g where g.turn_id = u.id),
        'saves', (
            select coalesce(json_agg(json_build_object('save_id', v.id, 'name', v.name)), '[]')
            from (select v.id, v.name from saves v join timelines at on at.id = v.timeline_id
                  where v.seq = u.seq and at.world_id = t.world_id and at.player_id = t.player_id
                    and exists (select from unnest(at.line, at.upto) as l (id, upto)
                                where l.id = u.timeline_id and u.seq <= l.upto)
                  order by v.created_at desc, v.id limit %(saves)s) v)
        ) order by u.seq) as turns
    from (select turns.* from unnest(t.line, t.upto) as l (id, upto)
          join turns on turns.timeline_id = l.id and turns.seq <= l.upto
          where %(before)s::int is null or turns.seq < %(before)s
          order by turns.seq desc limit %(limit)s) u) page
where s.id = %(session)s and t.world_id = %(world)s
"""


async def read_lived(connection: Connection, values: dict[str, Any]) -> LivedTimeline:
    """Return the last `limit` turns before turn `before` of a session's story, in one look."""
    asked = values | {"saves": SAVES_A_TURN}
    row = await (await connection.execute(_LIVED, asked)).fetchone()
    if row is None:
        raise UnknownSession(values["session"])
    turns = [LivedTurn(**turn) for turn in row["turns"]]
    parent = row["parent_id"]
    return LivedTimeline(
        session_id=values["session"],
        timeline_id=row["timeline_id"],
        player_id=row["player_id"],
        forked_from={"timeline_id": parent, "turn": row["forked_at"]} if parent else None,
        turn=row["seq"],
        game_time=row["game_time"],
        state={name: row[name] for name in ("flags", "items", "relationships", "deeds", "game")},
        turns=turns,
        before=turns[0].turn if turns and turns[0].turn > 1 else None,
    )
