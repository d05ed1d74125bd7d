"""The `dramatis` command. Heavy imports stand inside the commands: `--help` must answer at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__.split(".")[0])
world_app = typer.Typer(no_args_is_help=True, help="Work on world files.")
app.add_typer(world_app, name="world")


@world_app.command("check")
def check(folder: Annotated[Path, typer.Argument(metavar="DIR")]) -> None:
    """Print every mistake of a world with its file and line; exit 1 if there is one."""
    from langchain_app.domain.errors import WorldInvalid
    from langchain_app.worlds import load_world

    try:
        world = load_world(folder)
    except WorldInvalid as invalid:
        for mistake in invalid.mistakes:
            typer.echo(mistake)
        typer.echo(f"{len(invalid.mistakes)} mistakes", err=True)
        raise typer.Exit(1) from None
    typer.echo(
        f"{world.id}: {len(world.npcs)} NPCs, {len(world.passages)} passages, "
        f"{len(world.quests)} quests, {len(world.items)} items; no mistakes"
    )


def main() -> None:
    """Run the command line."""
    app()
