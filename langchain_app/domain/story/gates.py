"""Which of the story's gates stand open, which are still to come, and what it costs to go through."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from langchain_app.domain.story.actions import fault_of
from langchain_app.domain.story.policy import SettlementPolicy
from langchain_app.domain.story.story import Trigger
from langchain_app.domain.turn import Scene


def open_triggers(
    triggers: Iterable[Trigger], scene: Scene, policy: SettlementPolicy
) -> tuple[Trigger, ...]:
    """Return the triggers whose conditions hold on the server's own state.

    What could not happen now is not open, lest an NPC say it and nothing come of it: an action that is
    not possible, an item to take that the player does not carry, what no words may move.
    """
    standing, npc = scene.standing, scene.npc.id
    return tuple(
        trigger
        for trigger in triggers
        if trigger.is_open(npc, standing)
        and standing.story.items.issuperset(trigger.effects.takes)
        and policy.admits(trigger.effects)
        and all(
            fault_of(act, policy.actions, npc, standing) is None for act in trigger.effects.actions
        )
    )


def closed_triggers(
    triggers: Iterable[Trigger], opened: Sequence[Trigger], scene: Scene
) -> tuple[Trigger, ...]:
    """Return the triggers that wait for words and whose time has not come: not those that are over.

    What may happen again and again is one only where its author wrote a hint.
    """
    story = scene.standing.story

    def ahead(trigger: Trigger) -> bool:
        raises = trigger.effects.flags
        if raises:
            return not story.flags.issuperset(raises)
        return bool(trigger.hint or trigger.hints)

    return tuple(
        trigger
        for trigger in triggers
        if trigger.says is not None
        and trigger not in opened
        and ahead(trigger)
        and story.flags.isdisjoint(trigger.requires.unless)
    )


def costly(trigger: Trigger, rewards: Iterable[str]) -> bool:
    """Tell whether a player would want it back: an item or an action goes along, or a quest ends.

    `rewards` are the flags that end quests.
    """
    effects = trigger.effects
    return bool(
        effects.takes
        or effects.gives
        or effects.actions
        or not set(rewards).isdisjoint(effects.flags)
    )


def only_acts(trigger: Trigger) -> bool:
    """Tell whether all that follows is that the NPC does something, and may do it again."""
    effects = trigger.effects
    return bool(effects.actions) and not (effects.flags or effects.takes or effects.gives)
