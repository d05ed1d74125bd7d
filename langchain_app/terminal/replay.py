"""A settled turn, played again."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from langchain_app.persistence.past import read_played
from langchain_app.persistence.postgres import Postgres
from langchain_app.settings import Settings
from langchain_app.terminal.failing import printable
from langchain_app.terminal.progress import opening
from langchain_app.worlds import load_world

if TYPE_CHECKING:
    from langchain_app.services.replaying import Replay

console = Console(highlight=False, soft_wrap=True)


def run_replay(turn_id: str, *, json: bool) -> None:
    """Play a turn again and print what differs; exit 1 where something does."""
    settings = Settings()
    with opening("looking for the turn"):
        asyncio.run(_look_for(turn_id, settings))
    replay = _played_again(turn_id, settings)
    if replay is None:  # ended by Ctrl-C
        raise typer.Exit(130)
    if json:
        shown = asdict(replay) | {"same": not replay.differences}
        typer.echo(orjson.dumps(shown).decode())
    else:
        _print(replay)
    if replay.differences:
        raise typer.Exit(1)


async def _look_for(turn_id: str, settings: Settings) -> None:
    """Raise what a replay would of a turn that is not there to be replayed.

    It takes the database alone; opening a platform, and importing one, takes many seconds.
    """
    world, url = load_world(settings.platform.world), settings.postgres.url
    postgres = Postgres(
        url.get_secret_value() if url else None, settings.platform.state_dir / "postgres"
    )
    try:
        await postgres.open()
        await read_played(postgres, world.id, turn_id)
    finally:
        await postgres.close()


def _played_again(turn_id: str, settings: Settings) -> Replay | None:
    """Play a turn again on a platform of its own; None where Ctrl-C ended it."""
    from langchain_app.composition.bootstrap import open_platform
    from langchain_app.services.replaying import Replays
    from langchain_app.terminal.serving import run_async

    done: list[Replay] = []

    async def replay() -> None:
        with opening("opening the world") as report:
            async with open_platform(settings, report) as platform:
                weights = platform.knowledge.weights
                replays = Replays(platform.postgres, platform.dialogue, weights)
                done.append(await replays.replay(turn_id))

    run_async(replay())
    return done[0] if done else None


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
