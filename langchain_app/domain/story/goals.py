"""Goals: what an NPC does of its own accord when its moment comes, as authors declare it.

A goal is activated by what the player says (an intent), by what happened (an event of the game), or
by a condition alone; it answers with a line or by an instruction, changes how the NPC feels, and has
effects. It happens once, unless it is repeatable.
"""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from langchain_app.domain.people.emotion import Emotion
from langchain_app.domain.story.story import (
    GOAL,
    Confirm,
    Effects,
    Hint,
    Requirements,
    Said,
    Trigger,
)
from langchain_app.domain.text import Frozen, LocalText, Phrase


class Goal(Frozen):
    """A goal of one NPC or of several."""

    id: Phrase
    npcs: tuple[Phrase, ...] = Field(min_length=1)
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
    repeatable: bool = False
    effects: Effects = Effects()

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.repeatable and self.says is None:
            raise ValueError("a repeatable goal needs `says`, or it would happen in every turn")
        return self

    @property
    def flag(self) -> str:
        """The flag that says that this goal has happened."""
        return f"{GOAL}{self.id}"

    def triggers(self) -> tuple[Trigger, ...]:
        """Return the goal as a gate with each of its NPCs; who comes first closes it for all."""
        effects = self.effects
        if not self.repeatable:
            effects = effects.model_copy(update={"flags": (*effects.flags, self.flag)})
        return tuple(
            Trigger(
                id=f"{GOAL}{self.id}",
                npc=npc,
                requires=self.requires,
                says=self.says,
                line=self.line,
                hint=self.hint,
                hints=self.hints,
                asks_back=self.asks_back,
                confirm=self.confirm,
                instruction=self.instruction,
                verbatim=self.verbatim,
                emotion=self.emotion,
                effects=effects,
            )
            for npc in self.npcs
        )
