"""A world: everything that authors wrote, as one immutable value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from langchain_app.domain.errors import UnknownNpc
from langchain_app.domain.lore.lore import Chunk, Gate, Passage
from langchain_app.domain.lore.lorebook import Lorebook
from langchain_app.domain.manifest import Manifest
from langchain_app.domain.memory.history import PastEvent
from langchain_app.domain.people.npc import Npc
from langchain_app.domain.story.goals import Goal
from langchain_app.domain.story.story import Item, Quest, Trigger
from langchain_app.domain.text import LANGUAGES, Language

AMOUNT = "{n}"
"""Stands in `currency` for the number, where it is not said as "3 coppers" or "동전 3닢"."""


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
    goals: Mapping[str, Goal] = field(default_factory=dict)

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
        """Every trigger, by NPC: the quests' first, then the goals'."""
        return {npc: tuple(t for t in self.all_triggers if t.npc == npc) for npc in self.npcs}

    @cached_property
    def all_triggers(self) -> tuple[Trigger, ...]:
        """Every trigger of every quest and every goal."""
        return (
            *(trigger for quest in self.quests.values() for trigger in quest.triggers),
            *(trigger for goal in self.goals.values() for trigger in goal.triggers()),
        )

    @cached_property
    def flags(self) -> frozenset[str]:
        """Every flag that some quest or goal defines."""
        quests = (flag for quest in self.quests.values() for flag in quest.defined_flags)
        return frozenset(
            {*quests, *(goal.flag for goal in self.goals.values() if not goal.repeatable)}
        )

    @cached_property
    def level_flags(self) -> frozenset[str]:
        """The flags of the levels of every axis, which no proposal raises."""
        axes = self.manifest.axes.items()
        return frozenset(f"{name}.{level.id}" for name, axis in axes for level in axis.levels)

    @cached_property
    def awaited(self) -> tuple[str, ...]:
        """The kinds of events and the deeds that some gate or action asks for."""
        asked = [trigger.requires for trigger in self.all_triggers]
        asked += [hint.requires for trigger in self.all_triggers for hint in trigger.hints]
        asked += [action.requires for action in self.manifest.actions.values()]
        return tuple(sorted({kind for r in asked for one in r.each() for kind in one.happened}))

    @cached_property
    def timed_entries(self) -> tuple[str, ...]:
        """The lorebook entries for which it matters when they were told before."""
        return tuple(sorted(key for book in self.lorebooks.values() for key in book.timed))

    @cached_property
    def item_words(self) -> Mapping[Language, Mapping[str, str]]:
        """Every name and alias of every item in lower case, a language: how a reply names it."""
        return {
            language: {
                word.lower(): item.id
                for item in self.items.values()
                for word in (item.name[language], *item.aliases[language])
            }
            for language in LANGUAGES
        }

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
            for trigger in self.all_triggers
            if trigger.says is not None
            for text in trigger.says.examples[language]
        )

    @cached_property
    def examples(self) -> tuple[str, ...]:
        """Return every example that an utterance is compared with, in every language."""
        texts = [
            *(trigger.says.examples for trigger in self.all_triggers if trigger.says is not None),
            *(t.examples for npc in self.npcs.values() for t in npc.forbidden_triggers),
        ]
        return tuple(text for found in texts for language in LANGUAGES for text in found[language])

    def chunks(self) -> Iterator[Chunk]:
        """Yield everything that can be retrieved, in every language."""
        yield from self._passage_chunks()
        yield from self._acquaintance_chunks()
        yield from self._example_chunks()
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

    def _example_chunks(self) -> Iterator[Chunk]:
        """Yield what NPCs answer in their examples: as good as any answer, where it was a question."""
        for npc in self.npcs.values():
            for number, example in enumerate(npc.speech_examples, start=1):
                for language in LANGUAGES:
                    asked = example.player[language]
                    if asked.rstrip().endswith("?"):
                        yield Chunk(
                            id=f"{npc.id}-example-{number}",
                            language=language,
                            kind="voice",
                            title=asked,
                            text=example.npc[language],
                            gate=Gate(audience=(f"npc:{npc.id}",)),
                            asked=(asked,),
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

    def _price(self, item: Item, language: Language) -> str:
        if item.price is None:
            return ""
        money = self._money(item.price, language)
        if language == "en":
            return f"The price of {item.name.en} is {money}."
        return f"{item.name.ko}의 값은 {money}이다."

    def _money(self, price: int, language: Language) -> str:
        """Return an amount of the world's money as people say it."""
        currency = self.manifest.currency[language]
        if AMOUNT in currency:
            return currency.replace(AMOUNT, str(price))
        if language == "en":
            return f"{price} {currency.removesuffix('s') if price == 1 else currency}"
        # "2000원", but "동전 3닢": what is one syllable is counted by itself.
        return f"{price}{currency}" if len(currency) == 1 else f"{currency} {price}닢"

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
