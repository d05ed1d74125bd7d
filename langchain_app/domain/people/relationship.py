"""What an NPC feels for a player: the axes of a world, their named levels, and how feelings move.

A world names its axes (trust and relationship by default). A level that is reached counts as a story
flag `<axis>.<level>`: whatever asks for flags (lore, triggers, goals, actions) may ask for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, RootModel, field_validator, model_validator

from langchain_app.domain.text import Frozen, LocalText, Phrase

Mood = Literal["warm", "neutral", "cold"]

WIDEST = 2.0
"""From one end of an axis to the other; no delta is larger."""

Feeling = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
Delta = Annotated[float, Field(ge=-WIDEST, le=WIDEST, allow_inf_nan=False)]


class _ByAxis(RootModel[dict[Phrase, float]]):
    """A number for each axis; an axis that is left out stands at 0."""

    model_config = ConfigDict(frozen=True)
    root: dict[Phrase, float] = Field(default_factory=dict)

    def __getitem__(self, axis: str) -> float:
        return self.root.get(axis, 0.0)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _ByAxis) or type(self) is not type(other):
            return NotImplemented
        return all(self[axis] == other[axis] for axis in {*self.root, *other.root})

    def __hash__(self) -> int:
        return hash(frozenset((axis, value) for axis, value in self.root.items() if value))

    @property
    def axes(self) -> frozenset[str]:
        """The axes that are named."""
        return frozenset(self.root)


class Deltas(_ByAxis):
    """A change on each axis. NaN, infinities and more than the whole axis are refused."""

    root: dict[Phrase, Delta] = Field(default_factory=dict)

    def plus(self, other: Deltas) -> Deltas:
        """Return the sum, at most the whole axis."""
        summed = {a: _within(self[a] + other[a], WIDEST) for a in self.axes | other.axes}
        return Deltas(summed)


class Relationship(_ByAxis):
    """What is felt on each axis, from -1 to 1."""

    root: dict[Phrase, Feeling] = Field(default_factory=dict)

    @field_validator("root")
    @classmethod
    def _rounded(cls, felt: dict[str, float]) -> dict[str, float]:
        # Four places, so that +0.1 ten times is 1.0 and the ledger adds up to the last digit.
        return {axis: round(value, 4) for axis, value in felt.items()}

    @property
    def trust(self) -> float:
        """The axis that gates of lore ask for."""
        return self["trust"]

    def moved(self, deltas: Deltas) -> Relationship:
        """Return the relationship after `deltas`, kept within -1 to 1."""
        axes = self.axes | deltas.axes
        return Relationship({axis: _within(self[axis] + deltas[axis], 1) for axis in axes})

    @property
    def mood(self) -> Mood:
        """The mood these feelings put the NPC in, unless a level says otherwise.

        The bounds are the house's own: a courtesy or two does not yet warm anybody, one insult (-0.15
        and more) cools.
        """
        feeling = (self["trust"] + self["relationship"]) / 2
        if feeling >= 0.12:
            return "warm"
        return "cold" if feeling <= -0.08 else "neutral"


class Level(Frozen):
    """A named stretch of an axis.

    One at 0 or above is reached from there upwards, one below 0 from there downwards. `manner` tells
    the NPC how to speak there, `mood` takes the place of the mood that follows from the feelings.
    """

    id: Phrase
    at: Feeling
    name: LocalText
    manner: LocalText | None = None
    mood: Mood | None = None

    def reached(self, feeling: float) -> bool:
        """Tell whether a feeling stands within this level."""
        return feeling >= self.at if self.at >= 0 else feeling <= self.at


class Decay(Frozen):
    """Feelings that fade while game time passes and nobody speaks: towards a value, so much a day."""

    per_day: float = Field(gt=0, le=WIDEST)
    towards: Feeling = 0.0


class Axis(Frozen):
    """One axis of a relationship, and what words may do on it."""

    name: LocalText
    per_turn: float = Field(default=0.15, ge=0, le=WIDEST)
    """The most that one turn moves it, either way."""
    least: Feeling = -1.0
    most: Feeling = 1.0
    """Words move it no further than from `least` to `most`; a game server may."""
    courtesy: Feeling = 0.1
    """Manners alone, or a model's own idea of what was nice, raise it no further than this: who
    flatters all day is polite, and not yet trusted."""
    levels: tuple[Level, ...] = ()
    decay: Decay | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.least > self.most:
            raise ValueError("`least` lies above `most`")
        return self

    def level(self, feeling: float) -> Level | None:
        """Return the furthest level that is reached; None where none is."""
        reached = [level for level in self.levels if level.reached(feeling)]
        return max(reached, key=lambda level: abs(level.at), default=None)


Axes = Mapping[str, Axis]

DEFAULT_AXES: Axes = {
    "trust": Axis(name=LocalText(en="trust", ko="신뢰"), per_turn=0.15, courtesy=0.1),
    "relationship": Axis(
        name=LocalText(en="relationship", ko="친밀도"), per_turn=0.25, courtesy=0.3
    ),
}


def levels_of(felt: Relationship, axes: Axes) -> frozenset[str]:
    """Return the flags `<axis>.<level>` of every level that is reached."""
    return frozenset(
        f"{name}.{level.id}"
        for name, axis in axes.items()
        for level in axis.levels
        if level.reached(felt[name])
    )


def mood_of(felt: Relationship, axes: Axes) -> Mood:
    """Return the mood: that of the furthest level which names one, else what the feelings give."""
    standing = [(name, axis.level(felt[name])) for name, axis in axes.items()]
    moods = [(abs(felt[name]), level.mood) for name, level in standing if level and level.mood]
    return max(moods, key=lambda found: found[0])[1] if moods else felt.mood


def capped(deltas: Deltas, axes: Axes) -> Deltas:
    """Return `deltas` with each axis held within the turn's cap; an axis of no world moves nothing."""
    return Deltas({n: _within(deltas[n], axis.per_turn) for n, axis in axes.items()})


def talked(felt: Relationship, deltas: Deltas, axes: Axes) -> Relationship:
    """Return what is felt after words moved it: no further than each axis lets words move it.

    Where a feeling stands outside already (a game server put it there), words move it back only.
    """
    after = felt.moved(deltas)
    return Relationship(
        {
            name: min(max(after[name], min(axis.least, felt[name])), max(axis.most, felt[name]))
            for name, axis in axes.items()
        }
    )


def faded(felt: Relationship, hours: float, axes: Axes) -> Relationship:
    """Return what is felt after so many hours of game time without a word."""
    values = dict(felt.root)
    for name, axis in axes.items():
        if axis.decay is None or hours <= 0:
            continue
        loss, gap = axis.decay.per_day * hours / 24, felt[name] - axis.decay.towards
        values[name] = axis.decay.towards + (
            gap - min(loss, gap) if gap > 0 else gap + min(loss, -gap)
        )
    return Relationship(values)


def _within(value: float, limit: float) -> float:
    return min(limit, max(-limit, value))
