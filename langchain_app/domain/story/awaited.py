"""What the story waited for when a turn was played, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from langchain_app.domain.story.policy import CONFIDENT
from langchain_app.domain.story.reading import Reading
from langchain_app.domain.story.settlement import Settlement
from langchain_app.domain.story.story import Quest, Trigger


@dataclass(frozen=True, slots=True)
class Awaited:
    """A flag that an open trigger would raise, and whether this turn raised it.

    `probability` is a state reader's, `reader_threshold` and `world_threshold` what either asks for,
    `threshold` the one that was used; None where nobody gave a figure. `item` came with the flag.
    """

    flag: str
    trigger: str
    raised: bool
    probability: float | None = None
    threshold: float | None = None
    reader_threshold: float | None = None
    world_threshold: float | None = None
    item: str | None = None


def awaited(
    waiting: Iterable[Trigger],
    settlement: Settlement,
    reading: Reading | None,
    thresholds: Mapping[str, float],
) -> tuple[Awaited, ...]:
    """Return every flag that the `waiting` triggers would raise or that was raised, each once."""
    movers = {entry.name: entry for entry in settlement.entries if entry.kind == "flag"}
    given = {entry.source: entry.name for entry in settlement.entries if entry.kind == "item"}
    found: dict[str, Awaited] = {}
    for trigger in waiting:
        source = f"trigger:{trigger.id}"
        for flag in trigger.effects.flags:
            entry = movers.get(flag)
            mine = entry is not None and flag in settlement.flags and entry.source == source
            if flag in found and not mine:
                continue  # of two roads to a flag, the one that was taken is told
            probability, threshold = _judged(trigger, flag, reading, thresholds)
            found[flag] = Awaited(
                flag=flag,
                trigger=trigger.id,
                raised=flag in settlement.flags,
                probability=probability,
                threshold=threshold,
                reader_threshold=reading.thresholds.get(flag) if reading else None,
                world_threshold=thresholds.get(flag),
                item=given.get(source) if mine else None,
            )
    return tuple(found.values())


def _judged(
    trigger: Trigger, flag: str, reading: Reading | None, thresholds: Mapping[str, float]
) -> tuple[float | None, float | None]:
    """Return what a reader gave the gate and what it had to reach: Reading.opens in figures."""
    if reading is None:
        return None, None
    named, own = reading.triggers.get(trigger.id), reading.flags.get(flag)
    if named is not None and (named >= CONFIDENT or own is None):
        return named, CONFIDENT
    if own is None:
        return None, None
    return own, thresholds.get(flag, reading.thresholds.get(flag, CONFIDENT))


def stages_reached(
    quests: Iterable[Quest], npc_id: str, flags: frozenset[str], settled: Iterable[str]
) -> tuple[tuple[str, str], ...]:
    """Return quest and furthest reached stage of the quests that this NPC has a part in.

    The quest that this turn moved comes first.
    """
    moved = set(settled)
    found = []
    for quest in quests:
        part = quest.giver == npc_id or any(t.npc == npc_id for t in quest.triggers)
        reached = [stage.id for stage in quest.stages if quest.stage_flag(stage) in flags]
        if part and reached:
            found.append((not moved.isdisjoint(quest.defined_flags), quest.id, reached[-1]))
    found.sort(key=lambda one: not one[0])
    return tuple((quest, stage) for _, quest, stage in found)
