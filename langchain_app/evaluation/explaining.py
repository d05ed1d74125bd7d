"""Why a turn went as it went: the ledger's reasons, and the gates before what was not said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from langchain_app.domain.lore.lore import Gate, Knower
from langchain_app.domain.story.ledger import LedgerEntry
from langchain_app.domain.world import World
from langchain_app.evaluation.played import PlayedTurn
from langchain_app.evaluation.wording import holds

MOST = 4
"""Explanations of one failure that anybody reads."""


def reasons(ledger: Sequence[LedgerEntry], kinds: Sequence[str] = ()) -> tuple[str, ...]:
    """Return what the ledger says of changes of these kinds or names (all without), and refusals."""
    shown = {*kinds, "refused"}
    told = [e for e in ledger if not kinds or e.kind in shown or e.name in kinds]
    return tuple(_entry(entry) for entry in told[:MOST])


def near_misses(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the gates that a turn's words came near to, and what stopped each."""
    return tuple(
        f"gate {miss['trigger']}: performed with p {miss['performs']:.2f}"
        + (
            ", its conditions do not hold"
            if miss["closed"]
            else f", taken for: {miss['otherwise']}"
        )
        for miss in answer["story"]["near"][:MOST]
    )


def _entry(entry: LedgerEntry) -> str:
    evidence = f", on “{entry.evidence}”" if entry.evidence else ""
    amount = f" {entry.amount:+g}" if entry.kind != "refused" else ""
    return f"ledger: {entry.kind} {entry.name}{amount} by {entry.source}: {entry.reason}{evidence}"


def why_unmentioned(word: str, turn: PlayedTurn, world: World) -> tuple[str, ...]:
    """Return which passages hold a word that the reply lacks, and why they were not told.

    What a gate keeps back comes first, then what is open, then what this NPC can never know.
    """
    cited = [source["id"] for source in turn.answer["sources"]]
    ranked = []
    for chunk in world.chunks():
        if chunk.language == turn.language and holds(chunk.text, word):
            closed = "; ".join(_closed(chunk.gate, turn.knower, turn.npc))
            open_ = "a source of this reply" if chunk.id in cited else "open to this NPC, not found"
            strange = turn.knower.audiences.isdisjoint(chunk.gate.audience)
            rank = 2 if strange else 0 if closed else 1
            ranked.append((rank, f"it stands in {chunk.id}: {closed or open_}"))
    ranked.sort(key=lambda found: found[0])
    sources = f"sources of the reply: {', '.join(cited) or 'none'}"
    return (sources, *(told for _, told in ranked[:MOST]))


def _closed(gate: Gate, knower: Knower, npc: str) -> Iterator[str]:
    """Yield each condition of the gate that does not hold."""
    if knower.audiences.isdisjoint(gate.audience):
        yield f"{npc} does not know it (only {', '.join(gate.audience)})"
    if gate.after not in knower.story.reached:
        yield f"told only after {gate.after}"
    if knower.trust < gate.trust:
        yield f"told from trust {gate.trust:g} on, here it is {knower.trust:g}"
