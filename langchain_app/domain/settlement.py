"""Settlement: what the words of one turn do to trust, story, items and the game.

The model and the triggers propose, this one pure function disposes. The same proposals on the same
state settle the same; no randomness, no clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from langchain_app.domain.relationship import Caps, Deltas, Relationship, capped
from langchain_app.domain.story import Action, Effects, Requirements, Reward, StoryState

LedgerKind = Literal["trust", "relationship", "flag", "item", "action", "refused"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change somebody proposes, with the words that speak for it.

    `source` names who proposes ("trigger:ask-crack", "tone", "forbidden:insult-ledger").
    """

    source: str
    effects: Effects
    reason: str
    evidence: str = ""
    requires: Requirements = field(default_factory=Requirements)


@dataclass(frozen=True, slots=True)
class SettlementPolicy:
    """What a world allows: caps, and the flags, items and actions that exist."""

    caps: Caps
    flags: frozenset[str]
    items: frozenset[str]
    actions: frozenset[str]
    rewards: Mapping[str, Reward] = field(default_factory=dict)
    """Rewards by the flag that completes a quest."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One change (or one refusal) and its reason."""

    kind: LedgerKind
    name: str
    amount: float
    source: str
    reason: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """The outcome: the state after the turn, and a ledger that explains every difference."""

    relationship: Relationship
    story: StoryState
    deltas: Deltas = field(default_factory=Deltas)
    flags: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    entries: tuple[LedgerEntry, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything but refusals was settled."""
        return any(entry.kind != "refused" for entry in self.entries)


def settle(
    proposals: Sequence[Proposal],
    story: StoryState,
    relationship: Relationship,
    policy: SettlementPolicy,
) -> Settlement:
    """Settle `proposals` on server state under `policy`.

    Deltas of all proposals are summed, then capped for the turn, then kept within -1 to 1. A flag is
    raised only if the world defines it, once; a proposal that would raise flags and has none left to
    raise moves nothing at all. Items given must exist; items taken must be carried.
    Whatever is denied leaves a ledger entry of kind "refused" and changes nothing else.
    """
    books = _Books(story, policy)
    wanted = Deltas()
    voices: list[Proposal] = []
    for proposal in proposals:
        if not proposal.requires.met_by(books.story, relationship.trust):
            books.refuse(proposal, proposal.source, "its conditions do not hold")
            continue
        if not books.may_happen(proposal):
            books.refuse(proposal, proposal.source, "none of its flags is left to raise")
            continue
        books.apply(proposal)
        wanted = wanted.plus(proposal.effects.deltas)
        voices.append(proposal)
    for proposal in books.rewards():
        books.apply(proposal)
        wanted = wanted.plus(proposal.effects.deltas)
        voices.append(proposal)
    after = relationship.moved(capped(wanted, policy.caps))
    deltas = Deltas(
        trust=round(after.trust - relationship.trust, 4),
        relationship=round(after.relationship - relationship.relationship, 4),
    )
    return Settlement(
        relationship=after,
        story=books.story,
        deltas=deltas,
        flags=tuple(books.raised),
        actions=tuple(books.actions),
        entries=(*_delta_entries(deltas, voices), *books.entries),
    )


class _Books:
    """The open books of one settlement."""

    def __init__(self, story: StoryState, policy: SettlementPolicy) -> None:
        self.story = story
        self.policy = policy
        self.raised: list[str] = []
        self.actions: list[Action] = []
        self.entries: list[LedgerEntry] = []

    def may_happen(self, proposal: Proposal) -> bool:
        """Tell whether some flag of the proposal is defined and not raised yet, if it has any."""
        flags = self.policy.flags.intersection(proposal.effects.flags)
        return not proposal.effects.flags or not self.story.flags.issuperset(flags)

    def apply(self, proposal: Proposal) -> None:
        for flag in proposal.effects.flags:
            self._raise(flag, proposal)
        for item in proposal.effects.gives:
            self._give(item, proposal)
        for item in proposal.effects.takes:
            self._take(item, proposal)
        for action in proposal.effects.actions:
            self._act(action, proposal)

    def refuse(self, proposal: Proposal, name: str, why: str) -> None:
        self._enter("refused", name, 0.0, proposal, why)

    def rewards(self) -> list[Proposal]:
        return [
            Proposal(
                source=f"reward:{flag}",
                effects=Effects(gives=reward.items, deltas=reward.deltas),
                reason="the quest was completed",
            )
            for flag in self.raised
            if (reward := self.policy.rewards.get(flag)) is not None
        ]

    def _raise(self, flag: str, proposal: Proposal) -> None:
        if flag not in self.policy.flags:
            self.refuse(proposal, flag, "no quest defines this flag")
        elif flag not in self.story.flags:
            self.story = self.story.model_copy(update={"flags": self.story.flags | {flag}})
            self.raised.append(flag)
            self._enter("flag", flag, 1.0, proposal)

    def _give(self, item: str, proposal: Proposal) -> None:
        if item not in self.policy.items:
            self.refuse(proposal, item, "the world has no such item")
        elif item not in self.story.items:
            self.story = self.story.model_copy(update={"items": self.story.items | {item}})
            self._enter("item", item, 1.0, proposal)

    def _take(self, item: str, proposal: Proposal) -> None:
        if item not in self.story.items:
            self.refuse(proposal, item, "the player does not carry it")
        else:
            self.story = self.story.model_copy(update={"items": self.story.items - {item}})
            self._enter("item", item, -1.0, proposal)

    def _act(self, action: Action, proposal: Proposal) -> None:
        if action.name not in self.policy.actions:
            self.refuse(proposal, action.name, "the world has no such action")
        else:
            self.actions.append(action)
            self._enter("action", action.name, 1.0, proposal)

    def _enter(
        self, kind: LedgerKind, name: str, amount: float, by: Proposal, why: str = ""
    ) -> None:
        self.entries.append(
            LedgerEntry(kind, name, amount, by.source, why or by.reason, by.evidence)
        )


def _delta_entries(deltas: Deltas, voices: Sequence[Proposal]) -> list[LedgerEntry]:
    entries = []
    for axis, amount in (("trust", deltas.trust), ("relationship", deltas.relationship)):
        movers = [p for p in voices if getattr(p.effects.deltas, axis)]
        if amount:
            kind: LedgerKind = "trust" if axis == "trust" else "relationship"
            entries.append(
                LedgerEntry(
                    kind,
                    axis,
                    amount,
                    ", ".join(p.source for p in movers),
                    "; ".join(p.reason for p in movers),
                    "; ".join(p.evidence for p in movers if p.evidence),
                )
            )
    return entries
