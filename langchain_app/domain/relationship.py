"""What an NPC feels for a player: two axes, and the mood that follows from them."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field, field_validator

from langchain_app.domain.text import Frozen

Mood = Literal["warm", "neutral", "cold"]


class Deltas(Frozen):
    """A change on each axis. NaN and infinities are refused."""

    trust: float = 0.0
    relationship: float = 0.0

    @field_validator("trust", "relationship")
    @classmethod
    def _finite(cls, value: float) -> float:
        if not math.isfinite(value):
            raise ValueError("a delta must be a finite number")
        return value


class Caps(Frozen):
    """The most that one turn may move each axis, either way."""

    trust: float = Field(default=0.15, ge=0, le=2)
    relationship: float = Field(default=0.25, ge=0, le=2)


class Relationship(Frozen):
    """Trust and relationship, each from -1 to 1."""

    trust: float = Field(default=0.0, ge=-1, le=1)
    relationship: float = Field(default=0.0, ge=-1, le=1)

    def moved(self, deltas: Deltas) -> Relationship:
        """Return the relationship after `deltas`, kept within -1 to 1."""
        return Relationship(
            trust=_axis(self.trust + deltas.trust),
            relationship=_axis(self.relationship + deltas.relationship),
        )

    @property
    def mood(self) -> Mood:
        """The mood these feelings put the NPC in. The bounds are the house's own: a courtesy or two
        does not yet warm anybody, one insult (-0.15 and more) cools."""
        feeling = (self.trust + self.relationship) / 2
        if feeling >= 0.12:
            return "warm"
        return "cold" if feeling <= -0.08 else "neutral"


def _axis(value: float) -> float:
    # Rounded, so that +0.1 ten times is 1.0 and the ledger adds up to the state to the last digit.
    return round(min(1.0, max(-1.0, value)), 4)


def capped(deltas: Deltas, caps: Caps) -> Deltas:
    """Return `deltas` with each axis held within the turn's cap."""
    return Deltas(
        trust=min(caps.trust, max(-caps.trust, deltas.trust)),
        relationship=min(caps.relationship, max(-caps.relationship, deltas.relationship)),
    )
