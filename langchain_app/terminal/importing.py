"""Cards and lorebooks, in and out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import orjson
import typer

from langchain_app.domain.errors import SettingsInvalid
from langchain_app.domain.text import LANGUAGES, Language
from langchain_app.terminal.failing import printable
from langchain_app.worlds.cards.exporting import Form, export_file
from langchain_app.worlds.cards.importing import Imported, import_files

_TOLD = {
    "refused": "not taken over",
    "untranslated": "not translated",
    "default": "filled in",
    "kept": "kept, not used",
    "next": "to do next",
}


def run_import(
    paths: Sequence[Path],
    into: Path,
    *,
    id: str | None,
    language: str | None,
    replace: bool,
    json: bool,
) -> None:
    """Import cards and lorebooks, and say plainly what became of each part."""
    done = import_files(paths, into, id=id, language=_language(language), replace=replace)
    if json:
        typer.echo(orjson.dumps(asdict(done)).decode())
        return
    for line in _report(done, into):
        typer.echo(printable(line))


def run_export(
    id: str,
    folder: Path,
    to: Path,
    *,
    form: str | None,
    language: str | None,
    replace: bool,
    json: bool,
) -> None:
    """Export a card or a lorebook."""
    if form is not None and form not in get_args(Form):
        raise SettingsInvalid(f"There is no form {form!r}.", f"Use {', '.join(get_args(Form))}.")
    wanted: Any = form
    written = export_file(
        id, folder, to, form=wanted, language=_language(language) or "ko", replace=replace
    )
    if json:
        typer.echo(orjson.dumps({"id": id, "form": written, "file": str(to)}).decode())
    else:
        typer.echo(f"{to}: {written.replace('_', ' ')} of {id}")


def _report(done: Imported, into: Path) -> list[str]:
    lines = [f"{into}: {', '.join(done.files)}"]
    for name, notes in done.notes.items():
        lines.append(name)
        for kind, told in _TOLD.items():
            mine = [note for note in notes if note.kind == kind]
            lines += [f"  {told}: {note.what}: {note.why}" for note in mine]
    if done.npcs:
        lines.append(f"→ DRAMATIS_WORLD={into} dramatis chat --npc {done.npcs[0]}")
    return lines


def _language(given: str | None) -> Language | None:
    if given is not None and given not in LANGUAGES:
        raise SettingsInvalid(f"There is no language {given!r}.", "Use ko or en.")
    return "ko" if given == "ko" else "en" if given == "en" else None
