"""A settled turn played again on the same inputs, and what differs. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from langchain_app.observability.tracing import Tracing
from langchain_app.persistence.past import PastChronicle, PastTimelines, PlayedTurn, read_played
from langchain_app.persistence.postgres import Postgres
from langchain_app.services.dialogue import Dialogue

AFTER_SPEECH = frozenset({"total", "remember_turn"})
"""Timings that are known only once a turn was stored."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One part of a turn that came out otherwise."""

    what: str
    then: Any
    now: Any


@dataclass(frozen=True, slots=True)
class Replay:
    """A turn as it was and as it came out again; `notes` say what may explain a difference."""

    turn_id: str
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]
    then: dict[str, Any]
    now: dict[str, Any]


class Replays:
    """Plays settled turns of a platform again, with the world and the speaker now in service."""

    def __init__(
        self, postgres: Postgres, dialogue: Dialogue, weights: Mapping[str, float]
    ) -> None:
        self._postgres = postgres
        self._dialogue = dialogue
        self._weights = weights

    async def replay(self, turn_id: str) -> Replay:
        """Play a turn again; raises UnknownTurn, TurnErased, UnknownNpc, DatabaseUnavailable."""
        parts = self._dialogue.parts
        played = await read_played(self._postgres, parts.world.id, turn_id)
        timelines = PastTimelines(self._postgres, parts.world, played)
        chronicle = PastChronicle(self._postgres, parts.world, parts.listener, self._weights)
        past = replace(parts, timelines=timelines, chronicle=chronicle)
        silent = Tracing()  # nothing of it is exported: the turn's own trace stays as it is
        answer = await self._dialogue.aside(past, silent).play(played.request)
        record = timelines.committed
        ledger = [asdict(entry) for entry in record.settlement.entries] if record else []
        then = _compared(played.answer, played.ledger)
        now = _compared(answer, ledger)
        return Replay(
            turn_id,
            tuple(_differences(then, now)),
            tuple(_notes(played, parts.world.version)),
            then,
            now,
        )


def _compared(answer: Mapping[str, Any], ledger: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what of a turn is compared, by name."""
    model = answer["model_info"]
    return {
        "npc_id": answer["npc_id"],
        "reply": answer["reply"],
        "emotion": answer["emotion"],
        **{f"state.{name}": value for name, value in answer["state"].items()},
        "ledger": ledger,
        "sources": [source["id"] for source in answer["sources"]],
        **{f"model.{name}": value for name, value in model.items()},
        "nodes": sorted(set(answer["timing_ms"]) - AFTER_SPEECH),
    }


def _differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield what differs; what a turn of an earlier release did not tell is not compared."""
    for what, before in then.items():
        if before != now.get(what):
            yield Difference(what, before, now.get(what))


def _notes(played: PlayedTurn, version: str) -> Iterator[str]:
    if played.world_version is None:
        yield "The turn was played before requests were kept: language and clock are guessed."
    elif played.world_version != version:
        yield f"The world's files changed since: {played.world_version} then, {version} now."
    if played.seen < played.seq - 1:
        others = played.seq - 1 - played.seen
        yield f"{others} other turn(s) were settled while it was spoken; so it is here."
