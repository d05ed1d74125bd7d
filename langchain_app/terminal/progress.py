"""Progress of what takes longer than a second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn


class Report:
    """Where long work says how far it is."""

    def __init__(self, progress: Progress, what: str) -> None:
        self._progress = progress
        self._task = progress.add_task(what, total=None)

    def __call__(self, done: int, total: int) -> None:
        """Say that `done` of `total` passages are embedded."""
        self.tell(done, total, "embedding the world's knowledge")

    def tell(self, done: int, total: int, what: str) -> None:
        """Say that `done` of `total` steps of `what` are done."""
        self._progress.update(self._task, completed=done, total=total, description=what)

    def now(self, what: str) -> None:
        """Say that something else has begun."""
        self._progress.update(self._task, description=what, completed=0, total=None)

    def counted(self, done: int, total: int) -> None:
        """Say that `done` of `total` are over."""
        self._progress.update(self._task, completed=done, total=total)

    def done(self) -> None:
        """Take the display away before the work's own output begins."""
        self._progress.stop()


@contextmanager
def opening(what: str) -> Iterator[Report]:
    """Show a spinner, and a bar once the report is called; on stderr, so pipes stay clean."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        yield Report(progress, what)
