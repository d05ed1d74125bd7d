"""What the schema cannot see in the rules of a story: names that lead nowhere, misfit actions."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

from langchain_app.domain.manifest import NameLists
from langchain_app.domain.people.npc import Npc
from langchain_app.domain.story.goals import Goal
from langchain_app.domain.story.story import START, Effects, Hint, Requirements, Reward, Trigger
from langchain_app.domain.world import World
from langchain_app.worlds.source import Path_

Fault = tuple[Path_, str]


def trigger_faults(world: World, trigger: Trigger) -> Iterator[Fault]:
    """Yield what is wrong with a quest's trigger, each with its path."""
    if trigger.npc not in world.npcs:
        yield ("npc",), f"unknown NPC {trigger.npc!r}"
    if trigger.says is None:
        yield (), "a quest's trigger needs `says`; what happens without words is a goal"
    yield from _under("requires", requirement_faults(world, trigger.requires))
    yield from _hint_faults(world, trigger.hints)
    yield from _under("effects", effect_faults(world, trigger.effects, (trigger.npc,)))


def goal_faults(world: World, goal: Goal) -> Iterator[Fault]:
    """Yield what is wrong with a goal, each with its path."""
    yield from _unknown(("npcs",), goal.npcs, world.npcs, "unknown NPC {!r}")
    yield from _under("requires", requirement_faults(world, goal.requires))
    yield from _hint_faults(world, goal.hints)
    yield from _under("effects", effect_faults(world, goal.effects, goal.npcs))
    if goal.requires.stage is not None:
        yield ("requires", "stage"), "only a quest's own trigger may name a stage; name its flag"


def _hint_faults(world: World, hints: Sequence[Hint]) -> Iterator[Fault]:
    for index, hint in enumerate(hints):
        for path, fault in requirement_faults(world, hint.requires):
            yield ("hints", index, "requires", *path), fault
        if hint.requires.stage is not None:
            yield ("hints", index, "requires", "stage"), "a hint names no stage; name its flag"


def requirement_faults(world: World, requires: Requirements) -> Iterator[Fault]:
    """Yield what is wrong with conditions, those within `any_of` too."""
    flags = world.flags | world.level_flags | {START}
    manifest = world.manifest
    named: tuple[tuple[str, Iterable[str], Container[str], str], ...] = (
        ("flags", requires.flags, flags, "unknown flag {!r}"),
        ("unless", requires.unless, flags, "unknown flag {!r}"),
        ("items", requires.items, world.items, "unknown item {!r}"),
        ("places", requires.places, manifest.places, "unknown place {!r}"),
        ("feelings", requires.feelings, manifest.axes, "unknown axis {!r}"),
    )
    for field, names, known, message in named:
        yield from _unknown((field,), names, known, message)
    for index, inner in enumerate(requires.any_of):
        for path, fault in requirement_faults(world, inner):
            yield ("any_of", index, *path), fault


def effect_faults(world: World, effects: Effects, npcs: Sequence[str]) -> Iterator[Fault]:
    """Yield what is wrong with effects of `npcs`: unknown names, and actions that cannot be done."""
    yield from _unknown(
        ("flags",), effects.flags, world.flags, "raises {!r}, which no quest defines"
    )
    yield from _unknown(("gives",), effects.gives, world.items, "unknown item {!r}")
    yield from _unknown(("takes",), effects.takes, world.items, "unknown item {!r}")
    for axis in unknown_axes(world, effects.deltas.axes):
        yield ("deltas", axis), f"unknown axis {axis!r}"
    for index, action in enumerate(effects.actions):
        spec = world.manifest.actions.get(action.name)
        if spec is None:
            yield ("actions", index), f"unknown action {action.name!r}"
        elif fault := spec.fault(action.arguments):
            yield ("actions", index, "arguments"), f"{action.name}: {fault}"
        elif spec.npcs and (others := sorted(set(npcs) - set(spec.npcs))):
            yield ("actions", index), f"{action.name} is not for {', '.join(others)}"


def feeling_faults(world: World, npc: Npc) -> Iterator[Fault]:
    """Yield what is wrong with what an NPC feels at first, and with its reactions."""
    for axis in unknown_axes(world, npc.initial.axes):
        yield ("initial", axis), f"unknown axis {axis!r}"
    for index, trigger in enumerate(npc.forbidden_triggers):
        reaction = Effects(deltas=trigger.reaction.deltas, actions=trigger.reaction.actions)
        for path, fault in effect_faults(world, reaction, (npc.id,)):
            yield ("forbidden_triggers", index, "reaction", *path), fault


def reward_faults(world: World, reward: Reward) -> Iterator[Fault]:
    """Yield what is wrong with a quest's reward."""
    yield from _unknown(("items",), reward.items, world.items, "unknown item {!r}")
    for axis in unknown_axes(world, reward.deltas.axes):
        yield ("deltas", axis), f"unknown axis {axis!r}"


def unknown_axes(world: World, axes: Iterable[str]) -> list[str]:
    """Return the axes that the world does not define."""
    return sorted(set(axes) - world.manifest.axes.keys())


def axis_faults(world: World) -> Iterator[Fault]:
    """Yield what is wrong with the axes of relationships."""
    axes = world.manifest.axes
    if "trust" not in axes:
        yield ("axes",), "the axis 'trust' is missing: gates of lore ask for it"
    for name, axis in axes.items():
        if name in world.quests:
            yield (
                ("axes", name),
                f"{name!r} is a quest already; its levels would be that quest's flags",
            )
        ids = [level.id for level in axis.levels]
        for index, level in enumerate(ids):
            if level in ids[:index]:
                yield ("axes", name, "levels", index), f"the level {level!r} stands twice"


def action_faults(world: World) -> Iterator[Fault]:
    """Yield what is wrong with the list of actions."""
    for name, spec in world.manifest.actions.items():
        for path, fault in _unknown(("npcs",), spec.npcs, world.npcs, "unknown NPC {!r}"):
            yield ("actions", name, *path), fault
        for path, fault in requirement_faults(world, spec.requires):
            yield ("actions", name, "requires", *path), fault
        if spec.requires.stage is not None:
            yield ("actions", name, "requires"), "only a quest's own trigger may name a stage"


def policy_faults(world: World) -> Iterator[Fault]:
    """Yield what is wrong with what words may move."""
    policy = world.manifest.policy
    lists: tuple[tuple[str, NameLists, Container[str]], ...] = (
        ("flags", policy.flags, world.flags),
        ("items", policy.items, world.items),
        ("actions", policy.actions, world.manifest.actions),
    )
    for field, names, known in lists:
        for side, listed in (("allow", names.allow or ()), ("deny", names.deny)):
            for path, fault in _unknown((side,), listed, known, "unknown name {!r}"):
                yield ("policy", field, *path), fault
    yield from _unknown(
        ("policy", "thresholds"), policy.thresholds, world.flags, "unknown flag {!r}"
    )
    for act, deltas in policy.manners.items():
        for axis in unknown_axes(world, deltas.axes):
            # The house's own values speak of axes that a world need not have.
            if "manners" in policy.model_fields_set:
                yield ("policy", "manners", act), f"unknown axis {axis!r}"


def _under(field: str, faults: Iterator[Fault]) -> Iterator[Fault]:
    for path, fault in faults:
        yield (field, *path), fault


def _unknown(
    path: Sequence[str], names: Iterable[str], known: Container[str], message: str
) -> Iterator[Fault]:
    for index, name in enumerate(names):
        if name not in known:
            yield (*path, index), message.format(name)
