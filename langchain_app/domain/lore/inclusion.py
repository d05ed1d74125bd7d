"""Inclusion groups: of several entries that could be told, one is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from langchain_app.domain.lore.macros import draw

if TYPE_CHECKING:
    from langchain_app.domain.lore.activation import Told


def one_of_each_group(found: Sequence[Told], told: Sequence[Told], seed: str) -> list[Told]:
    """Return `found` with one entry of each inclusion group at the most.

    A group of which one was `told` already has no place left. What is sticky stays; else, where the
    group scores, who has most hits; else the highest order among those that override; else a draw by
    weight.
    """
    kept = list(found)
    taken = {group for t in told for group in t.entry.groups}
    for group in dict.fromkeys(group for t in found for group in t.entry.groups):
        rivals = [t for t in kept if group in t.entry.groups]
        if group in taken:
            winner = None
        elif len(rivals) < 2:
            continue
        else:
            winner = _winner(rivals, f"{seed}|{group}")
        kept = [t for t in kept if t is winner or group not in t.entry.groups]
    return kept


def _winner(rivals: list[Told], seed: str) -> Told:
    if sticky := [t for t in rivals if t.sticky]:
        rivals = sticky
    if any(t.entry.group_scoring for t in rivals):
        most = max(t.hits for t in rivals)
        rivals = [t for t in rivals if t.hits == most or not t.entry.group_scoring]
    if overriding := [t for t in rivals if t.entry.group_override]:
        return max(overriding, key=lambda t: t.entry.order)
    ticket = draw(seed, max(1, sum(t.entry.group_weight for t in rivals)))
    for told in rivals:
        ticket -= told.entry.group_weight
        if ticket < 0:
            return told
    return rivals[0]
