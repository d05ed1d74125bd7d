"""Which entries of a lorebook are told this turn, and why. The same input tells the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from langchain_app.domain.lore.inclusion import one_of_each_group
from langchain_app.domain.lore.lorebook import Entry, Heard, Lorebook
from langchain_app.domain.lore.macros import Cast, draw, expand
from langchain_app.domain.safety.guardrails import neutralise
from langchain_app.domain.safety.patterns import Fuel
from langchain_app.domain.text import tokens_in

MAX_PASSES = 10
"""How often the told entries are searched for further keys."""

Timed = Mapping[str, int]
"""Key of an entry -> number of messages there were when it last began to be told."""


@dataclass(frozen=True)
class Scan:
    """What is looked through: the messages, newest last and the player's own words at the end.

    `turn` counts the turns settled before this one; each was two messages.
    """

    messages: Sequence[str]
    turn: int
    cast: Cast
    fuel: Fuel = field(default_factory=Fuel)

    @property
    def count(self) -> int:
        """How many messages there are, the player's new one among them."""
        return 2 * self.turn + 1

    @cached_property
    def spoken(self) -> Heard:
        """The player's own words."""
        return Heard(self.messages[-1] if self.messages else "")


@dataclass(frozen=True, slots=True)
class Told:
    """An entry that is told: its content with the macros expanded, the reason, the cost.

    `spoken` says that a key stands in the player's own words, not only in what was said before.
    """

    book: Lorebook
    entry: Entry
    text: str
    why: str
    tokens: int
    spoken: bool = False
    sticky: bool = False
    hits: int = 0

    @property
    def key(self) -> str:
        """The entry's id among those of all books."""
        return self.book.key_of(self.entry)

    @property
    def rank(self) -> tuple[bool, bool, float, bool, float]:
        """What is kept before what, when there is no room: the greater."""
        entry = self.entry
        return (
            not entry.decorators.ignore_on_max_context,
            entry.constant,
            entry.order if entry.priority is None else entry.priority,
            self.spoken,
            entry.order,
        )


def activate(
    book: Lorebook, scan: Scan, timed: Timed, budget: int | None = None
) -> tuple[tuple[Told, ...], Timed]:
    """Return the entries of `book` that are told now, in their order, and the timed effects after.

    `book` holds what the NPC may know (Lorebook.known_to). What does not fit into the book's own
    budget and into `budget` (tokens) is dropped: constants last, and the lowest priority first.
    """
    told = _Reading(book, scan, timed).told()
    for limit in (book.token_budget, budget):
        if limit is not None:
            told = fitting(told, limit)
    return in_order(told), after(timed, told, scan.count)


def fitting(told: Sequence[Told], budget: int) -> list[Told]:
    """Return what fits into `budget` tokens, taken by rank."""
    kept = []
    for entry in sorted(told, key=lambda t: t.rank, reverse=True):
        if entry.tokens <= budget:
            budget -= entry.tokens
            kept.append(entry)
    return kept


def in_order(told: Sequence[Told]) -> tuple[Told, ...]:
    """Return entries as they are told: constants first, then the lower order first."""
    return tuple(sorted(told, key=lambda t: (not t.entry.constant, t.entry.order, t.key)))


def after(timed: Timed, told: Sequence[Told], count: int) -> Timed:
    """Return the timed effects after these entries were told at message `count`."""
    began = {
        t.key: count
        for t in told
        if t.entry.timed and not _sticky(t.entry, timed.get(t.key), count)
    }
    return {**timed, **began} if began else timed


def replayed(books: Sequence[Lorebook], told: Sequence[tuple[int, Sequence[str]]]) -> Timed:
    """Return the timed effects of what was `told` before: (turns before, keys), oldest first."""
    if not told:
        return {}
    entries = {
        book.key_of(entry): Told(book, entry, "", "", 0) for book in books for entry in book.entries
    }
    timed: Timed = {}
    for turn, keys in told:
        known = [entries[key] for key in keys if key in entries]
        timed = after(timed, known, 2 * turn + 1)
    return timed


def _sticky(entry: Entry, since: int | None, count: int) -> bool:
    return since is not None and count < since + entry.sticky


def _cooling(entry: Entry, since: int | None, count: int) -> bool:
    return since is not None and count < since + entry.sticky + entry.cooldown


