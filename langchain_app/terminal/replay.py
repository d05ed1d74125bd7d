"""A settled turn, played again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from langchain_app.bootstrap import open_platform
from langchain_app.replaying import Replay, Replays
from langchain_app.settings import Settings
from langchain_app.terminal.failing import printable
from langchain_app.terminal.progress import opening
from langchain_app.terminal.serving import run_async

console = Console(highlight=False, soft_wrap=True)


def run_replay(turn_id: str, *, json: bool) -> None:
    """Play a turn again and print what differs; exit 1 where something does."""
    done: list[Replay] = []

    async def replay() -> None:
        with opening("opening the world") as report:
            async with open_platform(Settings(), report) as platform:
                weights = platform.knowledge.weights
                replays = Replays(platform.postgres, platform.dialogue, weights)
                done.append(await replays.replay(turn_id))

    run_async(replay())
    if not done:  # ended by Ctrl-C
        raise typer.Exit(130)
    if json:
        shown = asdict(done[0]) | {"same": not done[0].differences}
        typer.echo(orjson.dumps(shown).decode())
    else:
        _print(done[0])
    if done[0].differences:
        raise typer.Exit(1)


def _print(replay: Replay) -> None:
    for note in replay.notes:
        console.print(f"! {printable(note)}", markup=False)
    if not replay.differences:
        reply = printable(str(replay.now["reply"]))
        console.print(f"Nothing differs. {len(replay.then)} parts compared; it says again:")
        console.print(f"  {reply}", markup=False)
        return
    table = Table(show_lines=True)
    for heading in ("", "then", "now"):
        table.add_column(heading, overflow="fold")
    for difference in replay.differences:
        cells = (difference.what, _text(difference.then), _text(difference.now))
        table.add_row(*(Text(printable(cell)) for cell in cells))
    console.print(table)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
