"""A world: everything that authors wrote, as one immutable value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pydantic import Field

from langchain_app.domain.errors import UnknownNpc
from langchain_app.domain.history import PastEvent
from langchain_app.domain.lore import Chunk, Gate, Passage
from langchain_app.domain.lorebook import Lorebook
from langchain_app.domain.moderation import ModerationRule
from langchain_app.domain.npc import Npc
from langchain_app.domain.relationship import Caps
from langchain_app.domain.story import Item, Quest, Trigger
from langchain_app.domain.text import LANGUAGES, Frozen, Language, LocalText, LocalTexts, Phrase


class NamedPlace(Frozen):
    """A place or a faction."""

    name: LocalText
    description: LocalText


class NamedPerson(Frozen):
    """Somebody who is mentioned and does not speak."""

    name: LocalText


class Policy(Frozen):
    """The world's own rules of conduct."""

    caps: dict[str, Caps] = Field(default_factory=lambda: {"per_turn": Caps()})
    never: LocalTexts
    lore_budget_tokens: int = Field(default=600, ge=0, le=20_000)
    """What a reply is told of lore, where lorebook entries join what search found."""

    @property
    def per_turn(self) -> Caps:
        """The caps of one turn."""
        return self.caps.get("per_turn", Caps())


Synonyms = tuple[tuple[Phrase, ...], ...]


class WorldSynonyms(Frozen):
    """Words that mean the same in this world, in groups; for search and memory, never shown."""

    en: Synonyms = ()
    ko: Synonyms = ()

    def __getitem__(self, language: Language) -> Synonyms:
        return self.en if language == "en" else self.ko


class Manifest(Frozen):
    """`world.json`."""

    id: Phrase
    name: LocalText
    summary: LocalText
    now: LocalText
    currency: LocalText
    default_npc: Phrase
    places: dict[str, NamedPlace]
    factions: dict[str, NamedPlace]
    people: dict[str, NamedPerson] = Field(default_factory=dict)
    actions: dict[str, LocalText]
    policy: Policy
    moderation: tuple[ModerationRule, ...] = ()
    synonyms: WorldSynonyms = WorldSynonyms()


@dataclass(frozen=True)
class World:
    """One loaded world. `version` is a hash of all its files."""

    manifest: Manifest
    npcs: Mapping[str, Npc]
    quests: Mapping[str, Quest]
    items: Mapping[str, Item]
    passages: Mapping[str, Passage]
    version: str
    lorebooks: Mapping[str, Lorebook] = field(default_factory=dict)
    past: Mapping[str, PastEvent] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The world's id."""
        return self.manifest.id

    def npc(self, npc_id: str) -> Npc:
        """Return the NPC; raises UnknownNpc."""
        try:
            return self.npcs[npc_id]
        except KeyError:
            raise UnknownNpc(npc_id, tuple(self.npcs)) from None

    @cached_property
    def triggers(self) -> Mapping[str, tuple[Trigger, ...]]:
        """Every trigger, by NPC."""
        return {
            npc: tuple(t for quest in self.quests.values() for t in quest.triggers if t.npc == npc)
            for npc in self.npcs
        }

    @cached_property
    def flags(self) -> frozenset[str]:
        """Every flag that some quest defines."""
        return frozenset(flag for quest in self.quests.values() for flag in quest.defined_flags)

    @cached_property
    def timed_entries(self) -> tuple[str, ...]:
        """The lorebook entries for which it matters when they were told before."""
        return tuple(sorted(key for book in self.lorebooks.values() for key in book.timed))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every proper name in every language, for tokenisers to keep whole."""
        texts = [
            *(named.name for named in self.manifest.places.values()),
            *(named.name for named in self.manifest.factions.values()),
            *(named.name for named in self.manifest.people.values()),
            *(item.name for item in self.items.values()),
            *(npc.name for npc in self.npcs.values()),
        ]
        aliases = [
            *(npc.aliases for npc in self.npcs.values()),
            *(item.aliases for item in self.items.values()),
        ]
        found = {text[language] for text in texts for language in LANGUAGES}
        found |= {alias for texts in aliases for language in LANGUAGES for alias in texts[language]}
        return tuple(sorted(found))

    def player_lines(self, language: Language) -> tuple[str, ...]:
        """Return what authors let players say in examples: how players of this world talk."""
        return tuple(
            example.player[language]
            for npc in self.npcs.values()
            for example in npc.speech_examples
        ) + tuple(
            text
            for quest in self.quests.values()
            for trigger in quest.triggers
            for text in trigger.says.examples[language]
        )

    @cached_property
    def examples(self) -> tuple[str, ...]:
        """Return every example that an utterance is compared with, in every language."""
        texts = [
            *(t.says.examples for quest in self.quests.values() for t in quest.triggers),
            *(t.examples for npc in self.npcs.values() for t in npc.forbidden_triggers),
        ]
        return tuple(text for found in texts for language in LANGUAGES for text in found[language])

    def chunks(self) -> Iterator[Chunk]:
        """Yield everything that can be retrieved, in every language."""
        yield from self._passage_chunks()
        yield from self._acquaintance_chunks()
        yield from self._item_chunks()
        yield from self._quest_chunks()

    def _passage_chunks(self) -> Iterator[Chunk]:
        for passage in self.passages.values():
            for language in LANGUAGES:
                yield Chunk(
                    id=passage.id,
                    language=language,
                    kind="voice" if passage.told_by else "lore",
                    title=passage.title[language],
                    text=passage.body[language],
                    gate=passage.gate,
                    importance=passage.importance,
                    asked=passage.asked[language],
                )

    def _acquaintance_chunks(self) -> Iterator[Chunk]:
        for npc in self.npcs.values():
            for other, text in npc.acquaintances.items():
                named = self.npcs.get(other) or self.manifest.people[other]
                known = self.npcs.get(other)
                for language in LANGUAGES:
                    yield Chunk(
                        id=f"{npc.id}-on-{other}",
                        language=language,
                        kind="acquaintance",
                        title=named.name[language],
                        text=text[language],
                        gate=Gate(audience=(f"npc:{npc.id}",)),
                        aliases=known.aliases[language] if known else (),
                        asked=known.epithets[language] if known else (),
                    )

    def _item_chunks(self) -> Iterator[Chunk]:
        for item in self.items.values():
            for language in LANGUAGES:
                yield Chunk(
                    id=f"item-{item.id}",
                    language=language,
                    kind="item",
                    title=item.name[language],
                    text=f"{item.description[language]} {self._price(item, language)}".strip(),
                    gate=Gate(audience=item.known_by, after=item.after),
                    aliases=item.aliases[language],
                    asked=item.asked[language],
                )

    def _price(self, item: Item, language: str) -> str:
        if item.price is None:
            return ""
        if language == "en":
            coin = self.manifest.currency.en
            return (
                f"The price is {item.price} {coin.removesuffix('s') if item.price == 1 else coin}."
            )
        return f"값은 {self.manifest.currency.ko} {item.price}닢이다."

    def _quest_chunks(self) -> Iterator[Chunk]:
        for quest in self.quests.values():
            for stage in quest.stages:
                for language in LANGUAGES:
                    yield Chunk(
                        id=f"quest-{quest.id}-{stage.id}",
                        language=language,
                        kind="quest",
                        title=quest.title[language],
                        text=stage.description[language],
                        gate=Gate(audience=("public",), after=quest.stage_flag(stage)),
                        asked=stage.asked[language],
                    )
