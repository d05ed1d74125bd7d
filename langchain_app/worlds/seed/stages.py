"""The stages of an NPC's quest: which stand open from the start, and which flag opens the others.

That system's game says at which stage a quest is; here the story's own triggers lead on. Nothing in
the documents leads to the first stage that has a trigger, so it and what comes before it are open;
where no stage has one, only what is called the first is.
"""

from __future__ import annotations

from dataclasses import dataclass

from langchain_app.domain.story.story import START
from langchain_app.worlds.cards.korean import slug
from langchain_app.worlds.seed.documents import ANY, Document, TriggerDef
from langchain_app.worlds.seed.reading import About

_FIRST = ("not_started",)
_LAST = ("completed", "complete", "done", "finished")


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages in order: those of the start, and those that a flag opens."""

    quest: str
    early: tuple[str, ...]
    later: tuple[str, ...]
    reached: bool
    """Whether any trigger leads on: without one, later stages are never reached."""

    def from_start(self, document: Document) -> bool:
        """Tell whether a document holds from the first moment."""
        return document.quest_stage == ANY or document.quest_stage in self.early

    def flag(self, document: Document) -> str:
        """Return the flag from which on a document holds."""
        return START if self.from_start(document) else self.flag_of(document.quest_stage)

    def flag_of(self, stage: str) -> str:
        """Return the flag of a later stage."""
        return f"{self.quest}.{slug(stage, 'stage')}"

    def after(self, stage: str, waiting: frozenset[str]) -> tuple[str, ...]:
        """Return the stages that the last trigger of `stage` leads to: up to the next that waits."""
        start = self.later.index(stage) + 1 if stage in self.later else 0
        found: list[str] = []
        for later in self.later[start:]:
            found.append(later)
            if later in waiting:
                break
        return tuple(found)


def stages_of(about: About, quest: str) -> Stages:
    """Return the stages that the documents of an NPC name: those of triggers in their order first."""
    triggers = [one for one in about.all(TriggerDef) if one.trigger.required_text]
    named: list[Document] = [*triggers, *about.documents]
    names = dict.fromkeys(d.quest_stage for d in named if d.quest_stage != ANY)
    order = sorted(names, key=lambda name: (name not in _FIRST, name in _LAST))
    waiting = [index for index, name in enumerate(order) if _waits(name, triggers)]
    cut = waiting[0] + 1 if waiting else sum(name in _FIRST for name in order)
    early, later = order[:cut], order[cut:]
    if triggers and (not later or _waits(later[-1], triggers)):
        later.append(next((name for name in _LAST if name not in order), "the_end"))
    return Stages(quest, tuple(early), tuple(later), bool(triggers))


def _waits(stage: str, triggers: list[TriggerDef]) -> bool:
    return any(trigger.quest_stage == stage for trigger in triggers)
