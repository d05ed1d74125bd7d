"""How word of an event gets about.

Who noticed an event tells one acquaintance every few hours, in the order in which the author wrote
the acquaintances down; so do those who were told. The whole way of a rumour follows from the event
and the world alone, so it is worked out once, when the event comes in: who has heard of it by now is
then a comparison with the clock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from langchain_app.domain.memory.chronicle import How, Society, StoryEvent

HOP_H = 4.0
"""Game hours that a telling takes."""
HOP_FADE = 0.7
"""What a telling leaves of a story's credibility: after three, a third."""
HALF_LIFE_H = 168.0
"""Game hours after which what one was told is half as credible."""
FLOOR = 0.3
"""What is less credible is not passed on."""
TOLD_FROM = 0.3
"""The importance from which an event is worth telling."""
MAX_HOPS = 4
STEPS = 12
"""After so many tellings a story is old: two days."""
STEP_LIMIT = 8
"""New hearings a step; with STEPS, the most that one event ever costs beyond its witnesses."""
LIKELY = 0.6
DOUBTFUL = 0.35
"""Credibility from which hearsay is likely, and below which it is doubtful; told once, it has 0.7."""
_OWN: dict[How, float] = {"took part": 1.0, "saw": 1.0, "heard": 0.8}


@dataclass(frozen=True, slots=True)
class Hearsay:
    """That one NPC knows of one event: noticed, or told by others (`told_by`, the nearest first).

    `credibility` is from 0 to 1, at `since`, the game time from which on the NPC knows.
    """

    npc_id: str
    since: float
    credibility: float
    how: How | None = None
    told_by: tuple[str, ...] = ()

    @property
    def hops(self) -> int:
        """How many mouths it went through; 0 for own experience."""
        return len(self.told_by)


@dataclass(frozen=True, slots=True)
class ChronicleEntry:
    """An event with everybody who ever knows of it, and what it is found by."""

    event: StoryEvent
    hearings: tuple[Hearsay, ...] = ()
    tokens: tuple[str, ...] = ()
    vector: tuple[float, ...] = ()
    digest: str = ""
    """Of the report, to know a repeat by."""


def believed(credibility: float, hours: float, hops: int) -> float:
    """Return what `hours` leave of a story's credibility; own experience does not fade."""
    return credibility * math.exp2(-max(0.0, hours) / HALF_LIFE_H) if hops else credibility


def doubt(credibility: float) -> int:
    """Return how doubtful hearsay is: 0 likely, 1 uncertain, 2 very doubtful."""
    return (credibility < LIKELY) + (credibility < DOUBTFUL)


def spread(event: StoryEvent, society: Society) -> tuple[Hearsay, ...]:
    """Return everybody who ever knows of the event, from when on, and through whom.

    Each NPC hears of it once: of two who would tell it in the same step, from the more credible one.
    At most STEPS * STEP_LIMIT NPCs hear of it beyond its witnesses. The same event in the same
    society spreads the same.
    """
    known = {
        witness.npc_id: Hearsay(witness.npc_id, event.game_time, _OWN[witness.how], witness.how)
        for witness in event.witnesses
    }
    if event.secret or event.importance < TOLD_FROM:
        return tuple(known.values())
    for step in range(1, STEPS + 1):
        told = _told(known, event, society, event.game_time + step * HOP_H)
        if not told:
            break
        known |= told
    return tuple(known.values())


def _told(
    known: dict[str, Hearsay], event: StoryEvent, society: Society, at: float
) -> dict[str, Hearsay]:
    """Return who is told in one step: each teller tells the next acquaintance who does not know."""
    best: dict[str, Hearsay] = {}
    for teller in known.values():
        credibility = HOP_FADE * believed(teller.credibility, at - teller.since, teller.hops)
        if teller.hops >= MAX_HOPS or credibility < FLOOR:
            continue
        hearer = next(
            (
                other
                for other in society.acquaintances.get(teller.npc_id, ())
                if other not in known and society.admits(event.gate, other)
            ),
            None,
        )
        if hearer is None:
            continue
        chain = (teller.npc_id, *teller.told_by)
        heard = Hearsay(hearer, at, credibility, None, chain)
        best[hearer] = min(best.get(hearer, heard), heard, key=_rank)
    first = sorted(best.values(), key=_rank)[:STEP_LIMIT]
    return {heard.npc_id: heard for heard in first}


def _rank(heard: Hearsay) -> tuple[float, int, str, tuple[str, ...]]:
    return (-heard.credibility, heard.hops, heard.npc_id, heard.told_by)
