"""The story: quests, triggers and the state that they move."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from langchain_app.domain.keywords import Keywords
from langchain_app.domain.people.emotion import Emotion
from langchain_app.domain.people.relationship import (
    DEFAULT_AXES,
    Axes,
    Deltas,
    Feeling,
    Relationship,
    levels_of,
)
from langchain_app.domain.text import Asked, Frozen, LocalText, LocalTexts, Phrase

START = "start"
"""The story flag that is raised for everybody from the first moment."""
GOAL = "goal."
"""How the flags of goals begin: `goal.<id>` is raised when one that happens once has happened."""

Known = (
    Annotated[str, Field(max_length=200)]
    | bool
    | int
    | Annotated[float, Field(allow_inf_nan=False)]
)
"""A plain value of the game's own state."""


class StoryState(Frozen):
    """What has happened on one timeline, and what the player carries.

    `deeds` are what the player did, `game` is what else stands in the game's own state (weather, hour,
    place): both as a game server states them, and nobody else.
    """

    flags: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    deeds: frozenset[str] = frozenset()
    game: dict[str, Known] = Field(default_factory=dict)

    @property
    def reached(self) -> frozenset[str]:
        """Every raised flag, START among them."""
        return self.flags | {START}


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand between a player and one NPC: what conditions are asked of.

    `place` is where they talk, `heard` are the kinds of game events that the NPC knows of.
    """

    story: StoryState
    relationship: Relationship
    axes: Axes = field(default_factory=lambda: DEFAULT_AXES)
    place: str | None = None
    heard: frozenset[str] = frozenset()

    @property
    def reached(self) -> frozenset[str]:
        """Every flag that counts as raised: the story's, and the levels of the relationship."""
        return self.story.reached | levels_of(self.relationship, self.axes)


class Requirements(Frozen):
    """Conditions on server state. All that is named must hold; of `any_of` one is enough.

    `unless` closes a road once another was taken. `stage` names a stage of the trigger's own quest,
    at which it stands now: reached, and no later one. `happened` are deeds of the player, or kinds of
    game events that the NPC knows of.
    """

    flags: tuple[Phrase, ...] = ()
    unless: tuple[Phrase, ...] = ()
    items: tuple[Phrase, ...] = ()
    trust: Feeling = -1.0
    feelings: dict[Phrase, Feeling] = Field(default_factory=dict)
    """The least on other axes."""
    places: tuple[Phrase, ...] = ()
    happened: tuple[Phrase, ...] = ()
    game: dict[Phrase, Known] = Field(default_factory=dict)
    stage: Phrase | None = None
    any_of: tuple[Requirements, ...] = ()

    def met_by(self, standing: Standing) -> bool:
        """Tell whether the server's own state satisfies every condition."""
        reached, story, felt = standing.reached, standing.story, standing.relationship
        return (
            reached.issuperset(self.flags)
            and reached.isdisjoint(self.unless)
            and story.items.issuperset(self.items)
            and felt.trust >= self.trust
            and all(felt[axis] >= least for axis, least in self.feelings.items())
            and (not self.places or standing.place in self.places)
            and (story.deeds | standing.heard).issuperset(self.happened)
            and all(_same(story.game.get(name), value) for name, value in self.game.items())
            and (not self.any_of or any(one.met_by(standing) for one in self.any_of))
        )

    def each(self) -> tuple[Requirements, ...]:
        """Return these conditions and all within them."""
        return (self, *(inner for one in self.any_of for inner in one.each()))


def _same(stands: Known | None, wanted: Known) -> bool:
    # True is no 1 here: JSON tells them apart.
    return stands == wanted and isinstance(stands, bool) == isinstance(wanted, bool)


OpensOn = Literal["meaning", "keywords", "despair"]


class Said(Frozen):
    """What the player does by speaking: `act` says it in one sentence, `examples` show how it may
    sound.

    `keywords` are for authors who want them: where they stand in the player's own words, less is
    asked of the reading. Where the act `opens_on` keywords they are enough, as long as the words
    are meant; where it opens on despair, a player who seems to want to die performs it."""

    act: LocalText | None = None
    examples: LocalTexts
    keywords: Keywords = Keywords()
    opens_on: OpensOn = "meaning"


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


Confirm = Literal["unsure", "never", "always"]
"""When an NPC asks back before something costly happens."""


class Hint(LocalText):
    """What an NPC says at a gate whose time has not come, while `requires` holds."""

    requires: Requirements = Requirements()


class Trigger(Frozen):
    """A gate of the story that words can open, with one NPC; one without `says` waits for none.

    `line` is what the NPC says then: to the letter where `verbatim`, else a model says it in its
    own words, and as `instruction` asks. `emotion` is how the NPC feels then. `asks_back` is what
    it asks first where `confirm` says so, and `hint` what it says where the words are right and the
    time is not; the first of `hints` whose conditions hold goes before it."""

    id: Phrase
    npc: Phrase
    requires: Requirements = Requirements()
    says: Said | None = None
    line: LocalText
    hint: LocalText | None = None
    hints: tuple[Hint, ...] = ()
    asks_back: LocalText | None = None
    confirm: Confirm = "unsure"
    instruction: LocalText | None = None
    verbatim: bool = False
    emotion: Emotion | None = None
    effects: Effects

    def hint_now(self, standing: Standing) -> LocalText | None:
        """Return what its author lets the NPC say of what is missing, if anything."""
        return next((one for one in self.hints if one.requires.met_by(standing)), self.hint)

    def is_open(self, npc_id: str, standing: Standing) -> bool:
        """Tell whether this trigger may fire now: right NPC, conditions met, something left to do."""
        raises = self.effects.flags
        return (
            self.npc == npc_id
            and not (raises and standing.story.flags.issuperset(raises))
            and self.requires.met_by(standing)
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
    trouble: LocalText | None = None
    """What the giver says when help is offered and the quest has not begun."""
    flags: dict[str, LocalText] = Field(default_factory=dict)
    triggers: tuple[Trigger, ...] = Field(min_length=1)
    reward: Reward = Reward()

    @model_validator(mode="after")
    def _at_stages(self) -> Self:
        """Say in flags what a trigger says by a stage: reached, and no later one."""
        flags = [self.stage_flag(stage) for stage in self.stages]
        for trigger in self.triggers:
            for asked in trigger.requires.each():
                if asked.stage is None:
                    continue
                here = f"{self.id}.{asked.stage}"
                if here not in flags:
                    raise ValueError(f"{trigger.id}: the quest has no stage {asked.stage!r}")
                later = flags[flags.index(here) + 1 :]
                object.__setattr__(asked, "flags", tuple(dict.fromkeys((*asked.flags, here))))
                object.__setattr__(asked, "unless", tuple(dict.fromkeys((*asked.unless, *later))))
        return self

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
