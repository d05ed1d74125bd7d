"""Thresholds for world.json, from labelled readings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import orjson
import typer
from rich.console import Console
from rich.table import Table

from langchain_app.evaluation.calibration import (
    FEW,
    Calibrated,
    Labelled,
    ReadingsInvalid,
    calibrate,
    labelled,
    thresholds_of,
)


def run_calibrate(file: Path, precision: float, *, json: bool) -> None:
    """Print what was found for each flag, and the block to paste."""
    found = calibrate(_readings(file), precision)
    thresholds = thresholds_of(found)
    if json:
        for flag in found:
            row = asdict(flag) | {"few": flag.few, "wanted": thresholds.get(flag.flag)}
            typer.echo(orjson.dumps(row).decode())
        return
    Console(highlight=False).print(_table(found))
    few = [flag.flag for flag in found if flag.few]
    if few:
        typer.echo(f"Left out, with fewer than {FEW} examples of either label: {', '.join(few)}")
    never = [flag.flag for flag in found if flag.threshold is None and not flag.few]
    if never:
        typer.echo(f"Nothing keeps a precision of {precision:g}; never read: {', '.join(never)}")
    block = {"policy": {"thresholds": thresholds}}
    typer.echo(orjson.dumps(block, option=orjson.OPT_INDENT_2).decode())


def _table(found: list[Calibrated]) -> Table:
    table = Table("flag", "+", "-", "threshold", "precision", "at least", "recall", "F1", "AUROC")
    for flag in found:
        table.add_row(
            flag.flag,
            str(flag.positives),
            str(flag.negatives),
            "none" if flag.threshold is None else f"{flag.threshold:.4f}",
            f"{flag.precision:.3f}",
            f"{flag.at_least:.3f}",
            f"{flag.recall:.3f}",
            f"{flag.f1:.3f}",
            "-" if flag.auroc is None else f"{flag.auroc:.3f}",
        )
    return table


def _readings(file: Path) -> Iterator[Labelled]:
    """Yield the readings of a JSONL file; raises ReadingsInvalid."""
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise ReadingsInvalid(
            f"{file} cannot be read: {error.strerror}.", "Name a file."
        ) from error
    if not any(map(bytes.strip, lines)):
        raise ReadingsInvalid(f"{file} holds no readings.", "Write one JSON object a line.")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError:
            row = None
        yield labelled(number, row)
