"""Thresholds from labelled readings: what is promised holds for every set of readings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from langchain_app.cli import app
from langchain_app.evaluation.calibration import (
    FEW,
    LEAST,
    MOST,
    NEVER,
    Labelled,
    ReadingsInvalid,
    auroc,
    calibrate,
    calibrated,
    thresholds_of,
    wilson,
)

READINGS = st.lists(
    st.builds(Labelled, st.just("f"), st.sampled_from([n / 20 for n in range(21)]), st.booleans())
)


def at(readings: list[Labelled], threshold: float) -> tuple[float, float]:
    """Precision and recall, counted the long way."""
    raised = [r for r in readings if r.p >= threshold]
    hits = sum(r.label for r in raised)
    true = sum(r.label for r in readings)
    return hits / len(raised) if raised else 0.0, hits / true if true else 0.0


@given(READINGS, st.sampled_from([0.5, 0.8, 0.95, 1.0]))
def test_it_is_the_lowest_threshold_that_keeps_the_precision(readings, wanted) -> None:
    found = calibrated("f", readings, wanted)
    lower = [min(r.p, MOST) for r in readings if r.p >= LEAST]
    if found.threshold is None:
        assert all(at(readings, threshold)[0] < wanted for threshold in lower)
        return
    assert LEAST <= found.threshold <= MOST
    assert (found.precision, found.recall) == at(readings, found.threshold)
    assert found.precision >= wanted
    for threshold in lower:
        assert threshold >= found.threshold or at(readings, threshold)[0] < wanted


@given(READINGS)
def test_auroc_is_the_share_of_pairs_in_the_right_order(readings) -> None:
    true = [r.p for r in readings if r.label]
    false = [r.p for r in readings if not r.label]
    pairs = [1.0 if t > f else 0.5 if t == f else 0.0 for t in true for f in false]
    found = auroc(readings)
    assert found == pytest.approx(sum(pairs) / len(pairs)) if pairs else found is None


@given(READINGS, st.randoms(use_true_random=False))
def test_the_order_of_readings_does_not_matter(readings, random) -> None:
    shuffled = list(readings)
    random.shuffle(shuffled)
    assert calibrated("f", shuffled, 0.9) == calibrated("f", readings, 0.9)


@given(st.integers(0, 500), st.integers(1, 500))
@example(0, 119)
def test_the_interval_lies_below_the_share_and_narrows(hits, trials) -> None:
    hits = min(hits, trials)
    low = wilson(hits, trials)
    assert 0 <= low <= hits / trials
    assert wilson(hits * 4, trials * 4) >= low


def readings(flag: str, true: list[float], false: list[float]) -> list[Labelled]:
    return [Labelled(flag, p, True) for p in true] + [Labelled(flag, p, False) for p in false]


def test_flags_with_few_examples_are_left_out_and_hopeless_ones_never_read() -> None:
    many = [0.6 + n / 100 for n in range(FEW)]
    rows = readings("good", many, [0.1] * FEW)
    rows += readings("rare", many[:-1], [0.1] * FEW)
    rows += readings("hopeless", [0.5] * FEW, [0.5] * FEW)
    found = calibrate(rows, 0.95)
    assert [c.flag for c in found] == ["good", "hopeless", "rare"]
    assert thresholds_of(found) == {"good": 0.6, "hopeless": NEVER}


def run(tmp_path: Path, text: str, *more: str) -> Any:
    file = tmp_path / "readings.jsonl"
    file.write_text(text, encoding="utf-8")
    return CliRunner().invoke(app, ["calibrate", str(file), *more])


def test_the_command_prints_the_block_that_world_json_takes(tmp_path) -> None:
    rows = readings("quest.stage", [0.8] * 30, [0.2] * 30) + readings("other", [0.9], [0.1])
    text = "\n".join(json.dumps({"flag": r.flag, "p": r.p, "label": r.label}) for r in rows)
    told = run(tmp_path, text)
    assert told.exit_code == 0, told.output
    block = json.loads(told.stdout[told.stdout.index("{") :])
    assert block == {"policy": {"thresholds": {"quest.stage": 0.8}}}
    assert "fewer than 20 examples of either label: other" in told.stdout
    (other, stage) = map(json.loads, run(tmp_path, text, "--json").stdout.splitlines())
    assert (stage["wanted"], stage["few"], stage["recall"], stage["auroc"]) == (0.8, False, 1, 1)
    assert (other["wanted"], other["few"]) == (None, True)


@pytest.mark.parametrize(
    "line",
    [
        "no json", "[]", '{"flag": "a", "p": 1.2, "label": 1}', '{"flag": "a", "p": NaN, "label": 1}',
        '{"flag": "", "p": 0.2, "label": 1}', '{"flag": "a", "p": 0.2, "label": "yes"}',
        '{"flag": "a", "p": true, "label": 1}', '{"p": 0.2, "label": 1}',
    ],
)  # fmt: skip
def test_a_line_that_is_no_reading_is_named(tmp_path, line) -> None:
    told = run(tmp_path, f'{{"flag": "a", "p": 0.2, "label": 0}}\n\n{line}\n')
    assert isinstance(told.exception, ReadingsInvalid)
    assert "Line 3" in str(told.exception)


def test_a_file_without_readings_is_told(tmp_path) -> None:
    assert isinstance(run(tmp_path, "\n").exception, ReadingsInvalid)
    told = CliRunner().invoke(app, ["calibrate", str(tmp_path / "nowhere.jsonl")])
    assert isinstance(told.exception, ReadingsInvalid)
