"""World files: checking and ingesting."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import orjson
import typer

from langchain_app.domain.errors import WorldInvalid
from langchain_app.worlds import load_world


def run_check(folder: Path, *, json: bool) -> None:
    """Print every mistake of a world with its file and line; exit 1 if there is one."""
    mistakes, summary = [], ""
    try:
        world = load_world(folder)
        summary = (
            f"{world.id}: {len(world.npcs)} NPCs, {len(world.passages)} passages, "
            f"{len(world.quests)} quests, {len(world.items)} items; no mistakes"
        )
    except WorldInvalid as invalid:
        mistakes = list(invalid.mistakes)
    if json:
        found = {"folder": str(folder), "mistakes": [asdict(mistake) for mistake in mistakes]}
        typer.echo(orjson.dumps(found).decode())
    else:
        for mistake in mistakes:
            typer.echo(str(mistake))
        typer.echo(summary or f"{len(mistakes)} mistake{'s' * (len(mistakes) != 1)}")
    if mistakes:
        raise typer.Exit(1)


def run_ingest(folder: Path, *, json: bool) -> None:
    """Ingest a world with a progress bar."""
    from langchain_app.bootstrap import ingest_world
    from langchain_app.settings import PlatformSettings, Settings
    from langchain_app.terminal.progress import opening

    settings = Settings(platform=PlatformSettings(world=folder))
    with opening("reading the world") as report:
        done = ingest_world(settings, report)
    if json:
        typer.echo(orjson.dumps(asdict(done)).decode())
    elif done.written:
        typer.echo(
            f"{folder}: version {done.version}, {done.chunks} chunks: {done.added} added, "
            f"{done.changed} changed, {done.removed} removed, {done.unchanged} unchanged; "
            f"{done.embedded} embedded"
        )
    else:
        typer.echo(f"{folder}: version {done.version} stands there already; nothing to do")
