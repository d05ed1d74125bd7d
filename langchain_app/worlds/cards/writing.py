"""Writing into a world: all files or none."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from langchain_app.domain.errors import ImportFailed
from langchain_app.worlds.loading import load_world

Files = Mapping[str, bytes | None]
"""Path within the world -> what it is to hold; None: it is to go."""

_LOADED = (
    "world.json",
    *("npcs/*.json", "quests/*.json", "items/*.json", "worldview/*.md", "lorebooks/*.json"),
    *("events/*.json", "goals/*.json"),
)


def check_whole(folder: Path, files: Files) -> None:
    """Load the world as it would be with `files`; raises WorldInvalid."""
    with TemporaryDirectory(prefix="dramatis-") as name:
        staged = Path(name) / (folder.name or "world")
        staged.mkdir()
        for pattern in _LOADED:
            for path in folder.glob(pattern):
                target = staged / path.relative_to(folder)
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(path, target)
        for path_name, data in files.items():
            target = staged / path_name
            if data is None:
                target.unlink(missing_ok=True)
            elif any(target.relative_to(staged).match(pattern) for pattern in _LOADED):
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(data)
        load_world(staged)


def write_whole(folder: Path, files: Files) -> None:
    """Write every file or, where one cannot be written, none; raises ImportFailed."""
    undo: list[Callable[[], object]] = []
    try:
        for name in files:
            _make_parents(folder, folder / name, undo)
        fresh = [
            (folder / name, _beside(folder / name, data, undo))
            for name, data in files.items()
            if data is not None
        ]
        gone = [folder / name for name, data in files.items() if data is None]
        for target in [*gone, *(target for target, _ in fresh)]:
            _set_aside(target, undo)
        for target, written in fresh:
            written.replace(target)
            undo.append(target.unlink)
    except OSError as error:
        for step in reversed(undo):
            with suppress(OSError):  # what cannot be undone must not keep the rest from it
                step()
        raise ImportFailed(
            f"{folder} cannot be written: {error.strerror or error}", "Nothing was changed."
        ) from None
    for name in files:
        _aside(folder / name).unlink(missing_ok=True)


def _make_parents(folder: Path, target: Path, undo: list[Callable[[], object]]) -> None:
    missing = [parent for parent in target.parents if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir()
        undo.append(parent.rmdir)
    if not target.parent.resolve().is_relative_to(folder.resolve()):
        raise OSError(f"{target.parent} leads out of the world's folder")


def _beside(target: Path, data: bytes, undo: list[Callable[[], object]]) -> Path:
    written = target.with_name(f"{target.name}.importing")
    undo.append(lambda: written.unlink(missing_ok=True))
    written.write_bytes(data)
    return written


def _set_aside(target: Path, undo: list[Callable[[], object]]) -> None:
    if target.is_symlink() or target.exists():
        aside = _aside(target)
        target.replace(aside)
        undo.append(lambda: aside.replace(target))


def _aside(target: Path) -> Path:
    return target.with_name(f"{target.name}.replaced")
