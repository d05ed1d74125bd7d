"""The ledger: one entry for each change of state, and for each refusal, with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LedgerKind = Literal["axis", "flag", "item", "deed", "game", "action", "refused"]


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One change (or one refusal) and its reason.

    `amount` is what an axis moved; +1 or -1 for a flag raised or lowered, an item given or taken.
    """

    kind: LedgerKind
    name: str
    amount: float
    source: str
    reason: str
    evidence: str = ""
