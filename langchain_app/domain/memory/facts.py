"""Facts that a player told an NPC, how long they hold, and what a question asks of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, get_args

from langchain_app.domain.text import Language

Slot = Literal[
    "name", "home", "origin", "job", "age", "likes", "dislikes", "fear", "owns", "goal",
    "promise", "family", "pet", "about",
]  # fmt: skip
SLOTS: tuple[Slot, ...] = get_args(Slot)
SINGLE: frozenset[Slot] = frozenset({"name", "home", "origin", "job", "age"})
"""Slots of which one value holds at a time; the others gather values until one is said to end."""

Stance = Literal["holds", "past", "ends"]
When = Literal["first", "last", "yesterday"]

PLAYER = "player"
"""The subject of what players tell of themselves; others are named by what they are to them."""

_WORD = re.compile(r"\w+")
_EMPTY = frozenset("a an the my our your his her their some one two of at in on to by".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Told:
    """One fact out of an utterance. `past` was never current; `ends` closes what held before."""

    subject: str
    slot: Slot
    value: str
    stance: Stance = "holds"


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as an NPC keeps it: from which turn, and until which turn it held (None: it holds)."""

    id: int
    told: Told
    turn_id: str
    session_id: str
    seq: int
    game_time: float
    language: Language
    said: str = ""
    """The player's own words."""
    valid_to: int | None = None
    added: str = ""
    """What they said about it soon after, of which no fact was read."""

    @property
    def current(self) -> bool:
        """Whether it holds now."""
        return self.valid_to is None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question wants to be reminded of.

    `subjects` are those it names by kind (player, brother); `names`, words that may be somebody's
    name. `before` asks for what held earlier, `when` for a moment of the talks.
    """

    slots: tuple[Slot, ...] = ()
    subjects: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    before: bool = False
    when: When | None = None
    words: bool = False
    """Whether it asks for something told that is no such fact: the words themselves answer."""
    sure: bool = False
    """Whether it is all but certain that it is about the player: nothing else can answer it."""

    @property
    def of_player(self) -> bool:
        """Whether it asks for something that only the player can have told."""
        return bool(self.subjects and self.slots) or self.words or self.when is not None

    @property
    def of_memory(self) -> bool:
        """Whether nothing but memory can answer it: what is in no slot may be a question about the
        world after all, unless it is sure."""
        return self.of_player and (self.sure or not self.words)


def with_validity(facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts in order of telling, each with the turn at which it ceased to hold.

    In a single-valued slot the next value ends the one before; elsewhere saying the same again
    renews it, and saying its contrary ends it. What is told as past never holds. Facts of one
    slot never overlap, because each is closed by the next in order of (seq, id).
    """
    groups: dict[tuple[str, Slot], list[Fact]] = defaultdict(list)
    for fact in sorted(facts, key=lambda f: (f.seq, f.id)):
        groups[fact.told.subject, fact.told.slot].append(fact)
    kept = [fact for (_, slot), group in groups.items() for fact in _closed(group, slot in SINGLE)]
    return sorted(kept, key=lambda f: (f.seq, f.id))


def _closed(group: list[Fact], single: bool) -> list[Fact]:
    kept: list[Fact] = []
    for fact in group:
        stance = fact.told.stance
        for at, earlier in enumerate(kept):
            alike = same_thing(earlier.told.value, fact.told.value)
            if earlier.current and (alike or (single and stance == "holds")):
                kept[at] = replace(earlier, valid_to=fact.seq)
        if stance != "ends":
            kept.append(fact if stance == "holds" else replace(fact, valid_to=fact.seq))
    return kept


def same_thing(one: str, other: str) -> bool:
    """Tell whether two values name the same thing: the words of one are among the other's."""
    mine, theirs = _words(one), _words(other)
    return bool(mine and theirs) and (mine <= theirs or theirs <= mine)


def same_value(one: str, other: str) -> bool:
    """Tell whether two values are the same but for articles and prepositions: it was told twice."""
    return one.lower() == other.lower() or (bool(_words(one)) and _words(one) == _words(other))


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower())) - _EMPTY
