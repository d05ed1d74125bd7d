"""What the shipped model makes of written data: what it gets wrong is what it has to learn.

Run as: python -m training.understanding.tried FILE [--all]

FILE is a file of acts (`.txt`) or of labelled lines (`.jsonl`), in the forms of data/README.md. Who
writes data runs this after every few lines, looks at what the reader gets wrong, and writes more of
that make; a label never changes because of the reader. Prints what is read wrongly (`--all`:
everything); the last line is JSON.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from langchain_app.domain.text import Language, LocalText
from langchain_app.domain.understanding.understanding import Before, StoryAct, ToRead, Understood
from langchain_app.encoder.encoder import Encoder
from langchain_app.encoder.understanding import EmbeddedUnderstanding
from training.understanding.examples import Act, Told, acts_of, told_of
from training.understanding.examples import Before as Turn

HEARD, TAKEN = 0.6, 0.3
"""A line that performs its act is read wrongly below the first, another one above the second."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the arguments and read the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--all", action="store_true")
    asked = parser.parse_args(arguments)
    reader = EmbeddedUnderstanding(Encoder())
    if asked.file.suffix == ".jsonl":
        read = _told_read(reader, list(told_of(asked.file)))
    else:
        read = _acts_read(reader, list(acts_of(asked.file)))
    lines = wrong = 0
    for is_wrong, told in read:
        lines, wrong = lines + 1, wrong + is_wrong
        if is_wrong or asked.all:
            print("wrong" if is_wrong else "right", told, flush=True)
    print(json.dumps({"lines": lines, "wrong": wrong}))
    return 0


def _acts_read(reader: EmbeddedUnderstanding, acts: Sequence[Act]) -> Iterator[tuple[bool, str]]:
    for act in acts:
        names = LocalText(en=act.npc["en"].split(",")[0], ko=act.npc["ko"].split()[-1])
        story = StoryAct(
            act.id,
            {language: tuple(texts) for language, texts in act.examples.items()},  # type: ignore[arg-type]  # read by language, as LocalTexts are
            LocalText(**act.sentence),
        )
        for line in act.lines:
            understood = _reading(reader, line.text, line.language, line.before, names, story)
            p = understood.judged[act.id].performs
            sign = "+" if line.performs else "-"
            is_wrong = p < HEARD if line.performs else p > TAKEN
            yield is_wrong, f"{p:.2f} {act.id} {sign} {line.language} {line.kind} | {line.text}"


def _told_read(reader: EmbeddedUnderstanding, lines: Sequence[Told]) -> Iterator[tuple[bool, str]]:
    nobody = LocalText(en="Nobody", ko="아무개")
    for line in lines:
        read = _reading(reader, line.text, line.language, line.before, nobody)
        found: dict[str, tuple[Any, Any]] = {
            "act": (read.act, line.act),
            "mode": (read.mode, line.mode),
            "alone": (read.alone, line.alone),
            "tells": (
                sorted((told.slot, told.value) for told in read.told),
                sorted((slot, value) for _, slot, value, _ in line.tells),
            ),
            "asks": (read.asked.of_player, bool(line.asks)),
        }
        wrong = [f"{name}: {a} for {b}" for name, (a, b) in found.items() if a != b]
        yield bool(wrong), f"{line.language} {line.text} | {'; '.join(wrong)}"


def _reading(
    reader: EmbeddedUnderstanding,
    text: str,
    language: Language,
    turns: Sequence[Turn],
    names: LocalText,
    *story: StoryAct,
) -> Understood:
    said = [turn.text for turn in turns if turn.who == "P"]
    answered = next((turn.text for turn in reversed(turns) if turn.who == "N"), "")
    before = tuple(Before(player, "") for player in said[:-1])
    if turns:
        before += (Before(said[-1] if said else "", answered),)
    npc: Any = SimpleNamespace(name=names)
    return reader.reading(ToRead(text, language, npc, before, story))


if __name__ == "__main__":
    raise SystemExit(main())
