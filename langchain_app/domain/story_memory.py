"""Which story events come to an NPC's mind, by what is asked and by when."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from langchain_app.domain.chronicle import How
from langchain_app.domain.memory import Recollection, coverage
from langchain_app.domain.rumour import believed

HALF_LIFE_H = 72.0
"""Game hours after which an event's recency has halved."""
FLOOR = 0.3
"""What is less relevant does not come to mind, as with memories."""
WHOLE_WINDOW = 0.5
"""The relevance of whatever happened at the time that was asked about, where nothing else was."""


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


def come_to_mind(
    events: Iterable[KnownEvent],
    topic: Sequence[str],
    *,
    now: float,
    at_that_time: bool,
    dense_weight: float,
    limit: int,
) -> tuple[Recollection, ...]:
    """Return the events that a question brings to mind, best first.

    `topic` holds the question's content tokens without those that name a time; `at_that_time` says
    that the events are those of the time asked about. Scored as memories are (domain/memory.py), with
    recency in game hours.
    """
    weights = {token: min(3.0, len(token.encode()) / 3) for token in topic}
    found = []
    for event in events:
        relevance = _relevance(event, topic, weights, at_that_time, dense_weight)
        if relevance < FLOOR:
            continue
        recency = math.exp2(-max(0.0, now - event.game_time) / HALF_LIFE_H)
        score = relevance + 0.15 * recency + 0.15 * event.importance
        found.append((score, event, _recollection(event, score, relevance, now)))
    found.sort(key=lambda entry: (-entry[0], -entry[1].game_time, entry[1].text))
    return tuple(recollection for _, _, recollection in found[:limit])


def _relevance(
    event: KnownEvent,
    topic: Sequence[str],
    weights: Mapping[str, float],
    at_that_time: bool,
    dense_weight: float,
) -> float:
    if not topic:
        return WHOLE_WINDOW if at_that_time else 0.0
    covered = coverage(topic, event.tokens, dict(weights))
    return max(covered, (1 - dense_weight) * covered + dense_weight * max(0.0, event.similarity))


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


def merged(*sources: Sequence[Recollection], limit: int) -> tuple[Recollection, ...]:
    """Return the best of several kinds of recollections, best first."""
    found = [recollection for source in sources for recollection in source]
    return tuple(sorted(found, key=lambda r: -r.score)[:limit])
