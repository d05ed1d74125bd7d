"""How a command ends badly: one sentence and the next step."""

from __future__ import annotations

from typing import NoReturn

from pydantic import ValidationError
from rich.console import Console

from langchain_app.domain.errors import DramatisError

console = Console(stderr=True, soft_wrap=True, highlight=False)


def printable(text: str) -> str:
    """Return `text` with nothing in it that moves a terminal: files of strangers are quoted here."""
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text)


def exit_with(error: Exception) -> NoReturn:
    """Print what happened and what to do, and end with status 1; a defect of ours is raised."""
    if isinstance(error, DramatisError):
        console.print(f"[red]{error.code}[/red]: ", end="")
        console.print(printable(str(error)), markup=False)
        if error.hint:
            console.print(f"→ {printable(error.hint)}", markup=False)
        raise SystemExit(1)
    if isinstance(error, ValidationError):
        for fault in error.errors():
            name = ".".join(str(step) for step in fault["loc"])
            console.print(f"settings_invalid: {error.title}.{name}: {fault['msg']}", markup=False)
        console.print("→ See .env.example for every setting.")
        raise SystemExit(1)
    raise error
