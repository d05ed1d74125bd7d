"""The story: quests, triggers and the state that they move."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from langchain_app.domain.keywords import Keywords
from langchain_app.domain.relationship import Deltas
from langchain_app.domain.text import Asked, Frozen, LocalText, LocalTexts, Phrase

START = "start"
"""The story flag that is raised for everybody from the first moment."""


class StoryState(Frozen):
    """What has happened on one timeline, and what the player carries."""

    flags: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()

    @property
    def reached(self) -> frozenset[str]:
        """Every raised flag, START among them."""
        return self.flags | {START}


class Requirements(Frozen):
    """Positive conditions on server state; `unless` closes a road once another was taken."""

    flags: tuple[Phrase, ...] = ()
    unless: tuple[Phrase, ...] = ()
    items: tuple[Phrase, ...] = ()
    trust: float = Field(default=-1.0, ge=-1, le=1)

    def met_by(self, story: StoryState, trust: float) -> bool:
        """Tell whether the server's own state satisfies every condition."""
        return (
            story.flags.issuperset(self.flags)
            and story.flags.isdisjoint(self.unless)
            and story.items.issuperset(self.items)
            and trust >= self.trust
        )


class Said(Frozen):
    """What the player must say: keyword groups, or the meaning of the examples."""

    keywords: Keywords = Keywords()
    examples: LocalTexts


class Action(Frozen):
    """Something the game is asked to do."""

    name: Phrase
    arguments: dict[str, Any] = Field(default_factory=dict)


class Effects(Frozen):
    """What a trigger does when it fires."""

    flags: tuple[Phrase, ...] = ()
    deltas: Deltas = Deltas()
    gives: tuple[Phrase, ...] = ()
    takes: tuple[Phrase, ...] = ()
    actions: tuple[Action, ...] = ()


class Trigger(Frozen):
    """A gate of the story that words can open, with one NPC."""

    id: Phrase
    npc: Phrase
    requires: Requirements = Requirements()
    says: Said
    line: LocalText
    effects: Effects

    def is_open(self, npc_id: str, story: StoryState, trust: float) -> bool:
        """Tell whether this trigger may fire now: right NPC, conditions met, something left to do."""
        raises = self.effects.flags
        return (
            self.npc == npc_id
            and self.requires.met_by(story, trust)
            and not (raises and story.flags.issuperset(raises))
        )


class Stage(Frozen):
    """One step of a quest. Reaching it raises the flag `<quest>.<stage>`."""

    id: Phrase
    objective: LocalText
    description: LocalText
    asked: Asked = Asked()


class Reward(Frozen):
    """What the last stage brings."""

    items: tuple[Phrase, ...] = ()
    deltas: Deltas = Deltas()


class Quest(Frozen):
    """A quest as its author wrote it."""

    id: Phrase
    title: LocalText
    giver: Phrase
    summary: LocalText
    stages: tuple[Stage, ...] = Field(min_length=1)
    flags: dict[str, LocalText] = Field(default_factory=dict)
    triggers: tuple[Trigger, ...] = Field(min_length=1)
    reward: Reward = Reward()

    def stage_flag(self, stage: Stage) -> str:
        """Return the story flag that reaching `stage` raises."""
        return f"{self.id}.{stage.id}"

    @property
    def defined_flags(self) -> frozenset[str]:
        """Every flag this quest may raise."""
        return frozenset({self.stage_flag(stage) for stage in self.stages} | set(self.flags))

    @property
    def completed_flag(self) -> str:
        """The flag of the last stage."""
        return self.stage_flag(self.stages[-1])


class Item(Frozen):
    """Something that can be carried, bought or given."""

    id: Phrase
    name: LocalText
    aliases: LocalTexts
    description: LocalText
    price: int | None = Field(default=None, ge=0)
    sold_by: tuple[Phrase, ...] = ()
    known_by: tuple[Phrase, ...] = ("public",)
    asked: Asked = Asked()
    after: Phrase = START
