"""Which story events come to an NPC's mind, by what is asked and by when."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from langchain_app.domain.memory.chronicle import How
from langchain_app.domain.memory.memory import Recollection, coverage
from langchain_app.domain.memory.rumour import believed

HALF_LIFE_H = 72.0
"""Game hours after which an event's recency has halved."""
FLOOR = 0.3
"""What is less relevant does not come to mind, as with memories."""
WHOLE_WINDOW = 0.5
"""The relevance of what happened at a time that is asked about, where nothing else is named; asked
openly, that is the whole question."""
SAME_TIME = 0.35
"""The same, where the question has words besides that are not the event's."""
ONE_WORD = 0.8
"""What one word in common counts: of a lantern that was stolen one may ask the price, too."""


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """An event as one NPC knows of it; `told_by` names the chain as the NPC would, nearest first."""

    text: str
    game_time: float
    importance: float
    tokens: frozenset[str]
    similarity: float = 0.0
    how: How | None = None
    told_by: tuple[str, ...] = ()
    credibility: float = 1.0
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class EventQuestion:
    """What is asked: `topic` holds the content tokens that neither name a time nor ask for news.

    `at_that_time`: the events are those of the time that was asked about. `openly`: it is asked what
    happened, whatever it was. `names` are the tokens by which the world's places and people go.
    """

    topic: tuple[str, ...]
    at_that_time: bool = False
    openly: bool = False
    names: frozenset[str] = frozenset()


def rated(
    events: Iterable[KnownEvent], asked: EventQuestion, *, now: float, dense_weight: float
) -> list[tuple[float, float, KnownEvent]]:
    """Return (score, relevance, event) of what is relevant enough, best first.

    Scored as memories are (domain/memory/memory.py), with recency in game hours.
    """
    found = []
    for event in events:
        relevance = _relevance(event, asked, dense_weight)
        if relevance >= FLOOR:
            recency = math.exp2(-max(0.0, now - event.game_time) / HALF_LIFE_H)
            score = relevance + 0.15 * recency + 0.15 * event.importance
            found.append((score, relevance, event))
    return sorted(found, key=lambda entry: (-entry[0], -entry[2].game_time, entry[2].text))


def come_to_mind(
    events: Iterable[KnownEvent],
    asked: EventQuestion,
    *,
    now: float,
    dense_weight: float,
    limit: int,
) -> tuple[Recollection, ...]:
    """Return the events that a question brings to mind, best first."""
    best = rated(events, asked, now=now, dense_weight=dense_weight)[:limit]
    return tuple(_recollection(event, score, relevance, now) for score, relevance, event in best)


def just_happened(events: Iterable[KnownEvent], now: float) -> tuple[Recollection, ...]:
    """Return events that come to mind because they have only now happened, in the order given."""
    return tuple(replace(_recollection(event, 0.0, 0.0, now), just=True) for event in events)


def with_just(
    just: Sequence[Recollection], found: Sequence[Recollection]
) -> tuple[Recollection, ...]:
    """Return what has just happened first, each event once, and then the rest as it stands."""
    recalled = {memory.text: memory for memory in found if memory.kind == "event"}
    first = [replace(recalled.get(memory.text, memory), just=True) for memory in just]
    said = {memory.text for memory in first}
    return (*first, *(m for m in found if m.kind != "event" or m.text not in said))


def _relevance(event: KnownEvent, asked: EventQuestion, dense_weight: float) -> float:
    if not asked.topic:
        whole = 1.0 if asked.openly else WHOLE_WINDOW
        return whole if asked.at_that_time else 0.0
    covered = coverage(asked.topic, event.tokens, {})
    if len(asked.topic) == 1 and not asked.openly:
        covered *= ONE_WORD
    dense = (1 - dense_weight) * covered + dense_weight * max(0.0, event.similarity)
    elsewhere = asked.names.intersection(asked.topic) - event.tokens
    # "At the fair" may be the game's word for its market; "at the forge" is another place.
    by_time = SAME_TIME if asked.at_that_time and asked.openly and not elsewhere else 0.0
    return max(covered, dense, by_time)


def _recollection(event: KnownEvent, score: float, relevance: float, now: float) -> Recollection:
    hops = len(event.told_by)
    return Recollection(
        turn_id="",
        session_id="",
        player="",
        npc="",
        score=score,
        relevance=relevance,
        kind="rumour" if hops else "event",
        text=event.text,
        told_by=event.told_by,
        how=event.how,
        credibility=believed(event.credibility, now - event.since, hops),
    )


def merged(*sources: Sequence[Recollection]) -> tuple[Recollection, ...]:
    """Return recollections of several kinds, best first; each kind keeps its own order."""
    queues = [deque(source) for source in sources if source]
    found: list[Recollection] = []
    while queues:
        best = max(queues, key=lambda queue: queue[0].score)
        found.append(best.popleft())
        queues = [queue for queue in queues if queue]
    return tuple(found)