class _Reading:
    """One look through a book: what is said first, then what the told entries say of one another."""

    def __init__(self, book: Lorebook, scan: Scan, timed: Timed) -> None:
        self._book = book
        self._scan = scan
        self._timed = timed
        self._told: dict[str, Told] = {}
        self._failed: set[str] = set()
        self._said: list[str] = []  # contents of told entries, for recursion
        self._depths: dict[int, Heard] = {}

    def told(self) -> list[Told]:
        deepest = max((entry.delay_until_recursion for entry in self._book.entries), default=0)
        for level in range(MAX_PASSES):
            found = self._pass(level)
            if not self._book.recursive or not self._told or not (found or level < deepest):
                break
            self._said += [
                expand(t.entry.content, self._scan.cast, scanning=True)
                for t in found
                if not t.entry.prevent_recursion
            ]
            self._depths.clear()
        return list(self._told.values())

    def _pass(self, level: int) -> list[Told]:
        """Tell what is heard now and was not told in an earlier pass."""
        found = []
        for entry in self._book.entries:
            key = self._book.key_of(entry)
            late = level < entry.delay_until_recursion or (level and entry.exclude_recursion)
            if late or key in self._told or key in self._failed:
                continue
            if (candidate := self._candidate(entry)) is not None:
                found.append(candidate)
        chosen = one_of_each_group(found, list(self._told.values()), self._scan.cast.turn)
        passed = {t.key: t for t in chosen if self._is_lucky(t)}
        self._failed.update(t.key for t in found if t.key not in passed)
        self._told.update(passed)
        return list(passed.values())

    def _candidate(self, entry: Entry) -> Told | None:
        found = self._reason(entry) if entry.enabled else None
        if found is None:
            return None
        text = expand(entry.content, self._scan.cast)
        if text != entry.content:  # a macro may build what would be a control token
            text = neutralise(text).text
        return replace(found, text=text, tokens=tokens_in(text)) if text else None

    def _reason(self, entry: Entry) -> Told | None:
        """Return why the entry is told, or None. The specification's order: time, then conditions."""
        since, count = self._timed.get(self._book.key_of(entry)), self._scan.count
        sticky = _sticky(entry, since, count)
        decorators = entry.decorators
        if count < entry.delay or (_cooling(entry, since, count) and not sticky):
            return None
        if decorators.activate:
            return self._because(entry, "@@activate")
        if decorators.dont_activate:
            return None
        if since is not None and decorators.dont_activate_after_match:
            return None
        if since is not None and decorators.keep_activate_after_match:
            return self._because(entry, "was told before")
        if not self._conditions_hold(entry):
            return None
        if sticky:
            return replace(self._because(entry, "sticky"), sticky=True)
        if entry.constant:
            return self._because(entry, "constant")
        return self._heard(entry)

    def _conditions_hold(self, entry: Entry) -> bool:
        decorators, turn = entry.decorators, self._scan.turn
        if decorators.activate_only_after is not None and turn < decorators.activate_only_after:
            return False
        if decorators.activate_only_every is not None and turn % decorators.activate_only_every:
            return False
        wanted, unwanted = decorators.additional_keys, decorators.exclude_keys
        return (not wanted or bool(self._hits(entry, wanted))) and not self._hits(entry, unwanted)

    def _heard(self, entry: Entry) -> Told | None:
        keys = self._hits(entry, entry.keys)
        if not keys:
            return None
        more = self._hits(entry, entry.secondary_keys)
        if entry.secondary_keys and not _selected(entry, len(more)):
            return None
        spoken = [key for key in keys if entry.hits(key, self._scan.spoken, self._scan.fuel)]
        why = f"key {', '.join((spoken or keys)[:3])}"
        why += f" with {', '.join(more[:3])}" if more else ""
        return replace(
            self._because(entry, why if spoken else f"{why}, said before"),
            spoken=bool(spoken),
            hits=len(keys) + len(more),
        )

    def _hits(self, entry: Entry, keys: Sequence[str]) -> list[str]:
        if not keys:
            return []
        heard, cast = self._messages(entry.depth(self._book)), self._scan.cast
        named = (expand(key, cast).strip() if "{{" in key else key for key in keys)
        return [key for key in named if key and entry.hits(key, heard, self._scan.fuel)]

    def _messages(self, depth: int) -> Heard:
        if depth not in self._depths:
            recent = self._scan.messages[-depth:] if depth > 0 else ()
            self._depths[depth] = Heard("\n".join((*self._said, *recent)))
        return self._depths[depth]

    def _is_lucky(self, told: Told) -> bool:
        chance = told.entry.probability
        if told.sticky or chance >= 100:
            return True
        return draw(f"{self._scan.cast.turn}|{told.key}", 10_000) < chance * 100

    def _because(self, entry: Entry, why: str) -> Told:
        return Told(self._book, entry, "", why, 0)


def _selected(entry: Entry, hits: int) -> bool:
    wanted = len(entry.secondary_keys)
    return {
        "and_any": hits > 0,
        "and_all": hits == wanted,
        "not_any": hits == 0,
        "not_all": hits < wanted,
    }[entry.logic]
