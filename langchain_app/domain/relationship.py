"""What an NPC feels for a player: two axes, and the mood that follows from them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from langchain_app.domain.text import Frozen

Mood = Literal["warm", "neutral", "cold"]


WIDEST = 2.0
"""From one end of an axis to the other; no delta is larger."""

Delta = Annotated[float, Field(ge=-WIDEST, le=WIDEST, allow_inf_nan=False)]


class Deltas(Frozen):
    """A change on each axis. NaN, infinities and more than the whole axis are refused."""

    trust: Delta = 0.0
    relationship: Delta = 0.0

    def plus(self, other: Deltas) -> Deltas:
        """Return the sum, at most the whole axis."""
        return Deltas(
            trust=_within(self.trust + other.trust, WIDEST),
            relationship=_within(self.relationship + other.relationship, WIDEST),
        )


class Caps(Frozen):
    """The most that one turn may move each axis, either way."""

    trust: float = Field(default=0.15, ge=0, le=2)
    relationship: float = Field(default=0.25, ge=0, le=2)


class Relationship(Frozen):
    """Trust and relationship, each from -1 to 1."""

    trust: float = Field(default=0.0, ge=-1, le=1)
    relationship: float = Field(default=0.0, ge=-1, le=1)

    @field_validator("trust", "relationship")
    @classmethod
    def _rounded(cls, value: float) -> float:
        # Four places, so that +0.1 ten times is 1.0 and the ledger adds up to the last digit.
        return round(value, 4)

    def moved(self, deltas: Deltas) -> Relationship:
        """Return the relationship after `deltas`, kept within -1 to 1."""
        return Relationship(
            trust=_within(self.trust + deltas.trust, 1),
            relationship=_within(self.relationship + deltas.relationship, 1),
        )

    @property
    def mood(self) -> Mood:
        """The mood these feelings put the NPC in. The bounds are the house's own: a courtesy or two
        does not yet warm anybody, one insult (-0.15 and more) cools."""
        feeling = (self.trust + self.relationship) / 2
        if feeling >= 0.12:
            return "warm"
        return "cold" if feeling <= -0.08 else "neutral"


def _within(value: float, limit: float) -> float:
    return min(limit, max(-limit, value))


def capped(deltas: Deltas, caps: Caps) -> Deltas:
    """Return `deltas` with each axis held within the turn's cap."""
    return Deltas(
        trust=_within(deltas.trust, caps.trust),
        relationship=_within(deltas.relationship, caps.relationship),
    )
