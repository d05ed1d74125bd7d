"""JUnit XML of story tests, as CI servers read it: a suite a model and file, a case a run."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree

from langchain_app.evaluation.played import Run
from langchain_app.evaluation.storytest_text import failure_lines


def junit(runs: Sequence[Run]) -> str:
    """Return the runs as one XML document."""
    root = ElementTree.Element("testsuites", {"name": "storytests", **_counts(runs)})
    by_suite = sorted(runs, key=_suite)
    for (model, file), group in groupby(by_suite, key=_suite):
        cases = list(group)
        counts = {"name": f"{file} ({model})", **_counts(cases)}
        suite = ElementTree.SubElement(root, "testsuite", counts)
        for run in cases:
            _case(suite, run)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(run: Run) -> tuple[str, str]:
    return run.model, run.placed.file


def _case(suite: ElementTree.Element, run: Run) -> None:
    repetition = f" #{run.repetition}" if run.repetition > 1 else ""
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=f"{run.placed.file}.{run.model}".replace("/", "."),
        name=_clean(f"{run.placed.name} [{run.language}]{repetition}"),
        file=run.placed.file,
        line=str(run.placed.line),
        time=f"{run.seconds:.3f}",
    )
    if run.error:
        error = ElementTree.SubElement(case, "error", message=_clean(run.error[:200]))
        error.text = _clean(run.error)
    elif run.failed:
        first = run.failed[0].failures[0]
        message = f"{first.expectation}: expected {first.expected}, got {first.got}"
        failure = ElementTree.SubElement(case, "failure", message=_clean(message[:200]))
        failure.text = _clean("\n".join(failure_lines(run)))


def _counts(runs: Sequence[Run]) -> dict[str, str]:
    return {
        "tests": str(len(runs)),
        "failures": str(sum(bool(run.failed and not run.error) for run in runs)),
        "errors": str(sum(bool(run.error) for run in runs)),
        "time": f"{sum(run.seconds for run in runs):.3f}",
    }


def _clean(text: str) -> str:
    """Return `text` without the control characters and surrogates that XML cannot hold."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")
