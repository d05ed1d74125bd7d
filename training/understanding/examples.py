"""The written data, read and checked: training/understanding/data/README.md tells the formats."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from langchain_app.domain.text import Language
from langchain_app.encoder.labels import ACTS, LAST_HEADS, MODES, SLOTS

DATA = Path(__file__).parent / "data"
BLIND, BLIND_NOT = "blind", "blind_not"
"""Kinds of lines by authors who saw an act's sentence and nothing else: it is performed, or not."""
POSITIVE = frozenset("plain polite rude slang short indirect long double feeling blind".split())  # noqa: SIM905
OUTCOME_OF = {
    "object": "other", "person": "other", "denied": "denied", "unwilling": "unwilling",
    "contrast": "unwilling", "withheld": "withheld", "supposed": "supposed", "condition": "supposed",
    "bargain": "bargained", "later": "later", "asks": "asks", "past": "past", "partial": "partial",
    "purpose": "harmful", "quoted": "quoted", "reported": "quoted", "ironic": "ironic", "play": "play",
    "ordered": "ordered", "topic": "unrelated",
}  # fmt: skip
"""What each kind of near-miss is told apart as."""
_HEAD = re.compile(r"(npc|en|ko): (.+)$")
_BLIND = re.compile(r"([+-]) (en|ko) \| ((?:[NP]: [^|]+ \| )*[^|]+)$")
_LINE = re.compile(r"([e+-]) (en|ko)(?: (\w+))? \| (.+)$")


class DataInvalid(ValueError):
    """A line of the data that does not parse: file, line and reason."""


@dataclass(frozen=True, slots=True)
class Before:
    """A turn before the line: who spoke, `N` (the NPC) or `P` (the player), and what."""

    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line that performs an act or does not."""

    language: Language
    text: str
    kind: str
    before: tuple[Before, ...] = ()

    @property
    def performs(self) -> bool:
        """Whether it performs the act."""
        return self.kind in POSITIVE

    @property
    def outcome(self) -> str:
        """One of OUTCOMES; "" where it does not perform the act and nobody said what it is instead."""
        return "performs" if self.performs else OUTCOME_OF.get(self.kind, "")


@dataclass(slots=True)
class Act:
    """An act of an invented world: what happens, whom with, examples, and lines."""

    id: str
    set: str
    npc: dict[str, str] = field(default_factory=dict)
    sentence: dict[str, str] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=lambda: {"en": [], "ko": []})
    lines: list[Line] = field(default_factory=list)

    @property
    def story(self) -> str:
        """The small story that it is part of; most acts stand for themselves: then its own id."""
        story, _, _ = self.id.rpartition("/")
        return self.id if story == self.set else story


@dataclass(frozen=True, slots=True)
class Told:
    """A labelled line: what it does and tells. `tells` are (whose, slot, value, stance)."""

    set: str
    language: Language
    text: str
    act: str
    mode: str = "meant"
    alone: bool = True
    before: tuple[Before, ...] = ()
    tells: tuple[tuple[str, str, str, str], ...] = ()
    old: str | None = None
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recall:
    """Something told, later questions that it answers, and others that it does not."""

    set: str
    language: Language
    told: str
    asks: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A line and its label, for one of the heads that are learnt last."""

    set: str
    language: Language
    text: str
    label: str
    before: tuple[Before, ...] = ()


def labelled(head: str, folder: Path = DATA) -> list[Labelled]:
    """Return every line of a head that is learnt last (`LAST_HEADS`); raises DataInvalid."""
    return [one for file in sorted((folder / head).glob("*.jsonl")) for one in _labelled(file)]


def recalls(folder: Path = DATA) -> list[Recall]:
    """Return every memory of `recalls/*.jsonl` with its questions; raises DataInvalid."""
    return [one for file in sorted((folder / "recalls").glob("*.jsonl")) for one in _recalls(file)]


def acts(folder: Path = DATA) -> list[Act]:
    """Return every act of `triggers/*.txt`, with its lines of `blind/*.txt`; raises DataInvalid."""
    found = [act for file in sorted((folder / "triggers").glob("*.txt")) for act in acts_of(file)]
    known = {act.id: act for act in found}
    for file in sorted((folder / "blind").glob("*.txt")):
        _add_blind(file, known)
    return found


def told(folder: Path = DATA) -> list[Told]:
    """Return every line of `lines/*.jsonl`; raises DataInvalid."""
    return [line for file in sorted((folder / "lines").glob("*.jsonl")) for line in told_of(file)]


