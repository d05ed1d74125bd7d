"""What the schema cannot see: ids that lead nowhere, and lore that nobody can ever reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from langchain_app.domain.errors import Mistake
from langchain_app.domain.lore.lore import Gate
from langchain_app.domain.memory.history import PastEvent
from langchain_app.domain.people.npc import Npc
from langchain_app.domain.story.story import START, Item, Quest
from langchain_app.domain.text import LANGUAGES, Language
from langchain_app.domain.world import World
from langchain_app.worlds.checking_rules import (
    action_faults,
    axis_faults,
    feeling_faults,
    goal_faults,
    policy_faults,
    reward_faults,
    trigger_faults,
)
from langchain_app.worlds.source import Path_, SourceFile


@dataclass
class Places:
    """Where each thing stands: `<Type>:<id>` -> file, and the path in it or the line.

    The line of a path is looked for only where a mistake is told: that takes 30 times as long as
    reading.
    """

    _entries: dict[str, tuple[SourceFile, Path_ | int]] = field(default_factory=dict)

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def add(self, key: str, source: SourceFile, where: Path_ | int) -> None:
        """Remember where a thing was read."""
        self._entries[key] = (source, where)

    def mistake(self, key: str, path: Path_, message: str) -> Mistake:
        """Return a mistake at `path` within the thing."""
        source, where = self._entries[key]
        line = where if isinstance(where, int) else source.line_of((*where, *path))
        return source.mistake(line, message)

    def file(self, key: str) -> str:
        """Return the file that the thing stands in."""
        return self._entries[key][0].name


Report = Callable[[str, Path_, str], None]


def check_world(world: World, places: Places) -> list[Mistake]:
    """Return every mistake that shows only when the whole world is read."""
    mistakes: list[Mistake] = []

    def report(key: str, path: Path_, message: str) -> None:
        mistakes.append(places.mistake(key, path, message))

    _check_manifest(world, report)
    for npc in world.npcs.values():
        _check_npc(world, npc, report)
    for quest in world.quests.values():
        _check_quest(world, quest, report)
    for item in world.items.values():
        _check_item(world, item, report)
    for goal in world.goals.values():
        for path, fault in goal_faults(world, goal):
            report(f"Goal:{goal.id}", path, fault)
    _check_passages(world, report)
    _check_lorebooks(world, report)
    for event in world.past.values():
        _check_past(world, event, report)
    return mistakes


def _check_manifest(world: World, report: Report) -> None:
    key = f"Manifest:{world.id}"
    if world.manifest.default_npc not in world.npcs:
        report(key, ("default_npc",), f"unknown NPC {world.manifest.default_npc!r}")
    if not world.npcs:
        report(key, (), "a world needs at least one NPC under npcs/")
    ruled: set[str] = set()
    for index, rule in enumerate(world.manifest.moderation):
        if rule.id in ruled:
            report(key, ("moderation", index, "id"), f"the rule {rule.id!r} stands twice")
        ruled.add(rule.id)
    for language in LANGUAGES:
        _check_synonyms(world.manifest.synonyms[language], (key, language), report)
    for faults in (axis_faults, action_faults, policy_faults):
        for path, fault in faults(world):
            report(key, path, fault)


def _check_synonyms(
    groups: Sequence[Sequence[str]], where: tuple[str, Language], report: Report
) -> None:
    key, language = where
    seen: set[str] = set()
    for index, group in enumerate(groups):
        path = ("synonyms", language, index)
        if len(group) < 2:
            report(key, path, "a group of synonyms needs two words or more")
        for word in group:
            if " " in word:
                report(key, path, f"a synonym is one word: {word!r}; put phrases into `asked`")
            if word.lower() in seen:
                report(key, path, f"{word!r} stands in two places")
            seen.add(word.lower())


def _check_npc(world: World, npc: Npc, report: Report) -> None:
    key = f"Npc:{npc.id}"
    if npc.place not in world.manifest.places:
        report(key, ("place",), f"unknown place {npc.place!r}")
    for index, faction in enumerate(npc.factions):
        if faction not in world.manifest.factions:
            report(key, ("factions", index), f"unknown faction {faction!r}")
    for other in npc.acquaintances:
        if other not in world.npcs and other not in world.manifest.people:
            report(key, ("acquaintances", other), f"unknown person {other!r}")
    for path, fault in feeling_faults(world, npc):
        report(key, path, fault)
    for index, secret in enumerate(npc.secrets):
        passage = world.passages.get(secret)
        if passage is None:
            report(key, ("secrets", index), f"unknown passage {secret!r}")
        elif passage.gate.after == START and passage.gate.trust <= npc.initial.trust:
            report(key, ("secrets", index), f"the secret {secret!r} is told to any stranger")


def _check_quest(world: World, quest: Quest, report: Report) -> None:
    key = f"Quest:{quest.id}"
    if quest.giver not in world.npcs:
        report(key, ("giver",), f"unknown NPC {quest.giver!r}")
    for path, fault in reward_faults(world, quest.reward):
        report(key, ("reward", *path), fault)
    raised = _reachable_flags(world)
    stages: set[str] = set()
    for index, stage in enumerate(quest.stages):
        if stage.id in stages:
            report(key, ("stages", index, "id"), f"the stage {stage.id!r} stands twice")
        elif quest.stage_flag(stage) not in raised:
            report(key, ("stages", index), f"no trigger reaches the stage {stage.id!r}")
        stages.add(stage.id)
    seen: set[str] = set()
    for index, trigger in enumerate(quest.triggers):
        if trigger.id in seen:
            report(key, ("triggers", index, "id"), f"the trigger {trigger.id!r} stands twice")
        seen.add(trigger.id)
        for path, fault in trigger_faults(world, trigger):
            report(key, ("triggers", index, *path), fault)


def _check_item(world: World, item: Item, report: Report) -> None:
    key = f"Item:{item.id}"
    for index, npc in enumerate(item.sold_by):
        if npc not in world.npcs:
            report(key, ("sold_by", index), f"unknown NPC {npc!r}")
    gate = Gate(audience=item.known_by, after=item.after)
    for fault in _gate_faults(world, gate):
        report(key, (), f"{item.id}: {fault}")


def _check_past(world: World, event: PastEvent, report: Report) -> None:
    key = f"PastEvent:{event.id}"
    if event.place is not None and event.place not in world.manifest.places:
        report(key, ("place",), f"unknown place {event.place!r}")
    for fault in _gate_faults(world, event.gate):
        report(key, ("gate",), f"{event.id}: {fault}")


def _check_passages(world: World, report: Report) -> None:
    others = {f"{npc.id}-on-{other}" for npc in world.npcs.values() for other in npc.acquaintances}
    others |= {f"item-{item}" for item in world.items}
    others |= {
        f"{npc.id}-example-{number}"
        for npc in world.npcs.values()
        for number in range(1, len(npc.speech_examples) + 1)
    }
    others |= {f"quest-{quest.id}-{s.id}" for quest in world.quests.values() for s in quest.stages}
    for passage in world.passages.values():
        key = f"Passage:{passage.id}"
        if passage.id in others:
            report(key, (), f"{passage.id}: the id already names an acquaintance, item or stage")
        for fault in _gate_faults(world, passage.gate):
            report(key, (), f"{passage.id}: {fault}")


def _check_lorebooks(world: World, report: Report) -> None:
    for book in world.lorebooks.values():
        for index, entry in enumerate(book.entries):
            where = ("data", "entries", index, "extensions", "dramatis")
            for fault in _gate_faults(world, entry.gate):
                report(f"Lorebook:{book.id}", where, f"{entry.title}: {fault}")


def _gate_faults(world: World, gate: Gate) -> Iterator[str]:
    """Yield why nobody could ever come through `gate`."""
    for name in gate.audience:
        kind, _, known = name.partition(":")
        if name == "public":
            continue
        if kind == "npc" and known not in world.npcs:
            yield f"unknown NPC {known!r}"
        elif kind == "faction" and known not in world.manifest.factions:
            yield f"unknown faction {known!r}"
        elif kind == "faction" and not any(known in npc.factions for npc in world.npcs.values()):
            yield f"nobody can ever reach it: no NPC is of the faction {known!r}"
        elif kind not in ("npc", "faction"):
            yield f"unknown audience {name!r}; expected public, npc:<id> or faction:<id>"
    if gate.after == START or gate.after in world.level_flags:
        return
    if gate.after not in world.flags:
        yield f"unknown flag {gate.after!r}"
    elif gate.after not in _reachable_flags(world):
        yield f"nobody can ever reach it: no trigger raises {gate.after!r}"


def _reachable_flags(world: World) -> frozenset[str]:
    """Return the flags that some order of triggers raises, whatever trust and items they ask for."""
    triggers = world.all_triggers
    reached: frozenset[str] = world.level_flags
    while True:
        found = reached.union(
            *(t.effects.flags for t in triggers if reached >= {*t.requires.flags})
        )
        if found == reached:
            return reached
        reached = found
