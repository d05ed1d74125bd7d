"""Lorebooks: entries that are told when a key is heard.

The models hold what decides whether an entry is told. The file that an entry came from is kept as it
was (worlds/lorebooks.py), so nothing is lost that is not listed here.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import Literal

from pydantic import Field

from langchain_app.domain.lore.decorators import Decorators
from langchain_app.domain.lore.lore import Gate, Knower
from langchain_app.domain.safety.pattern_syntax import PatternRefused
from langchain_app.domain.safety.patterns import Fuel, compiled
from langchain_app.domain.text import Frozen, Language, Phrase
from langchain_app.domain.words import word_pattern

SelectiveLogic = Literal["and_any", "not_all", "not_any", "and_all"]

SCAN_DEPTH = 2
"""Messages in which keys are looked for where a book says nothing: SillyTavern's default."""
HEARD_CHARS = 8000
"""How far back keys are looked for, whatever the depth."""
REGEX_CHARS = 2000
"""How far back a stranger's regex may look."""

_SLASHES = re.compile(r"/(?P<source>.+)/(?P<flags>[a-z]*)", re.DOTALL)
_META = re.compile(r"[\\^$.|?*+()\[\]{}]")


class Heard:
    """A text in which keys are looked for."""

    def __init__(self, text: str) -> None:
        self.text = text[-HEARD_CHARS:]

    @cached_property
    def lowered(self) -> str:
        """The text in lower case."""
        return self.text.lower()


class Entry(Frozen):
    """One entry as its author meant it; SillyTavern's fields where the specification has none.

    `sticky`, `cooldown` and `delay` are counted in messages, two a turn. A number that is not given
    as `priority` means that `order` decides what is dropped first.
    """

    id: Phrase
    title: str
    content: str
    keys: tuple[str, ...] = ()
    secondary_keys: tuple[str, ...] = ()
    logic: SelectiveLogic = "and_any"
    use_regex: bool = False
    case_sensitive: bool = False
    whole_words: bool = True
    enabled: bool = True
    constant: bool = False
    probability: float = 100.0
    order: float = 100.0
    priority: float | None = None
    scan_depth: int | None = None
    exclude_recursion: bool = False
    prevent_recursion: bool = False
    delay_until_recursion: int = 0
    sticky: int = 0
    cooldown: int = 0
    delay: int = 0
    groups: tuple[str, ...] = ()
    group_override: bool = False
    group_weight: int = Field(default=100, ge=0)
    group_scoring: bool = False
    decorators: Decorators = Decorators()
    gate: Gate
    language: Language | None = None

    @property
    def timed(self) -> bool:
        """Whether it matters when this entry was told before."""
        after = (
            self.decorators.keep_activate_after_match or self.decorators.dont_activate_after_match
        )
        return bool(self.sticky or self.cooldown or after)

    def depth(self, book: Lorebook) -> int:
        """Return in how many messages the keys are looked for."""
        for depth in (self.decorators.scan_depth, self.scan_depth, book.scan_depth):
            if depth is not None:
                return depth
        return SCAN_DEPTH

    def hits(self, key: str, heard: Heard, fuel: Fuel) -> bool:
        """Tell whether a key of this entry is heard; an invalid or refused regex never is."""
        if (regex := regex_of(key, self.use_regex)) is None:
            if _head(key) not in heard.lowered:  # 30 times as fast as the pattern
                return False
            pattern = word_pattern(key, case_sensitive=self.case_sensitive, whole=self.whole_words)
            return pattern.search(heard.text) is not None
        source, flags = regex
        if not flags and not self.case_sensitive and not _SLASHES.fullmatch(key):
            flags = "i"
        try:
            return compiled(source, flags).search(heard.text[-REGEX_CHARS:], fuel)
        except PatternRefused:
            return False

    def refused(self) -> dict[str, str]:
        """Return each regex of the entry that never matches, and why."""
        found = {}
        decorated = (*self.decorators.additional_keys, *self.decorators.exclude_keys)
        for key in (*self.keys, *self.secondary_keys, *decorated):
            if (regex := regex_of(key, self.use_regex)) is not None:
                try:
                    compiled(*regex)
                except PatternRefused as refused:
                    found[key] = str(refused)
        return found


class Lorebook(Frozen):
    """One book of entries."""

    id: Phrase
    name: str = ""
    scan_depth: int | None = None
    token_budget: int | None = None
    recursive: bool = False
    entries: tuple[Entry, ...] = ()

    def key_of(self, entry: Entry) -> str:
        """Return the id of an entry among those of all books."""
        return f"{self.id}/{entry.id}"

    @cached_property
    def timed(self) -> frozenset[str]:
        """The keys of the entries for which it matters when they were told before."""
        return frozenset(self.key_of(entry) for entry in self.entries if entry.timed)

    def known_to(self, knower: Knower, language: Language) -> Lorebook:
        """Return the book with the entries alone that this NPC may know now, in this language."""
        entries = tuple(
            entry
            for entry in self.entries
            if entry.enabled and entry.language in (None, language) and entry.gate.admits(knower)
        )
        return (
            self
            if len(entries) == len(self.entries)
            else self.model_copy(update={"entries": entries})
        )


@lru_cache(maxsize=16_384)
def _head(key: str) -> str:
    return key.split()[0].lower()


@lru_cache(maxsize=16_384)
def regex_of(key: str, use_regex: bool) -> tuple[str, str] | None:
    """Return source and flags where a key is a regex: /x/i always, a bare one under `use_regex`.

    A bare key without a single metacharacter stays a word: SillyTavern marks every entry that it
    exports as `use_regex`, and as a word "종" does not match in "종이".
    """
    if slashed := _SLASHES.fullmatch(key):
        return slashed["source"], slashed["flags"]
    return (key, "") if use_regex and _META.search(key) else None
