"""What may be believed of the numbers in a state reader's answer, and how its failures are told."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import Any

from langchain_app.domain.errors import ChatModelFailed
from langchain_app.domain.people.relationship import Axes, Deltas

logger = logging.getLogger("dramatis.llm")

PATIENCE = 1.1
"""A turn waits a little longer than its reader, who can say in the log that the server was slow."""


def number(value: Any) -> float | None:
    """Return a finite number, or None; a truth value is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:  # JSON has integers of any length
        return None
    return found if math.isfinite(found) else None


def within(value: Any, least: float, most: float) -> float | None:
    """Return a finite number that lies between both, or None."""
    found = number(value)
    return found if found is not None and least <= found <= most else None


def deltas_of(value: Any, axes: Axes, believable: float) -> Deltas:
    """Return the changes on the world's axes; one that is larger than believable is none."""
    if not isinstance(value, Mapping):
        return Deltas()
    found = {axis: within(value.get(axis), -believable, believable) for axis in axes}
    return Deltas({axis: moved for axis, moved in found.items() if moved})


class Outage:
    """Tells a failing reader once in the log, and again only after it answered in between."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._lasts = False

    def failed(self, reason: str) -> ChatModelFailed:
        """Return the error to raise."""
        if not self._lasts:
            logger.warning(
                "%s does not read; the authored rules judge alone: %s", self._label, reason
            )
        self._lasts = True
        return ChatModelFailed(self._label, reason)

    def over(self) -> None:
        """Note that it answered."""
        self._lasts = False
