"""What the documents of one NPC are turned into, and the world that it must fit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from langchain_app.domain.text import Language
from langchain_app.domain.world import World
from langchain_app.worlds.cards.character import Note, NoteKind
from langchain_app.worlds.cards.files import Json
from langchain_app.worlds.cards.korean import slug
from langchain_app.worlds.seed.documents import ANY, Document
from langchain_app.worlds.seed.naming import kept_id
from langchain_app.worlds.seed.reading import About

AXES = ("trust", "relationship")


@dataclass
class Brought:
    """What an import adds to a world's manifest; nothing of it where the world has one already."""

    places: dict[str, Json] = field(default_factory=dict)
    actions: dict[str, Json] = field(default_factory=dict)
    axes: dict[str, Json] = field(default_factory=dict)
    thresholds: dict[str, float] = field(default_factory=dict)
    allowed: set[str] | None = None
    """Flags that words may raise, where some document says which."""
    denied: set[str] = field(default_factory=set)
    flags: set[str] = field(default_factory=set)
    """The flags that some trigger raises."""
    items: dict[str, Json] = field(default_factory=dict)
    """Items by id; one that several NPCs' documents name is one item."""


@dataclass
class Frame:
    """One NPC in the making: its documents, its language, its name, and the notes on it."""

    about: About
    npc_id: str
    name: str
    language: Language
    world: World | None
    brought: Brought
    foreign_items: frozenset[str] = frozenset()
    """Items that the world has from elsewhere."""
    notes: list[Note] = field(default_factory=list)
    _noted: Counter[tuple[NoteKind, str, str]] = field(default_factory=Counter)

    @property
    def other(self) -> Language:
        """The language that the documents are not written in."""
        return "ko" if self.language == "en" else "en"

    @property
    def place(self) -> str:
        """Where the NPC stands: where most of its documents play."""
        count = Counter(d.location for d in self.about.documents if d.location != ANY)
        named = [found for name, _ in count.most_common() if (found := self.place_of(name))]
        if named:
            return named[0]
        if self.world is not None:
            return self.world.npc(self.world.manifest.default_npc).place
        return self.place_of("here") or "here"

    def place_of(self, location: str) -> str | None:
        """Return the place that a location is; None where the world has no such place."""
        place = kept_id(location, "place")
        if self.world is not None:
            return place if place in self.world.manifest.places else None
        self.brought.places.setdefault(place, {"spelled": location})
        return place

    def own_name(self, document: Document, prefix: str) -> str:
        """Return a document's id without the NPC's, which it mostly begins with."""
        named = (document.id or "").removeprefix(self.about.npc_id).strip("_-. ")
        return slug(named, prefix) if named else prefix

    def may(self, action: str) -> bool:
        """Tell whether NPCs may ask the game for an action; a new world takes every one."""
        if self.world is not None:
            return action in self.world.manifest.actions
        self.brought.actions.setdefault(action, {})
        return True

    def note(self, kind: NoteKind, what: str, why: str) -> None:
        """Tell the author something, once."""
        self._noted[kind, what, why] += 1
        if self._noted[kind, what, why] == 1:
            self.notes.append(Note(kind, what[:120], why))
