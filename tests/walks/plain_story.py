"""The story's rules once more, as plainly as they can be written: dictionaries and raw files.

It shares no code with the platform. What a branch is, what words do to it and what a load brings back
is said in a few lines each; the random walks hold the platform against it.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]


class PlainWorld:
    """The authored rules, read from the world's files."""

    def __init__(self, folder: Path) -> None:
        manifest = json.loads((folder / "world.json").read_text("utf-8"))
        self.axes: Json = manifest["axes"]
        self.npcs: dict[str, Json] = {n["id"]: n for n in _each(folder, "npcs")}
        self.quests = _each(folder, "quests")
        self.triggers = [trigger for quest in self.quests for trigger in quest["triggers"]]
        self.goals = [goal for goals in _each(folder, "goals") for goal in goals]
        self.rewards = {
            f"{quest['id']}.{quest['stages'][-1]['id']}": quest.get("reward", {})
            for quest in self.quests
        }
        self.manners = {
            "thanks": {"trust": 0.01, "relationship": 0.03},
            "compliment": {"trust": 0.01, "relationship": 0.03},
            "apology": {"trust": 0.02, "relationship": 0.03},
            "affection": {"relationship": 0.03},
            "insult": {"trust": -0.08, "relationship": -0.12},
        }


def _each(folder: Path, kind: str) -> list[Any]:
    return [json.loads(p.read_text("utf-8")) for p in sorted((folder / kind).glob("*.json"))]


class PlainStory:
    """One branch of a player's story."""

    def __init__(self, world: PlainWorld) -> None:
        self.world = world
        self.turns = 0
        self.flags: set[str] = set()
        self.items: set[str] = set()
        self.felt = {
            npc: {axis: float(n.get("initial", {}).get(axis, 0.0)) for axis in world.axes}
            for npc, n in world.npcs.items()
        }
        self.homes: dict[str, str] = {}
        self.events: set[str] = set()

    def copied(self) -> PlainStory:
        """This branch as it stands, apart from what becomes of it."""
        world, self.world = self.world, None  # type: ignore[assignment]
        twin = copy.deepcopy(self)
        self.world = twin.world = world
        return twin

    def say(self, npc: str, act: str, hits: list[str]) -> set[str]:
        """Play an utterance of dialogue act `act` that fits the triggers `hits`; return new flags."""
        self.turns += 1
        before, wanted = set(self.flags), dict.fromkeys(self.world.axes, 0.0)
        fired = next(
            (t for t in self.world.triggers if t["id"] in hits and self._open(t, npc)), None
        )
        if fired is not None:
            self._effects(fired["effects"], npc, wanted)
        else:
            for goal in self.world.goals:
                if not goal.get("says") and npc in goal["npcs"] and self._goal_open(goal, npc):
                    effects = goal.get("effects", {})
                    flags = [*effects.get("flags", []), f"goal.{goal['id']}"]
                    self._effects(effects | {"flags": flags}, npc, wanted)
                    break
        self._add(wanted, self._courteous(self.world.manners.get(act, {}), npc))
        for flag in self.flags - before:
            reward = self.world.rewards.get(flag, {})
            self.items |= set(reward.get("items", []))
            self._add(wanted, reward.get("deltas", {}))
        self._feel(npc, wanted)
        return self.flags - before

    def hurt(self, npc: str, trigger_id: str) -> None:
        """Touch what an NPC does not stand for."""
        self.turns += 1
        (found,) = (t for t in self.world.npcs[npc]["forbidden_triggers"] if t["id"] == trigger_id)
        self._feel(npc, found["reaction"].get("deltas", {}))

    def _open(self, trigger: Json, npc: str) -> bool:
        raises = trigger["effects"].get("flags") or []
        return (
            trigger["npc"] == npc
            and not (raises and self.flags.issuperset(raises))
            and self._met(trigger.get("requires") or {}, npc)
        )

    def _goal_open(self, goal: Json, npc: str) -> bool:
        return f"goal.{goal['id']}" not in self.flags and self._met(goal.get("requires") or {}, npc)

    def _met(self, requires: Json, npc: str) -> bool:
        reached = self.flags | self._levels(npc)
        return (
            reached.issuperset(requires.get("flags", []))
            and reached.isdisjoint(requires.get("unless", []))
            and self.items.issuperset(requires.get("items", []))
            and self.felt[npc]["trust"] >= requires.get("trust", -1.0)
            and not requires.get("happened")  # no game server speaks in these walks
            and not requires.get("game")
        )

    def _levels(self, npc: str) -> set[str]:
        reached = set()
        for name, axis in self.world.axes.items():
            for level in axis.get("levels", []):
                feeling, at = self.felt[npc][name], level["at"]
                if (feeling >= at) if at >= 0 else (feeling <= at):
                    reached.add(f"{name}.{level['id']}")
        return reached

    def _effects(self, effects: Json, npc: str, wanted: dict[str, float]) -> None:
        deltas = effects.get("deltas") or {}
        if not effects.get("flags"):
            deltas = self._courteous(deltas, npc)
        self._add(wanted, deltas)
        self.flags |= set(effects.get("flags") or [])
        self.items |= set(effects.get("gives") or [])
        self.items -= set(effects.get("takes") or [])

    def _courteous(self, deltas: dict[str, float], npc: str) -> dict[str, float]:
        room = {
            axis: max(0.0, spec["courtesy"] - self.felt[npc][axis])
            for axis, spec in self.world.axes.items()
        }
        return {axis: min(delta, room[axis]) for axis, delta in deltas.items()}

    @staticmethod
    def _add(wanted: dict[str, float], deltas: dict[str, float]) -> None:
        for axis, delta in deltas.items():
            wanted[axis] += delta

    def _feel(self, npc: str, wanted: dict[str, float]) -> None:
        for axis, delta in wanted.items():
            cap = self.world.axes[axis]["per_turn"]
            moved = self.felt[npc][axis] + min(cap, max(-cap, delta))
            self.felt[npc][axis] = round(min(1.0, max(-1.0, moved)), 4)
