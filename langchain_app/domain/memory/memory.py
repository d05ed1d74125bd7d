"""What an NPC remembers of a player, and which of it comes to mind."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from langchain_app.domain.memory.facts import SINGLE, Asked, Fact, Slot, same_value, with_validity
from langchain_app.domain.people.npc import TAKEN_UP

HOURLY = 0.995
"""What is left of a memory's recency after an hour of the game (Park et al. 2023)."""
RECENCY, IMPORTANCE = 0.15, 0.15
"""Weights beside relevance. Generative Agents weigh the three alike after scaling each to 0..1 over
the candidates; with few candidates that lets the newest win whatever was asked. Tuned on the
development half of bench_memory.
"""
FLOOR = 0.3
"""What is less relevant does not come to mind."""
TOLD, WORDS = 0.35, 0.3
"""Where the question asks for something told: the floor of the similarity, the question's words that
were said being worth WORDS. Measured on the development half of bench_play: of what was told it
finds 88% (English) and 86% (Korean), of what was not, among four other remarks, 8 and 5%.
"""
SURELY_TOLD = 0.22
"""The same where the question can be about nothing but the player. Beside a remark that tells of
something else it stands above .2 for one in ten."""
ABSTAIN = 0.6
"""The same floor where no embeddings know the language: one word in common misleads."""
MATTERS = 0.5
"""A memory of this importance and more is kept where chatter would push it out."""

Kind = Literal["said", "fact", "reflection", "event", "rumour"]
"""What a recollection is: an exchange, a fact out of one, a thought about many; a story event, and
what others tell of one.
"""
HAPPENED: tuple[Kind, ...] = ("event", "rumour")
"""The kinds that the chronicle brings to mind; the others are the memory book's."""


@dataclass(frozen=True, slots=True)
class Memory:
    """An exchange, or a reflection upon many, as the NPC remembers it.

    `matched` are the words of the question that are in it, `recalled_at` the game's clock when it was
    told or last came to mind.
    """

    id: str
    turn_id: str
    session_id: str
    player: str
    npc: str
    text: str
    kind: Kind
    matched: frozenset[str]
    similarity: float
    recalled_at: float
    importance: float
    seq: int = 0
    tells_nothing: bool = False
    """Whether it told nothing: a question, or what was played, supposed, quoted, said in jest."""
    added: str = ""
    """What the player said about it soon after: often it puts something right."""


@dataclass(frozen=True, slots=True)
class Cue:
    """What brings memories to mind. `spread` counts the memories that each token is in."""

    tokens: Sequence[str]
    spread: Mapping[str, int]
    asked: Asked
    now: float
    dense_weight: float


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
    memory_id: str = ""
    facts: tuple[Fact, ...] = field(default=())
    """Of the kind "fact": the facts of one slot, all holding or all over."""
    renewed: bool = False
    """Whether something else held before."""
    how: Literal["saw", "heard", "took part"] | None = None
    """How the NPC noticed a story event; None for hearsay and for what everybody knows."""
    credibility: float = 1.0
    """How far the NPC believes it, from 0 to 1: hearsay fades."""
    seq: int = 0
    added: str = ""
    """What the player said about it soon after."""
    just: bool = False
    """Whether it happened since the last turn: it comes to mind whatever is said."""


def recall(cue: Cue, memories: Iterable[Memory], *, limit: int) -> list[Recollection]:
    """Return the exchanges and reflections that come to mind, best first.

    Score = relevance + RECENCY * recency + IMPORTANCE * importance.
    """
    wants_told = cue.asked.of_player
    found = []
    for memory in memories:
        covered = coverage(cue.tokens, memory.matched, cue.spread)
        dense = max(0.0, memory.similarity)
        relevance, floor = (1 - cue.dense_weight) * covered + cue.dense_weight * dense, FLOOR
        if wants_told and memory.tells_nothing:
            continue
        if wants_told and cue.dense_weight:
            relevance = dense + WORDS * covered
            floor = SURELY_TOLD if cue.asked.sure else TOLD
        elif wants_told:
            floor = ABSTAIN if len(memory.matched) > 1 or covered == 1 else math.inf
        if relevance >= floor:
            found.append(_recollection(memory, relevance, cue.now))
    return sorted(found, key=lambda r: -r.score)[:limit]


def told_once(facts: Sequence[Recollection], said: Sequence[Recollection]) -> list[Recollection]:
    """Return facts, then exchanges; one that a fact came out of says nothing new."""
    turns = {fact.turn_id for recollection in facts for fact in recollection.facts}
    return [*facts, *(r for r in said if r.turn_id not in turns)]


