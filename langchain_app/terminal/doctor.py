"""What works on this machine, and what to do about the rest."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

import orjson
import typer
from rich.console import Console
from rich.table import Table

from langchain_app.composition.diagnosis import diagnose
from langchain_app.settings import Settings
from langchain_app.terminal.progress import opening


def run_doctor(*, json: bool) -> None:
    """Print each part; exit 1 if one does not answer."""
    with opening("asking every part"):
        parts = asyncio.run(diagnose(Settings()))
    if json:
        found = {name: asdict(part) for name, part in parts.items()}
        typer.echo(orjson.dumps(found).decode())
    else:
        table = Table("", "part", "adapter", "says", "what to do")
        for name, part in parts.items():
            mark = "[green]ok[/green]" if part.ok else "[red]no[/red]"
            table.add_row(mark, name, part.adapter, part.detail, part.hint)
        Console(highlight=False).print(table)
    if not all(part.ok for part in parts.values()):
        raise typer.Exit(1)
