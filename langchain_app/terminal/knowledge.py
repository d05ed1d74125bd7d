"""World files: checking and ingesting."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
import typer

from langchain_app.domain.errors import Mistake, WorldInvalid
from langchain_app.domain.world import World
from langchain_app.evaluation.story_files import examine_story_tests
from langchain_app.terminal.failing import printable
from langchain_app.worlds import load_world
from langchain_app.worlds.prose_notes import prose_notes
from langchain_app.worlds.story_notes import story_notes, trust_by_words


def run_check(folder: Path, *, json: bool, trust: bool = False) -> None:
    """Print every mistake of a world with its file and line; exit 1 if there is one."""
    mistakes: list[Mistake] = []
    notes, summary, reach = list[str](), "", dict[str, Any]()
    try:
        world = load_world(folder)
        notes = _notes(world)
        reach = trust_by_words(world) if trust else {}
        tests, mistakes = examine_story_tests(folder, world)
        summary = (
            f"{world.id}: {len(world.npcs)} NPCs, {len(world.passages)} passages, "
            f"{len(world.quests)} quests, {len(world.items)} items{_lorebooks(world)}"
            f"{f', {len(tests)} story tests' if tests else ''}; no mistakes"
        )
    except WorldInvalid as invalid:
        mistakes = list(invalid.mistakes)
    if json:
        told = [asdict(mistake) for mistake in mistakes]
        found: dict[str, Any] = {"folder": str(folder), "mistakes": told, "notes": notes}
        found |= {"trust": reach} if trust else {}
        typer.echo(orjson.dumps(found).decode())
    else:
        for mistake in mistakes:
            typer.echo(printable(str(mistake)))
        for note in notes:
            typer.echo(printable(f"note: {note}"))
        for npc, earned in reach.items():
            beyond = ", ".join(f"{id} ({least:g})" for id, least in earned["beyond"].items())
            told_last = f"; only the game opens {beyond}" if beyond else ""
            typer.echo(
                printable(f"trust: {npc}: {earned['most']:g} by words at the most{told_last}")
            )
        typer.echo(
            summary if not mistakes else f"{len(mistakes)} mistake{'s' * (len(mistakes) != 1)}"
        )
    if mistakes:
        raise typer.Exit(1)


def _lorebooks(world: World) -> str:
    entries = sum(len(book.entries) for book in world.lorebooks.values())
    return f", {entries} lorebook entries" if entries else ""


def _notes(world: World) -> list[str]:
    """Return what is no mistake, since a format allows it, and does nothing all the same."""
    books = [
        f"lorebooks/{book.id}.json: {entry.title}: the key {key[:60]!r} never matches: {why}"
        for book in world.lorebooks.values()
        for entry in book.entries
        for key, why in entry.refused().items()
    ]
    return [*story_notes(world), *prose_notes(world), *books]


def run_ingest(folder: Path, *, json: bool) -> None:
    """Ingest a world with a progress bar."""
    from langchain_app.composition.bootstrap import ingest_world
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
