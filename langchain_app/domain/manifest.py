"""`world.json`: what a world is called, where and with whom it plays, and its rules of conduct."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from langchain_app.domain.people.npc import SmallTalk
from langchain_app.domain.people.relationship import DEFAULT_AXES, Axis, Deltas
from langchain_app.domain.safety.moderation import ModerationRule
from langchain_app.domain.story.actions import ActionSpec
from langchain_app.domain.text import Frozen, Language, LocalText, LocalTexts, Phrase


class NamedPlace(Frozen):
    """A place or a faction."""

    name: LocalText
    description: LocalText


class NamedPerson(Frozen):
    """Somebody who is mentioned and does not speak."""

    name: LocalText


class NameLists(Frozen):
    """What words may move: all (`allow` left out) or those allowed, and never those denied."""

    allow: tuple[Phrase, ...] | None = None
    deny: tuple[Phrase, ...] = ()


Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Policy(Frozen):
    """The world's own rules of conduct.

    `flags`, `items` and `actions` say what words may raise, give and bring about; a game server may
    do all. `thresholds` are the probabilities that a model's reading of a flag must reach. `manners`
    says what each dialogue act moves (thanks, insult, ...), where the house's own values do not fit.
    """

    never: LocalTexts
    lore_budget_tokens: int = Field(default=600, ge=0, le=20_000)
    """What a reply is told of lore, where lorebook entries join what search found."""
    flags: NameLists = NameLists()
    items: NameLists = NameLists()
    actions: NameLists = NameLists()
    thresholds: dict[Phrase, Probability] = Field(default_factory=dict)
    manners: dict[SmallTalk, Deltas] = Field(default_factory=lambda: dict(COURTESY))


COURTESY: dict[SmallTalk, Deltas] = {
    "thanks": Deltas(trust=0.01, relationship=0.03),
    "compliment": Deltas(trust=0.01, relationship=0.03),
    "apology": Deltas(trust=0.02, relationship=0.03),
    "affection": Deltas(relationship=0.03),
    "insult": Deltas(trust=-0.08, relationship=-0.12),
}
"""Small, so that no amount of flattery in a few turns replaces deeds; an insult costs four thanks."""

AxisName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


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
    actions: dict[str, ActionSpec]
    policy: Policy
    axes: dict[AxisName, Axis] = Field(default_factory=lambda: dict(DEFAULT_AXES), min_length=1)
    """What an NPC feels for a player."""
    moderation: tuple[ModerationRule, ...] = ()
    synonyms: WorldSynonyms = WorldSynonyms()