def acts_of(file: Path) -> Iterator[Act]:
    """Yield the acts of one file of `triggers/`; raises DataInvalid."""
    act: Act | None = None
    for number, row in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not row.strip() or row.startswith("#"):
            continue
        if row.startswith("== "):
            if act is not None:
                yield act
            act = Act(f"{file.stem}/{row[3:].strip()}", file.stem)
        elif act is None or not _added(act, row):
            raise DataInvalid(f"{file.name}:{number}: {row[:80]!r} is no line of an act")
    if act is not None:
        yield act


def _add_blind(file: Path, known: dict[str, Act]) -> None:
    """Add the lines of a file to the acts that it names; lines of sets that are not here are not."""
    act: Act | None = None
    for number, row in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if row.startswith("== "):
            act = known.get(row[3:].strip())
        elif row.strip():
            match = _BLIND.match(row)
            if match is None:
                raise DataInvalid(f"{file.name}:{number}: {row[:80]!r} is no line of an act")
            if act is not None:
                *before, text = match[3].split(" | ")
                kind = BLIND if match[1] == "+" else BLIND_NOT
                turns = tuple(Before(turn[0], turn[3:]) for turn in before)
                act.lines.append(Line("en" if match[2] == "en" else "ko", text, kind, turns))


def _added(act: Act, row: str) -> bool:
    if head := _HEAD.match(row):
        if head[1] == "npc":
            english, _, korean = head[2].partition(" / ")
            act.npc.update(en=english.strip(), ko=(korean or english).strip())
        else:
            act.sentence[head[1]] = head[2]
        return True
    match = _LINE.match(row)
    if match is None:
        return False
    sign, language, kind, rest = match.groups()
    *before, text = rest.split(" | ")
    if sign == "e":
        act.examples[language].append(text)
        return kind is None
    if kind is None or (kind not in POSITIVE if sign == "+" else kind not in OUTCOME_OF):
        return False
    if any(turn[:3] not in ("N: ", "P: ") for turn in before):
        return False
    turns = tuple(Before(turn[0], turn[3:]) for turn in before)
    act.lines.append(Line("en" if language == "en" else "ko", text, kind, turns))
    return True


def told_of(file: Path) -> Iterator[Told]:
    """Yield the lines of one file of `lines/`; raises DataInvalid."""
    for number, row in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not row.strip():
            continue
        try:
            yield _one_told(file.stem, json.loads(row))
        except (ValueError, KeyError, TypeError) as error:
            raise DataInvalid(f"{file.name}:{number}: {error!r}") from error


def _recalls(file: Path) -> Iterator[Recall]:
    for number, row in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            found = json.loads(row)
            language = found["l"]
            yield Recall(
                file.stem, language, found["told"], tuple(found["asks"]), tuple(found["not"])
            )
        except (ValueError, KeyError, TypeError) as error:
            raise DataInvalid(f"{file.name}:{number}: {error!r}") from error


def _labelled(file: Path) -> Iterator[Labelled]:
    labels = LAST_HEADS[file.parent.name]
    for number, row in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            found = json.loads(row)
            if found["k"] not in labels:
                raise ValueError(f"unknown label {found['k']!r}")
            said = found.get("b", "")
            who, text = ("P", said[3:]) if said.startswith("P: ") else ("N", said)
            before = (Before(who, text),) if text else ()
            yield Labelled(file.stem, found["l"], found["t"], found["k"], before)
        except (ValueError, KeyError, TypeError) as error:
            raise DataInvalid(f"{file.name}:{number}: {error!r}") from error


def _one_told(name: str, row: dict[str, Any]) -> Told:
    text = row["t"]
    tells = tuple((str(a), str(b), str(c), str(d)) for a, b, c, d in row.get("tells", ()))
    for whose, slot, value, stance in tells:
        if value not in text or (whose != "player" and whose not in text) or slot not in SLOTS:
            raise ValueError(f"{(whose, slot, value)} does not stand in the text")
        if stance not in ("holds", "past", "ends"):
            raise ValueError(f"no stance: {stance}")
    if row["act"] not in ACTS or row.get("mode", "meant") not in MODES:
        raise ValueError("unknown act or mode")
    before = (Before("N", row["b"]),) if row.get("b") else ()
    return Told(
        name,
        row["l"],
        text,
        row["act"],
        row.get("mode", "meant"),
        bool(row.get("alone", 1)),
        before,
        tells,
        row.get("old"),
        tuple(row.get("asks", ())),
    )
