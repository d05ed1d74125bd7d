"""Thresholds of flags, from labelled readings: the lowest that keeps the precision which is wanted.

A flag that is raised by mistake breaks a story, one that is missed is said again; so precision is
given and recall is what it costs. A figure from few examples is a guess, and is said to be one.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from langchain_app.domain.errors import DramatisError

LEAST, MOST = 0.05, 0.99
"""Between these a threshold lies."""
NEVER = 1.0
"""The threshold of a flag that no reading may raise: none kept the precision."""
FEW = 20
"""Fewer examples of either label are too few to calibrate on."""
Z95 = 1.96


class ReadingsInvalid(DramatisError):
    """A file of labelled readings cannot be used."""

    code = "readings_invalid"


@dataclass(frozen=True, slots=True)
class Labelled:
    """One reading of one flag: its probability, and whether the utterance really raised it."""

    flag: str
    p: float
    label: bool


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What was found for a flag. `threshold` is None where nothing keeps the precision.

    `precision`, `recall` and `f1` are those at the threshold; `at_least` is the lower end of the 95 %
    interval of the precision (Wilson). `auroc` is None where all labels are alike.
    """

    flag: str
    positives: int
    negatives: int
    threshold: float | None
    precision: float
    at_least: float
    recall: float
    f1: float
    auroc: float | None

    @property
    def few(self) -> bool:
        """Whether there are too few examples to rely on."""
        return min(self.positives, self.negatives) < FEW


def calibrate(readings: Iterable[Labelled], precision: float) -> list[Calibrated]:
    """Return the calibration of every flag, by name."""
    by_flag: dict[str, list[Labelled]] = defaultdict(list)
    for reading in readings:
        by_flag[reading.flag].append(reading)
    return [calibrated(flag, by_flag[flag], precision) for flag in sorted(by_flag)]


def calibrated(flag: str, readings: Sequence[Labelled], precision: float) -> Calibrated:
    """Return the lowest threshold at which this flag's precision is at least `precision`."""
    positives = sum(reading.label for reading in readings)
    threshold, hits, raised = _lowest(readings, precision)
    right = hits / raised if raised else 0.0
    recall = hits / positives if positives else 0.0
    return Calibrated(
        flag=flag,
        positives=positives,
        negatives=len(readings) - positives,
        threshold=threshold,
        precision=right,
        at_least=wilson(hits, raised),
        recall=recall,
        f1=2 * right * recall / (right + recall) if right + recall else 0.0,
        auroc=auroc(readings),
    )


def _lowest(readings: Sequence[Labelled], precision: float) -> tuple[float | None, int, int]:
    """Return the lowest threshold that keeps the precision, and how many it raises, right and all."""
    rising = sorted((r for r in readings if r.p >= LEAST), key=lambda r: -r.p)
    found: tuple[float | None, int, int] = (None, 0, 0)
    hits = raised = 0
    for threshold, same in groupby(rising, key=lambda r: min(r.p, MOST)):
        labels = [reading.label for reading in same]
        hits, raised = hits + sum(labels), raised + len(labels)
        if hits and hits / raised >= precision:
            found = (threshold, hits, raised)
    return found


def auroc(readings: Sequence[Labelled]) -> float | None:
    """Return how often a true reading is rated above a false one, ties counting half."""
    positives = sum(reading.label for reading in readings)
    negatives = len(readings) - positives
    if not positives or not negatives:
        return None
    by_p: dict[float, list[int]] = defaultdict(lambda: [0, 0])
    for reading in readings:
        by_p[reading.p][reading.label] += 1
    below, won = 0, 0.0
    for p in sorted(by_p):
        false, true = by_p[p]
        won += true * (below + false / 2)
        below += false
    return won / (positives * negatives)


def wilson(hits: int, trials: int) -> float:
    """Return the lower end of the 95 % interval of hits / trials."""
    if not trials:
        return 0.0
    share, z = hits / trials, Z95
    middle = share + z * z / (2 * trials)
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    # Rounding leaves a hair above 0 where nothing hit.
    return min(share, max(0.0, (middle - spread) / (1 + z * z / trials)))


def thresholds_of(found: Iterable[Calibrated]) -> dict[str, float]:
    """Return `policy.thresholds` for world.json; flags with too few examples are left out.

    A flag for which nothing keeps the precision gets NEVER: left out, it would have the default.
    """
    return {c.flag: NEVER if c.threshold is None else c.threshold for c in found if not c.few}


def labelled(number: int, row: object) -> Labelled:
    """Return the reading of a line of the file; raises ReadingsInvalid."""
    if isinstance(row, Mapping):
        flag, p, label = row.get("flag"), row.get("p"), row.get("label")
        fits = isinstance(p, int | float) and not isinstance(p, bool) and 0 <= p <= 1
        if isinstance(flag, str) and flag and fits and label in (0, 1, True, False):
            return Labelled(flag, float(p), bool(label))  # type: ignore[arg-type]  # checked above
    raise ReadingsInvalid(
        f"Line {number} is no labelled reading.",
        'A line is {"flag": "quest.stage", "p": 0.93, "label": true}: p from 0 to 1.',
    )
