"""What a world allows the words of a turn to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from langchain_app.domain.manifest import NameLists
from langchain_app.domain.people.relationship import DEFAULT_AXES, Axes, Deltas
from langchain_app.domain.story.actions import ActionSpec
from langchain_app.domain.story.story import Effects, Reward
from langchain_app.domain.world import World

CONFIDENT = 0.5
"""What a flag's probability must reach where neither world nor reader states a threshold."""


@dataclass(frozen=True, slots=True)
class Lists:
    """Names that words may move: all, or those allowed, and never those denied."""

    allow: frozenset[str] | None = None
    deny: frozenset[str] = frozenset()

    def admits(self, name: str) -> bool:
        """Tell whether words may move `name`."""
        return name not in self.deny and (self.allow is None or name in self.allow)


@dataclass(frozen=True, slots=True)
class SettlementPolicy:
    """What a world allows words to do: axes with their caps, and the names that exist."""

    flags: frozenset[str]
    items: frozenset[str]
    actions: Mapping[str, ActionSpec]
    axes: Axes = field(default_factory=lambda: DEFAULT_AXES)
    rewards: Mapping[str, Reward] = field(default_factory=dict)
    """Rewards by the flag that completes a quest."""
    words_on_flags: Lists = Lists()
    words_on_items: Lists = Lists()
    words_on_actions: Lists = Lists()
    thresholds: Mapping[str, float] = field(default_factory=dict)
    """The probability that a model must give a flag, by flag."""
    manners: Mapping[str, Deltas] = field(default_factory=dict)
    """What manners move, by dialogue act."""

    def admits(self, effects: Effects) -> bool:
        """Tell whether words may bring `effects` about: every item and action, and a flag if any."""
        return (
            all(map(self.words_on_items.admits, (*effects.gives, *effects.takes)))
            and all(self.words_on_actions.admits(action.name) for action in effects.actions)
            and (not effects.flags or any(map(self.words_on_flags.admits, effects.flags)))
        )

    def threshold(self, flag: str, readers: Mapping[str, float]) -> float:
        """Return what this flag's probability must reach: the world's word, else the reader's."""
        return self.thresholds.get(flag, readers.get(flag, CONFIDENT))


def policy_of(world: World) -> SettlementPolicy:
    """Return what `world` allows a settlement to do."""
    policy = world.manifest.policy
    return SettlementPolicy(
        flags=world.flags,
        items=frozenset(world.items),
        actions=world.manifest.actions,
        axes=world.manifest.axes,
        rewards={quest.completed_flag: quest.reward for quest in world.quests.values()},
        words_on_flags=_lists(policy.flags),
        words_on_items=_lists(policy.items),
        words_on_actions=_lists(policy.actions),
        thresholds=policy.thresholds,
        manners={str(act): moves for act, moves in policy.manners.items()},
    )


def _lists(names: NameLists) -> Lists:
    return Lists(None if names.allow is None else frozenset(names.allow), frozenset(names.deny))
