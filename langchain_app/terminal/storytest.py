"""`dramatis storytest`: a world's story tests, run once a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import orjson
import typer
from rich.console import Console
from rich.table import Table

from langchain_app.domain.errors import SettingsInvalid, StoryTestsInvalid, WorldInvalid
from langchain_app.domain.text import LANGUAGES, Language
from langchain_app.evaluation.junit import junit
from langchain_app.evaluation.played import Run
from langchain_app.evaluation.story_files import FOLDER, read_story_tests
from langchain_app.evaluation.storytest_text import Tally, failure_lines, plain, unsteady
from langchain_app.evaluation.storytests import Cast, Stage, casts, run_all
from langchain_app.persistence.ledger import PostgresLedger
from langchain_app.persistence.timelines import PostgresTimelines
from langchain_app.settings import Settings
from langchain_app.terminal.failing import console as stderr
from langchain_app.terminal.failing import printable
from langchain_app.terminal.progress import Report, opening
from langchain_app.terminal.rehearsal import ChosenModel, rehearsal
from langchain_app.terminal.serving import run_async
from langchain_app.worlds import load_world

FAILED, MISTAKEN, INTERRUPTED = 1, 2, 130


def run_storytests(
    folder: Path | None,
    *,
    named: Sequence[str],
    language: str | None,
    models: Sequence[str],
    repeat: int,
    jobs: int,
    junit_file: Path | None,
    json: bool,
) -> None:
    """Run the tests; exit 1 where one fails, 2 where they cannot be run as they are written."""
    settings = Settings()
    world = folder or settings.platform.world
    chosen = _chosen(world, named, language, repeat)
    runs: list[Run] = []
    for model in [ChosenModel.parse(written) for written in models or ("embedded",)]:
        before = len(runs)
        run_async(_rehearse(settings, world, model, chosen, jobs, runs))
        if len(runs) == before:  # Ctrl-C
            raise typer.Exit(INTERRUPTED)
    if junit_file is not None:
        _write(junit_file, junit(runs))
    if json:
        _print_json(runs)
    else:
        _print(runs, jobs)
    if not all(run.passed for run in runs):
        raise typer.Exit(FAILED)


def _chosen(folder: Path, named: Sequence[str], language: str | None, repeat: int) -> list[Cast]:
    """Return the runs that were asked for; mistakes in the files end the command here."""
    if language is not None and language not in LANGUAGES:
        raise SettingsInvalid(f"There is no language {language!r}.", "Use ko or en.")
    spoken: Language | None = "ko" if language == "ko" else "en" if language == "en" else None
    try:
        tests = read_story_tests(folder, load_world(folder))
    except (WorldInvalid, StoryTestsInvalid) as invalid:
        for mistake in invalid.mistakes:
            typer.echo(printable(str(mistake)), err=True)
        typer.echo(f"{_counted(len(invalid.mistakes), 'mistake')}; no test was run", err=True)
        raise typer.Exit(MISTAKEN) from None
    chosen = casts(tests, named=named, language=spoken, repeat=repeat)
    if not chosen:
        stderr.print(f"No story test to run: {_why_none(folder, len(tests))}", markup=False)
        raise typer.Exit(MISTAKEN)
    return chosen


def _why_none(folder: Path, there: int) -> str:
    if not there:
        return f"there is none in {folder / FOLDER} (docs/storytests.md tells how to write one)."
    return f"none of {there} is called so, or is written in that language."


async def _rehearse(
    settings: Settings,
    world: Path,
    model: ChosenModel,
    chosen: Sequence[Cast],
    jobs: int,
    runs: list[Run],
) -> None:
    with opening(f"opening the world with {model}") as report:
        async with rehearsal(settings, world, model, report) as platform:
            stage = Stage(
                platform.dialogue,
                platform.intake,
                PostgresTimelines(platform.postgres),
                PostgresLedger(platform.postgres),
                str(model),
            )
            count = _Count(report, str(model), len(chosen))
            runs += await run_all(stage, chosen, jobs=jobs, done=count)


class _Count:
    """Counts the runs that are done, where the work says how far it is."""

    def __init__(self, report: Report, model: str, total: int) -> None:
        self._report = report
        self._model = model
        self._total = total
        self._done = self._failed = 0

    def __call__(self, run: Run) -> None:
        self._done += 1
        self._failed += not run.passed
        told = f"story tests with {self._model}, {self._failed} failed"
        self._report.tell(self._done, self._total, told)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as error:
        raise SettingsInvalid(
            f"{path} cannot be written: {error.strerror}.", "Give another file with --junit."
        ) from None


def _print_json(runs: Sequence[Run]) -> None:
    for run in runs:
        typer.echo(orjson.dumps(plain(run)).decode())
    typer.echo(orjson.dumps({"summary": [asdict(tally) for tally in _tallies(runs)]}).decode())


def _print(runs: Sequence[Run], jobs: int) -> None:
    for run in runs:
        if not run.passed:
            typer.echo(printable("\n".join(failure_lines(run))) + "\n")
    if shaky := unsteady(runs):
        typer.echo("passed, of all repetitions:")
        for line in shaky:
            typer.echo(printable(f"  {line}"))
    tallies = _tallies(runs)
    if len(tallies) > 1:
        _print_comparison(tallies)
    passed = sum(run.passed for run in runs)
    tests = len({(run.placed.file, run.placed.name) for run in runs})
    typer.echo(
        f"{_counted(tests, 'story test')}, {_counted(len(runs), 'run')}: "
        f"{passed} passed, {len(runs) - passed} failed; "
        f"a reply took {tallies[0].p50_reply_ms:g} ms (p50, {jobs} at once)"
    )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _print_comparison(tallies: Sequence[Tally]) -> None:
    table = Table("model", "passed", "failed", "p50 reply ms")
    for tally in tallies:
        table.add_row(tally.model, str(tally.passed), str(tally.failed), f"{tally.p50_reply_ms:g}")
    Console(highlight=False).print(table)


def _tallies(runs: Sequence[Run]) -> list[Tally]:
    models = dict.fromkeys(run.model for run in runs)
    return [Tally.of(model, [run for run in runs if run.model == model]) for model in models]
