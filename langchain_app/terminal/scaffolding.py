"""The beginnings of a world and of a person, from the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import orjson
import typer

from langchain_app.domain.errors import SettingsInvalid
from langchain_app.domain.people.npc import SpeechLevel
from langchain_app.terminal.failing import printable
from langchain_app.worlds.scaffold import FIRST, Person, new_npc, new_world


def run_new_world(
    folder: Path, name: str | None, name_ko: str | None, *, npc: str, npc_ko: str, json: bool
) -> None:
    """Begin a world, and say how it is played."""
    first = FIRST if npc == FIRST.name else replace(FIRST, name=npc, name_ko=npc_ko)
    files = new_world(folder, name, name_ko, first)
    _told(folder, files, Path(files[0]).stem, json=json)


def run_new_npc(
    folder: Path,
    name: str,
    name_ko: str,
    *,
    role: str,
    role_ko: str,
    age: int,
    level: str,
    place: str | None,
    id: str | None,
    json: bool,
) -> None:
    """Begin a person, and say how one speaks to them."""
    if level not in get_args(SpeechLevel):
        raise SettingsInvalid(
            f"There is no speech level {level!r}.", f"Use {', '.join(get_args(SpeechLevel))}."
        )
    spoken: Any = level
    person = Person(name, name_ko, role, role_ko, age, spoken, place, id)
    files = new_npc(folder, person)
    _told(folder, files, Path(files[0]).stem, json=json)


def _told(folder: Path, files: Sequence[str], npc: str, *, json: bool) -> None:
    if json:
        typer.echo(orjson.dumps({"folder": str(folder), "files": files, "npc": npc}).decode())
        return
    typer.echo(printable(f"{folder}: {', '.join(files)}"))
    typer.echo(f"→ dramatis world check {folder}  (what people will ask first)")
    typer.echo(f"→ DRAMATIS_WORLD={folder} dramatis chat --npc {npc}")
