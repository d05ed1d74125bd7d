"""What is kept of a player: shown, or erased."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import typer

from langchain_app.composition.bootstrap import open_players
from langchain_app.services.players import Players
from langchain_app.settings import Settings
from langchain_app.terminal.progress import opening


def run_show(player_id: str, *, json: bool) -> None:
    """Print everything kept of a player."""
    with opening("reading what is kept"):
        shown = _done(lambda players: players.show(player_id))
    if json:
        typer.echo(orjson.dumps(shown).decode())
        return
    for name, rows in shown.items():
        if isinstance(rows, list):
            typer.echo(f"{name}: {len(rows)}")
            for row in rows:
                typer.echo(f"  {orjson.dumps(row).decode()}")


def run_erase(player_id: str, *, yes: bool, json: bool) -> None:
    """Erase a player after asking; exit 1 where something that names them is left."""
    if not yes:
        typer.confirm(f"Erase everything that is kept of {player_id!r}, for good?", abort=True)
    with opening("erasing"):
        erased = _done(lambda players: players.erase(player_id))
    if json:
        typer.echo(orjson.dumps(erased).decode())
    else:
        for table, rows in erased["deleted"].items():
            typer.echo(f"{table}: {rows} deleted")
        left = sum(erased["remaining"].values())
        typer.echo(f"rows left that name {player_id!r}, in all tables: {left}")
    if erased["remaining"]:
        raise typer.Exit(1)


def _done(work: Callable[[Players], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    async def run() -> dict[str, Any]:
        async with open_players(Settings()) as players:
            return await work(players)

    return asyncio.run(run())
