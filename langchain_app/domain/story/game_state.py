"""What a game server states about its own state, and how it enters the story.

Only a game server is believed (an API key of its own); a player's claims never come here. What it
states holds before the player's words are judged, and every difference has its row in the ledger.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from langchain_app.domain.errors import GameStateInvalid
from langchain_app.domain.people.relationship import Relationship
from langchain_app.domain.story.ledger import LedgerEntry, LedgerKind
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.turn import Scene, TurnRequest
from langchain_app.domain.world import World

SOURCE = "game"
MOST_NAMES = 256
"""Items, flags, deeds or other values that one request states."""
LONGEST_NAME = 128
LONGEST_VALUE = 200


def as_stated(scene: Scene, request: TurnRequest, world: World) -> Scene:
    """Return the scene as the game server states it: items, flags, feelings, deeds and other values.

    `items` are all that the player carries; `flags` (name -> true or false), `relationship` (axis ->
    -1 to 1, of this NPC), `actions` (what the player did) and every other plain value are added to
    what is known. A request that is not a game server's states nothing. Raises GameStateInvalid;
    nothing of it counts then.
    """
    if not request.authoritative or not request.game_state:
        return scene
    stated = _Stated(request.game_state, world)
    faults = list(stated.faults())
    if faults:
        raise GameStateInvalid(faults)
    story, felt = stated.story(scene.story), stated.felt(scene.relationship)
    entries = (*_moved(scene.story, story), *_felt(scene.relationship, felt))
    return replace(scene, story=story, relationship=felt, beforehand=(*scene.beforehand, *entries))


class _Stated:
    """A game_state, looked at field by field."""

    def __init__(self, given: Mapping[str, Any], world: World) -> None:
        self._given = dict(given)
        if "location" in self._given:  # the seed's word for it
            self._given.setdefault("place", self._given.pop("location"))
        self._world = world

    def faults(self) -> Iterator[str]:
        """Yield what is wrong, in words that name the field."""
        yield from self._list("items", self._world.items, "the world has no item {!r}")
        yield from self._list("actions", None, "")
        yield from self._map("flags", self._world.flags, "no quest defines the flag {!r}", _is_bool)
        axes = self._world.manifest.axes
        yield from self._map("relationship", axes, "the world has no axis {!r}", _is_feeling)
        place = self._given.get("place")
        if place is not None and not (
            isinstance(place, str) and place in self._world.manifest.places
        ):
            yield f"place: unknown place {str(place)[:64]!r}"
        if len(self._given) > MOST_NAMES:
            yield f"more than {MOST_NAMES} values"
        for name, value in self._rest().items():
            if not _is_plain(value) or not _is_name(name):
                yield f"{name[:64]}: not a number, a truth or text of {LONGEST_VALUE} letters"

    def story(self, before: StoryState) -> StoryState:
        """Return the story with what is stated."""
        flags: Mapping[str, bool] = self._given.get("flags") or {}
        raised = {name for name, up in flags.items() if up}
        items = self._given.get("items")
        return StoryState(
            flags=(before.flags - flags.keys()) | raised,
            items=before.items if items is None else frozenset(items),
            deeds=before.deeds | frozenset(self._given.get("actions") or ()),
            game=before.game | self._rest(),
        )

    def felt(self, before: Relationship) -> Relationship:
        """Return the feelings with what is stated."""
        return Relationship(before.root | (self._given.get("relationship") or {}))

    def _rest(self) -> dict[str, Any]:
        known = ("items", "actions", "flags", "relationship")
        return {str(name): v for name, v in self._given.items() if name not in known}

    def _list(self, field: str, known: Any, message: str) -> Iterator[str]:
        names = self._given.get(field)
        if names is None:
            return
        if not isinstance(names, list) or len(names) > MOST_NAMES:
            yield f"{field}: expected a list of at most {MOST_NAMES} names"
            return
        for name in names:
            if not _is_name(name):
                yield f"{field}: not a name: {str(name)[:64]!r}"
            elif known is not None and name not in known:
                yield f"{field}: {message.format(name[:64])}"

    def _map(
        self, field: str, known: Any, message: str, fits: Callable[[Any], bool]
    ) -> Iterator[str]:
        values = self._given.get(field)
        if values is None:
            return
        if not isinstance(values, Mapping):
            yield f"{field}: expected an object of names"
            return
        for name, value in values.items():
            if name not in known:
                yield f"{field}: {message.format(str(name)[:64])}"
            elif not fits(value):
                yield f"{field}.{name}: {str(value)[:64]!r} is no value of it"


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and 0 < len(name) <= LONGEST_NAME and name.isprintable()


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _is_feeling(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value) and -1 <= value <= 1


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_VALUE and value.isprintable()
    if isinstance(value, bool):
        return True
    return isinstance(value, int | float) and math.isfinite(value) and abs(value) < 2**53


def _moved(before: StoryState, after: StoryState) -> Iterator[LedgerEntry]:
    names: dict[LedgerKind, tuple[frozenset[str], frozenset[str]]] = {
        "flag": (before.flags, after.flags),
        "item": (before.items, after.items),
        "deed": (before.deeds, after.deeds),
    }
    for kind, (was, now) in names.items():
        for name in sorted(now - was):
            yield _entry(kind, name, 1.0)
        for name in sorted(was - now):
            yield _entry(kind, name, -1.0)
    for name, value in after.game.items():
        if name not in before.game or before.game[name] != value:
            yield _entry("game", name, 1.0, f"the game server states {value!r}")


def _felt(before: Relationship, after: Relationship) -> Iterator[LedgerEntry]:
    for axis in sorted(after.axes):
        if moved := round(after[axis] - before[axis], 4):
            yield _entry("axis", axis, moved)


def _entry(
    kind: LedgerKind, name: str, amount: float, reason: str = "the game server states it"
) -> LedgerEntry:
    return LedgerEntry(kind, name, amount, SOURCE, reason)
