"""Runs of story tests as text for people, and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from langchain_app.evaluation.played import Failure, Run


def failure_lines(run: Run) -> Iterator[str]:
    """Yield a failed run, turn by turn: what was said and answered, expected and got, and why."""
    placed = run.placed
    repetition = f", run {run.repetition}" if run.repetition > 1 else ""
    yield f"{placed.file}:{placed.line}: {placed.name} [{run.language}, {run.model}{repetition}]"
    if run.error:
        yield f"  could not be played: {run.error}"
    for failed in run.failed:
        turn = failed.turn
        yield f"  step {failed.step}, to {turn.npc}: {turn.said}"
        yield f"  {turn.npc}: {turn.reply}"
        for failure in failed.failures:
            yield from _expectation(failure)


def _expectation(failure: Failure) -> Iterator[str]:
    yield f"    {failure.expectation}"
    yield f"      - expected  {failure.expected}"
    yield f"      + got       {failure.got}"
    for why in failure.why:
        yield f"        {why}"


def plain(run: Run) -> dict[str, Any]:
    """Return a run as data for JSON."""
    return {
        "test": run.placed.name,
        "file": run.placed.file,
        "line": run.placed.line,
        "language": run.language,
        "model": run.model,
        "repetition": run.repetition,
        "passed": run.passed,
        "seconds": round(run.seconds, 3),
        "error": run.error or None,
        "failures": [
            {
                "step": failed.step,
                "npc": failed.turn.npc,
                "said": failed.turn.said,
                "reply": failed.turn.reply,
                **asdict(failure),
            }
            for failed in run.failed
            for failure in failed.failures
        ],
    }


@dataclass(frozen=True, slots=True)
class Tally:
    """How one model did."""

    model: str
    runs: int
    passed: int
    failed: int
    p50_reply_ms: float

    @classmethod
    def of(cls, model: str, runs: Sequence[Run]) -> Tally:
        """Count the runs of a model."""
        passed = sum(run.passed for run in runs)
        spent = [ms for run in runs for ms in run.replies_ms]
        middle = round(median(spent), 1) if spent else 0.0
        return cls(model, len(runs), passed, len(runs) - passed, middle)


def unsteady(runs: Sequence[Run]) -> list[str]:
    """Return the pass rate of each repeated test that did not always pass."""
    kept: dict[tuple[str, str, str, str], list[bool]] = {}
    for run in runs:
        key = (run.model, run.placed.file, run.placed.name, run.language)
        kept.setdefault(key, []).append(run.passed)
    return [
        f"{sum(passed)}/{len(passed)}  {name} [{language}, {model}] ({file})"
        for (model, file, name, language), passed in kept.items()
        if len(passed) > 1 and not all(passed)
    ]
