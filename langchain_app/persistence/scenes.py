"""Where a turn is played, read in one look: the statement, and the scene that its row tells of."""

from __future__ import annotations

from typing import Any

from psycopg.rows import DictRow

from langchain_app.domain.people.npc import Npc
from langchain_app.domain.people.relationship import Axes, Relationship, faded
from langchain_app.domain.safety.guardrails import neutralise
from langchain_app.domain.story.ledger import LedgerEntry
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.turn import UNHEARD, UNHEARD_WORDS, Exchange, Scene
from langchain_app.domain.world import World

RECENT = 6
"""How many exchanges of this session with this NPC a scene shows."""

_SCENE = """
select s.id as session_id, s.npc_id, t.id as timeline_id, t.player_id, t.seq, t.flags, t.items,
       t.relationships, t.felt, t.deeds, t.game, t.game_time, t.line, t.upto, null as heard,
       exists (select from unnest(t.line, t.upto) as lived (id, last)
               join hearsay h on h.timeline_id = lived.id and h.seq <= lived.last
               where h.npc_id = coalesce(%(npc)s::text, s.npc_id, %(default_npc)s::text)) as eventful,
       coalesce((select json_agg(r order by r.seq) from (
           select turn.*
           from unnest(s.earlier || s.id, s.earlier_upto || 2147483647) as sat (session_id, upto),
           lateral (
               select seq, npc_id, message, reply, sources,
                      answer->'model_info'->>'deflected' as deflected,
                      answer->'story'->>'asks_back' as asked_back,
                      answer->'story'->'understood'->>'mode' as mode from turns
               where session_id = sat.session_id and seq <= sat.upto
                 and npc_id = coalesce(%(npc)s::text, s.npc_id, %(default_npc)s::text)
               order by seq desc limit %(recent)s) turn
           order by turn.seq desc limit %(recent)s) r), '[]') as recent
from sessions s join timelines t on t.id = s.timeline_id
where s.id = %(session)s and t.world_id = %(world)s
"""
SCENE_WITH_TOLD = _SCENE.replace(
    "as recent",
    """as recent,
       coalesce((select json_agg(json_build_array(seq - 1, sources) order by seq)
           from unnest(t.line, t.upto) as past (line_id, last)
           join turns on turns.timeline_id = past.line_id and turns.seq <= past.last
           where npc_id = coalesce(%(npc)s::text, s.npc_id, %(default_npc)s::text)
             and sources ?| %(timed)s::text[]), '[]') as told""",
)
"""Read where a lorebook has timed entries: what is told now depends on when it was told before."""
_HEARD = """(
           select json_agg(distinct e.kind)
           from unnest(t.line, t.upto) as lived (line_id, last)
           join hearsay h on h.timeline_id = lived.line_id and h.seq <= lived.last
           join story_events e on e.timeline_id = h.timeline_id and e.id = h.event_id
           where h.npc_id = coalesce(%(npc)s::text, s.npc_id, %(default_npc)s::text)
             and h.since <= greatest(t.game_time, %(now)s) and e.trusted
             and e.kind = any(%(awaited)s::text[])) as heard"""
"""Read where a gate asks for an event: the kinds that this NPC knows of, by a game server's word."""


def scene_statement(world: World) -> str:
    """Return the statement that reads a scene of this world, and no more than the world asks for."""
    statement = SCENE_WITH_TOLD if world.timed_entries else _SCENE
    return statement.replace("null as heard", _HEARD) if world.awaited else statement


def state_of(row: DictRow, npc: Npc, axes: Axes, clock: float) -> dict[str, Any]:
    """Return what of a scene changes with every turn: story, feelings, and how those faded."""
    story = StoryState(
        flags=frozenset(row["flags"]),
        items=frozenset(row["items"]),
        deeds=frozenset(row["deeds"]),
        game=row["game"],
    )
    stored = row["relationships"].get(npc.id)
    felt = Relationship(stored) if stored else npc.initial
    apart = clock - row["felt"].get(npc.id, clock)
    now = faded(felt, apart, axes)
    fading = tuple(
        LedgerEntry("axis", axis, moved, "decay", f"{apart:.0f} hours without a word")
        for axis in sorted(axes)
        if (moved := round(now[axis] - felt[axis], 4))
    )
    return {"story": story, "relationship": now, "beforehand": fading}


def _heard(turn: dict[str, Any]) -> str:
    """Return what a prompt may show of an earlier turn's words; of an exploit's, nothing."""
    if turn["deflected"] in UNHEARD:
        return UNHEARD_WORDS
    return neutralise(turn["message"]).text


def scene_of(row: DictRow, npc: Npc, world: World, game_time: float) -> Scene:
    """Return the scene that a row of `SCENE_WITH_TOLD` tells of."""
    axes, clock = world.manifest.axes, max(row["game_time"], game_time)
    return Scene(
        npc=npc,
        player_id=row["player_id"],
        session_id=row["session_id"],
        timeline_id=row["timeline_id"],
        seq=row["seq"],
        **state_of(row, npc, axes, clock),
        axes=axes,
        heard=frozenset(row["heard"] or ()),
        recent=tuple(
            # The raw message is kept for repeats; what a prompt may show of it is what was heard.
            Exchange(
                _heard(turn),
                turn["reply"],
                tuple(turn["sources"]),
                turn["asked_back"],
                turn["mode"] or "meant",
            )
            for turn in row["recent"]
            if turn["npc_id"] == npc.id
        ),
        told=tuple((turn, tuple(sources)) for turn, sources in row.get("told", ())),
        game_time=clock,
        lineage=tuple(zip(row["line"], row["upto"], strict=True)),
        eventful=row["eventful"],
        world_version=world.version,
    )