def recall_moment(
    moments: Sequence[Memory], now: float, *, latest: bool, limit: int
) -> list[Recollection]:
    """Return what was said at a moment that the question names, what mattered first."""
    ordered = list(reversed(moments)) if latest else list(moments)
    ordered.sort(key=lambda memory: memory.importance < MATTERS)
    best = [_recollection(memory, 1.0, now) for memory in ordered[:limit]]
    return sorted(best, key=lambda r: best.index(r))


def recall_facts(asked: Asked, facts: Iterable[Fact], now: float) -> list[Recollection]:
    """Return the facts that answer, one recollection a slot: what holds first, then what is over.

    A question for what was before turns the order round, and is not answered by the one value of a
    slot that ever held. What was told twice did not change; a name that was denied was never theirs.
    """
    valid = _distinct(with_validity(facts), before=asked.before)
    found = []
    for current in (False, True) if asked.before else (True, False):
        relevance = 1.0 if current != asked.before else 0.9
        chosen = [fact for fact in valid if fact.current is current]
        chosen.sort(key=lambda f: (*_topic(f), -f.seq, -f.id))
        for key, group in groupby(chosen, key=_topic):
            same = list(group)
            shown = same[:1] if key[1] in SINGLE or not current else same[:3]
            others = any(_topic(f) == key and not f.current for f in valid)
            found.append(_of_facts(shown, relevance, now, renewed=others and key[1] in SINGLE))
    return found


def _distinct(valid: Sequence[Fact], *, before: bool) -> list[Fact]:
    holding = defaultdict(list)
    for fact in valid:
        if fact.current:
            holding[_topic(fact)].append(fact.told.value)
    denied = {_topic(f) for f in valid if f.told.slot == "name" and not holding[_topic(f)]}
    over = [
        fact
        for fact in valid
        if not fact.current
        and _topic(fact) not in denied
        and not any(same_value(fact.told.value, value) for value in holding[_topic(fact)])
    ]
    had = {_topic(fact) for fact in over}
    answers = {topic for topic in holding if not before or topic[1] not in SINGLE or topic in had}
    return [f for f in valid if f in over or (f.current and _topic(f) in answers)]


def _topic(fact: Fact) -> tuple[str, Slot]:
    return fact.told.subject, fact.told.slot


def _of_facts(facts: list[Fact], relevance: float, now: float, *, renewed: bool) -> Recollection:
    newest = facts[0]
    score = relevance + RECENCY * recency(newest.game_time, now) + IMPORTANCE * 0.7
    return Recollection(
        newest.turn_id, newest.session_id, newest.said, "", score, relevance,
        kind="fact", facts=tuple(facts), renewed=renewed, seq=newest.seq, added=newest.added,
    )  # fmt: skip


def _recollection(memory: Memory, relevance: float, now: float) -> Recollection:
    fresh = recency(memory.recalled_at, now)
    score = relevance + RECENCY * fresh + IMPORTANCE * memory.importance
    return Recollection(
        memory.turn_id,
        memory.session_id,
        memory.player,
        memory.npc,
        score,
        relevance,
        kind=memory.kind,
        text=memory.text or _exchange(memory),
        memory_id=memory.id,
        seq=memory.seq,
        added=memory.added,
    )


def _exchange(memory: Memory) -> str:
    added = f" … “{memory.added}”" if memory.added else ""
    return f"“{memory.player}”{added} → “{memory.npc}”"


def recency(then: float, now: float) -> float:
    """Return what is left of 1 after the game's hours between."""
    return math.pow(HOURLY, max(0.0, now - then))


REMARKS = ("small_talk", *TAKEN_UP)
"""Manners in which something is told or remarked on."""


def importance(*, moved: bool, facts: int, act: str, feeling: float, words: int) -> float:
    """Rate how much an exchange matters, from 0 to 1.

    What moved the story matters most, then what players tell of themselves, strong feelings,
    questions; chatter least. `feeling` is the sentiment's compound, `words` counts those that carry
    meaning: who says much in one breath is telling something.
    """
    if moved:
        return 0.9
    if facts:
        return min(0.8, 0.65 + 0.05 * facts)
    if act == "question":
        return 0.4
    if act in REMARKS and abs(feeling) >= 0.6:
        return 0.5
    if act in REMARKS:
        return min(0.55, 0.1 + 0.08 * words)
    return 0.1


def coverage(query: Sequence[str], known: frozenset[str], spread: Mapping[str, int]) -> float:
    """Return the share of the question's weight that a memory covers, from 0 to 1.

    A word weighs less the more memories it is in; most weighs one that was never said.
    """
    weights = {token: 1 / (1 + math.log1p(spread.get(token, 0))) for token in query}
    total = sum(weights.values())
    return sum(weights[token] for token in weights if token in known) / total if total else 0.0
