"""The story's rules once more, as plainly as they can be written: dictionaries and raw files.

It shares no code with the platform. What a branch is, what words do to it and what a load brings back
is said in a few lines each; the random walks hold the platform against it. What the words mean is
given: a reading, as a dictionary.
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
        self.actions: Json = manifest["actions"]
        self.quests = _each(folder, "quests")
        self.gates = [gate for quest in self.quests for gate in quest["triggers"]]
        for goal in (goal for goals in _each(folder, "goals") for goal in goals):
            effects, name = goal.get("effects") or {}, f"goal.{goal['id']}"
            if not goal.get("repeatable"):
                effects = effects | {"flags": [*effects.get("flags", []), name]}
            self.gates += [
                goal | {"id": name, "npc": npc, "effects": effects} for npc in goal["npcs"]
            ]
        self.rewards = {
            f"{quest['id']}.{quest['stages'][-1]['id']}": quest.get("reward", {})
            for quest in self.quests
        }
        self.manners = {
            "thanks": {"trust": 0.01, "relationship": 0.03},
            "praises": {"trust": 0.01, "relationship": 0.03},
            "apologises": {"trust": 0.02, "relationship": 0.03},
            "affection": {"relationship": 0.03},
            "insults": {"trust": -0.08, "relationship": -0.12},
        }


def _each(folder: Path, kind: str) -> list[Any]:
    return [json.loads(p.read_text("utf-8")) for p in sorted((folder / kind).glob("*.json"))]


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _aside(reading: Json) -> bool:
    """Return whether it is a question about what was talked of, or wants something plain."""
    plain = [
        "haggle",
        "sell",
        "teach",
        "join",
        "come_along",
        "permit",
        "perform",
        "nonsense",
        "care",
    ]
    return (reading["act"] == "asks" and not reading["alone"]) or reading["wanted"] in plain


def _only_acts(gate: Json) -> bool:
    """Whether all that follows is that the NPC does something."""
    effects = gate["effects"]
    return bool(effects.get("actions")) and not any(
        effects.get(k) for k in ("flags", "takes", "gives")
    )


def _on_despair(gate: Json) -> bool:
    """Return whether it opens on despair, whatever the words."""
    return bool(gate["says"].get("opens_on") == "despair")


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
        self.asked: dict[str, str | None] = {}
        """What each NPC asked back about in the last turn with it."""
        self.talk: dict[str, list[tuple[str, str]]] = {}
        """What was said to each NPC and what it answered."""
        self.homes: dict[str, str] = {}
        self.events: set[str] = set()

    def copied(self) -> PlainStory:
        """This branch as it stands, apart from what becomes of it."""
        world, self.world = self.world, None  # type: ignore[assignment]
        twin = copy.deepcopy(self)
        self.world = twin.world = world
        return twin

    def say(
        self, npc: str, text: str, language: str, reading: Json | None, *, answered: bool = False
    ) -> Json:
        """Play an utterance that was read so, or not at all; return what the turn does.

        `answered` says that it asks what lore surely answers.
        """
        self.turns += 1
        before, wanted = set(self.flags), dict.fromkeys(self.world.axes, 0.0)
        done: Json = {"fired": None, "asks_back": None, "hint": None, "hurt": None, "flags": set()}
        asked, self.asked[npc] = self.asked.get(npc), None
        if reading and reading["little"]:  # nothing else by the way, unless it is certain
            certain = {key: p if p >= 0.95 else 0.0 for key, p in reading["p"].items()}
            despair = reading["despair"] if reading["despair"] >= 0.95 else 0.0
            reading = reading | {"p": certain, "despair": despair}
        read = reading
        reading = self._despairing(npc, reading)
        reading = self._certain(npc, text, language, reading)
        least = 0.8 if reading and reading["alone"] else 0.95
        if reading and (hurt := self._hurt(npc, reading["p"], least)):
            self._feel(npc, hurt["reaction"].get("deltas", {}))
            return done | {"hurt": hurt["id"]}
        reading = self._in_earnest(npc, text, language, reading)
        if reading and answered:
            sure = {key: p if p >= 0.8 else 0.0 for key, p in reading["p"].items()}
            reading = reading | {"p": sure}
        fired = self._decide(npc, reading, asked, done, answered=answered) if reading else None
        if read and self._tells_trouble(npc, read, done["hint"], answered):
            done["hint"] = None
            opens = fired["id"] if fired else done["asks_back"]
            helps = read["p"].get("offers_help", 0)
            if opens and not read["yes"] and read["p"].get(opens, 1) < helps:
                fired, done["asks_back"] = None, None
        self.asked[npc] = done["asks_back"]
        if fired is None and done["asks_back"] is None:
            fired = next((g for g in self.opened(npc) if not g.get("says")), None)
        if fired is not None:
            done |= {"fired": fired["id"], "hint": None}
            self._effects(fired["effects"], npc, wanted)
        if reading and reading["meant"] and not reading["steers"]:
            self._add(wanted, self._courteous(self.world.manners.get(reading["act"], {}), npc))
        for flag in self.flags - before:
            reward = self.world.rewards.get(flag, {})
            self.items |= set(reward.get("items", []))
            self._add(wanted, reward.get("deltas", {}))
        self._feel(npc, wanted)
        return done | {"flags": self.flags - before}

    def opened(self, npc: str) -> list[Json]:
        """The gates that may be gone through with this NPC now."""
        return [
            gate
            for gate in self.world.gates
            if gate["npc"] == npc
            and not self._over(gate)
            and self._met(gate.get("requires") or {}, npc)
            and self.items.issuperset(gate["effects"].get("takes") or [])
            and all(self._possible(a["name"], npc) for a in gate["effects"].get("actions") or [])
        ]

    def closed(self, npc: str) -> list[Json]:
        """The gates that wait for words and whose time is still to come."""
        opened = [gate["id"] for gate in self.opened(npc)]
        return [
            gate
            for gate in self.world.gates
            if gate["npc"] == npc
            and gate.get("says")
            and gate["id"] not in opened
            and not self._over(gate)
            and (gate["effects"].get("flags") or gate.get("hint") or gate.get("hints"))
            and self.flags.isdisjoint((gate.get("requires") or {}).get("unless", []))
        ]

    def forbidden(self, npc: str) -> list[Json]:
        """What this NPC does not stand for."""
        return self.world.npcs[npc].get("forbidden_triggers", [])

    def waits(self, npc: str) -> set[str]:
        """What an utterance to this NPC is held against, by its key in a reading."""
        every = [gate for gate in (*self.opened(npc), *self.closed(npc)) if gate.get("says")]
        gates = [gate["id"] for gate in every if not _on_despair(gate)]
        keys = {*gates, *(f"forbidden:{one['id']}" for one in self.forbidden(npc))}
        return keys | ({"offers_help"} if self.troubled(npc) else set())

    def troubled(self, npc: str) -> bool:
        """Whether this NPC has a quest to give that has not begun."""
        return any(self._waits(quest, npc) for quest in self.world.quests)

    def _waits(self, quest: Json, npc: str) -> bool:
        begun = any(flag.startswith(f"{quest['id']}.") for flag in self.flags)
        return bool(quest["giver"] == npc and not begun)

    def _tells_trouble(self, npc: str, read: Json, hint: str | None, answered: bool) -> bool:
        """Whether the trouble is told: help is offered, or the next step of an unknown quest asked."""
        waiting = next((q["id"] for q in self.world.quests if self._waits(q, npc)), None)
        if waiting is None:
            return False
        quest = next(q for q in self.world.quests if q["id"] == waiting)
        lately = [reply for _, reply in self.talk.get(npc, [])[-6:]]
        told = any(said in reply for said in quest["trouble"].values() for reply in lately)
        asks_it = read["personal"] not in (None, "mood", "worries")
        least = 0.95 if answered else 0.8 if told or asks_it or _aside(read) else 0.3
        if read["p"].get("offers_help", 0) >= least:
            return True
        gates = [gate for gate in self.world.gates if gate["id"] == hint and gate["npc"] == npc]
        flags = [flag for g in gates for flag in (g.get("requires") or {}).get("flags", [])]
        begins = any(flag.startswith(f"{waiting}.") for flag in flags)
        return bool(hint and hint.startswith("goal.") and begins)

    def _decide(
        self, npc: str, reading: Json, asked: str | None, done: Json, *, answered: bool
    ) -> Json | None:
        """Return the gate that the words open; note what is asked back about or hinted at."""
        p, opened = reading["p"], [gate for gate in self.opened(npc) if gate.get("says")]
        asks_on = reading["act"] == "asks" and not reading["alone"]
        if asks_on:  # opens no stall by the way
            others = [one["id"] for one in opened if _only_acts(one) and one["id"] != asked]
            stalls = {one for one in others if p.get(one, 0) < 0.95}
            p = p | dict.fromkeys(stalls, 0.0)
        for gate in opened:
            again = p.get(gate["id"], 0) >= 0.5 and reading["act"] != "refuses"
            if gate["id"] == asked and (reading["yes"] or again):
                return gate
        for gate in sorted(opened, key=lambda gate: -p.get(gate["id"], 0)):
            sure, confirm = p.get(gate["id"], 0), gate.get("confirm", "unsure")
            doubted = self.is_costly(gate) and confirm != "never"
            if doubted and (sure < 0.85 or confirm == "always"):
                if sure >= (0.8 if self._again(gate, npc) else 0.7 if _only_acts(gate) else 0.3):
                    done["asks_back"] = gate["id"]
                    return None
            elif sure >= 0.5:
                return gate
        for gate in sorted(self.closed(npc), key=lambda gate: -p.get(gate["id"], 0)):
            rather = _aside(reading) or self._again(gate, npc)
            asks = asks_on or (answered and gate["id"].startswith("goal."))
            if p.get(gate["id"], 0) >= (0.95 if asks else 0.8 if rather else 0.5):
                done["hint"] = gate["id"]
                return None
        return None

    def _again(self, gate: Json, npc: str) -> bool:
        """Whether the NPC asked back about it, or hinted at it, in the turns that it has at hand."""
        met = (one for one in gate.get("hints", []) if self._met(one.get("requires") or {}, npc))
        lines = [gate.get("asks_back"), next(met, gate.get("hint"))]
        said = [line[language] for line in lines if line for language in ("en", "ko")]
        return any(text in reply for text in said for _, reply in self.talk.get(npc, [])[-6:])

    def _despairing(self, npc: str, reading: Json | None) -> Json | None:
        """Return the reading with what opens on despair in it."""
        if not reading:
            return reading
        gates = [one for one in (*self.opened(npc), *self.closed(npc)) if one.get("says")]
        despairs = {one["id"]: reading["despair"] for one in gates if _on_despair(one)}
        return reading | {"p": reading["p"] | despairs}

    def _in_earnest(self, npc: str, text: str, language: str, reading: Json | None) -> Json | None:
        """Return the reading; of one that steers only despair, and an example word for word."""
        if not reading or not reading["steers"]:
            return reading
        gates = [one for one in (*self.opened(npc), *self.closed(npc)) if one.get("says")]
        kept = {*self._written(npc, text, language), *(g["id"] for g in gates if _on_despair(g))}
        return reading | {"p": {key: p for key, p in reading["p"].items() if key in kept}}

    def _certain(self, npc: str, text: str, language: str, reading: Json | None) -> Json | None:
        """Return the reading, in which an example that is meant, word for word, is certain."""
        if not reading or not reading["meant"]:
            return reading
        p, exact = reading["p"], self._written(npc, text, language)
        return reading | {"p": p | {key: max(p.get(key, 0), 0.85) for key in exact}}

    def _written(self, npc: str, text: str, language: str) -> list[str]:
        """Return the keys of what has the text among its examples."""
        gates = [one for one in (*self.opened(npc), *self.closed(npc)) if one.get("says")]
        shown = {one["id"]: one["says"]["examples"] for one in gates}
        shown |= {f"forbidden:{one['id']}": one["examples"] for one in self.forbidden(npc)}
        return [
            key
            for key, examples in shown.items()
            if _letters(text) in {_letters(example) for example in examples[language]}
        ]

    def _hurt(self, npc: str, p: dict[str, float], least: float) -> Json | None:
        gates = [one["id"] for one in (*self.opened(npc), *self.closed(npc)) if one.get("says")]
        surest = max([least, *(p.get(gate, 0) for gate in gates)])
        touched = [
            one for one in self.forbidden(npc) if p.get(f"forbidden:{one['id']}", 0) >= surest
        ]
        return max(touched, key=lambda one: p[f"forbidden:{one['id']}"], default=None)

    def is_costly(self, gate: Json) -> bool:
        """Whether a player would want it back."""
        effects = gate["effects"]
        ends = not self.world.rewards.keys().isdisjoint(effects.get("flags") or [])
        return ends or any(effects.get(what) for what in ("gives", "takes", "actions"))

    def _over(self, gate: Json) -> bool:
        raises = gate["effects"].get("flags") or []
        return bool(raises) and self.flags.issuperset(raises)

    def _possible(self, action: str, npc: str) -> bool:
        spec = self.world.actions[action]
        return npc in spec.get("npcs", [npc]) and self._met(spec.get("requires") or {}, npc)

    def _met(self, requires: Json, npc: str) -> bool:
        reached = self.flags | self._levels(npc)
        return (
            reached.issuperset(requires.get("flags", []))
            and reached.isdisjoint(requires.get("unless", []))
            and self.items.issuperset(requires.get("items", []))
            and self.felt[npc]["trust"] >= requires.get("trust", -1.0)
            and not requires.get("happened")  # no game server speaks in these walks
            and not requires.get("game")
            and (
                not requires.get("any_of") or any(self._met(one, npc) for one in requires["any_of"])
            )
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
