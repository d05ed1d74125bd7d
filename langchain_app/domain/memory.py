"""What an NPC remembers of a player, and which of it comes to mind."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

HALF_LIFE_TURNS = 40.0
"""After so many turns a memory's recency has halved."""


MATTERS = 0.5
"""A memory of this importance and more is kept where chatter would push it out."""

Kind = Literal["said", "fact", "reflection", "event", "rumour"]
"""What a recollection is: an exchange, a fact out of one, a thought about many; a story event, and
what others tell of one.
"""


@dataclass(frozen=True, slots=True)
class Memory:
    """One exchange as the NPC remembers it. `age` counts the timeline's turns since."""

    turn_id: str
    session_id: str
    player: str
    npc: str
    tokens: frozenset[str]
    similarity: float
    age: int
    importance: float
    rarity: float
    """Share, from 0 to 1, of the query's weight that this memory's words cover."""


@dataclass(frozen=True, slots=True)
class Recollection:
    """A memory that came to mind, and why.

    `player` and `npc` are the words of a memory that was said; of the other kinds they are empty.
    """

    turn_id: str
    session_id: str
    player: str
    npc: str
    score: float
    relevance: float
    kind: Kind = "said"
    text: str = ""
    """What is known, in one sentence that a prompt can show."""
    told_by: tuple[str, ...] = ()
    """The chain of those it came through, the nearest first; empty for own experience."""
    how: Literal["saw", "heard", "took part"] | None = None
    """How the NPC noticed a story event; None for hearsay and for what everybody knows."""
    credibility: float = 1.0
    """How far the NPC believes it, from 0 to 1: hearsay fades."""


def recall(
    memories: Iterable[Memory], *, dense_weight: float, limit: int, floor: float = 0.3
) -> tuple[Recollection, ...]:
    """Return the memories that the utterance brings to mind, best first.

    Score = relevance + 0.15 recency + 0.15 importance. Generative Agents (Park et al. 2023) add the
    three with equal weights after scaling each to 0..1 over the candidates; with few candidates that
    lets the newest win whatever was asked, hence the smaller weights. What is less relevant than
    `floor` does not come to mind at all.
    """
    found = []
    for memory in memories:
        dense = max(0.0, memory.similarity)
        relevance = (1 - dense_weight) * memory.rarity + dense_weight * dense
        if relevance < floor:
            continue
        recency = math.exp2(-memory.age / HALF_LIFE_TURNS)
        score = relevance + 0.15 * recency + 0.15 * memory.importance
        found.append(
            Recollection(
                memory.turn_id,
                memory.session_id,
                memory.player,
                memory.npc,
                score,
                relevance,
                text=f"“{memory.player}” → “{memory.npc}”",
            )
        )
    return tuple(sorted(found, key=lambda r: -r.score)[:limit])


def importance(*, settled: bool, act: str, length: int) -> float:
    """Rate how much an exchange matters, from 0 to 1: what moved the story most, chatter least."""
    if settled:
        return 0.9
    if act == "question":
        return 0.5
    return 0.2 + min(0.2, length / 400)


def coverage(query: Sequence[str], memory: frozenset[str], weights: dict[str, float]) -> float:
    """Return the share of the query's token weight that the memory covers, from 0 to 1."""
    total = sum(weights.get(token, 1.0) for token in set(query))
    if not total:
        return 0.0
    return sum(weights.get(token, 1.0) for token in set(query) if token in memory) / total
