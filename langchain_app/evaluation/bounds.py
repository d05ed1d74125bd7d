"""Bounds of a number as a designer writes them: `0.1`, `[0, 0.1]`, `">=0.2"`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, InstanceOf

EXACT = 0.00005
"""Trust and relationship have four places."""

_WRITTEN = re.compile(r"\s*(>=|<=|>|<|)\s*([+-]?\d{1,4}(?:\.\d{1,6})?)\s*")


@dataclass(frozen=True, slots=True)
class Within:
    """What a number shall be, and how that was written."""

    written: str
    low: float = float("-inf")
    high: float = float("inf")

    def holds(self, value: float) -> bool:
        """Tell whether `value` is within the bounds."""
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return self.written


def _read(value: Any) -> Within:
    if isinstance(value, Within):
        return value
    if isinstance(value, list):
        return _between(value)
    if isinstance(value, bool) or not (found := _WRITTEN.fullmatch(str(value))):
        raise ValueError('write a number, [from, to], or ">=0.2" (also <=, > and <)')
    number, written = float(found[2]), str(value).strip()
    match found[1]:
        case ">=":
            return Within(written, low=number - EXACT)
        case "<=":
            return Within(written, high=number + EXACT)
        case ">":
            return Within(written, low=number + EXACT)
        case "<":
            return Within(written, high=number - EXACT)
    return Within(written, number - EXACT, number + EXACT)


def _between(value: list[Any]) -> Within:
    numbers = [one for one in value if isinstance(one, int | float) and not isinstance(one, bool)]
    if len(value) != 2 or len(numbers) != 2 or not numbers[0] <= numbers[1]:
        raise ValueError("a range is [from, to], the smaller number first")
    low, high = numbers
    return Within(f"{low:g} to {high:g}", low - EXACT, high + EXACT)


Bounds = Annotated[InstanceOf[Within], BeforeValidator(_read)]
