"""Settlement: what the words of one turn do to feelings, story, items and the game.

Readers, triggers and goals propose, this one pure function disposes. The same proposals on the same
state settle the same; no randomness, no clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from langchain_app.domain.people.relationship import Deltas, Relationship, capped, talked
from langchain_app.domain.story.actions import fault_of
from langchain_app.domain.story.ledger import LedgerEntry, LedgerKind
from langchain_app.domain.story.policy import SettlementPolicy
from langchain_app.domain.story.story import (
    Action,
    Effects,
    Requirements,
    Standing,
    StoryState,
)

Via = Literal["author", "model"]
"""Who thought of a proposal: an author's rule, or a model that read the talk."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change somebody proposes, with the words that speak for it.

    `source` names who proposes ("trigger:ask-crack", "tone", "forbidden:insult-ledger"). `objection`
    is what already speaks against it: it is refused, and the ledger says why. `confidence` holds the
    probabilities of flags that a model read, `thresholds` what it asks of them.
    """

    source: str
    effects: Effects
    reason: str
    evidence: str = ""
    requires: Requirements = field(default_factory=Requirements)
    via: Via = "author"
    objection: str = ""
    confidence: Mapping[str, float] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)


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
    proposals: Sequence[Proposal], standing: Standing, policy: SettlementPolicy, npc_id: str = ""
) -> Settlement:
    """Settle `proposals` on server state under `policy`, with `npc_id` acting.

    A proposal with an objection, whose conditions do not hold, or that has no flag left to raise moves
    nothing at all. Flags are raised only if the world defines them and lets words raise
    them, once; one that a model read needs its probability. Items given must exist, items taken must
    be carried, actions must be possible and fit their schema. Deltas of all proposals are summed, then
    capped for the turn, then kept within what words may reach on each axis. Whatever is denied leaves
    a ledger entry of kind "refused" and changes nothing else.
    """
    books = _Books(standing, policy, npc_id)
    wanted = Deltas()
    voices: list[Proposal] = []
    for proposal in proposals:
        if why := books.against(proposal):
            books.refuse(proposal, proposal.source, why)
            continue
        books.apply(proposal)
        wanted = wanted.plus(proposal.effects.deltas)
        voices.append(proposal)
    for proposal in books.rewards():
        books.apply(proposal)
        wanted = wanted.plus(proposal.effects.deltas)
        voices.append(proposal)
    before = standing.relationship
    after = talked(before, capped(wanted, policy.axes), policy.axes)
    deltas = Deltas({axis: round(after[axis] - before[axis], 4) for axis in policy.axes})
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

    def __init__(self, standing: Standing, policy: SettlementPolicy, npc_id: str) -> None:
        self.standing = standing
        self.policy = policy
        self.npc_id = npc_id
        self.raised: list[str] = []
        self.actions: list[Action] = []
        self.entries: list[LedgerEntry] = []

    @property
    def story(self) -> StoryState:
        return self.standing.story

    def against(self, proposal: Proposal) -> str | None:
        """Return what speaks against the whole proposal, or None."""
        if proposal.objection:
            return proposal.objection
        if not proposal.requires.met_by(self.standing):
            return "its conditions do not hold"
        if proposal.effects.flags:
            left = [f for f in proposal.effects.flags if f not in self.story.flags]
            if not any(f in self.policy.flags and self._doubt(f, proposal) is None for f in left):
                return "none of its flags is left to raise"
        return None

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

    def _doubt(self, flag: str, proposal: Proposal) -> str | None:
        """Return why words may not raise a flag that exists, or None."""
        if not self.policy.words_on_flags.admits(flag):
            return "no words may raise it"
        sure = proposal.confidence.get(flag)
        least = self.policy.threshold(flag, proposal.thresholds)
        if sure is not None and not sure >= least:  # NaN is not sure
            return f"p {sure:.2f} is below {least:.2f}"
        return None

    def _raise(self, flag: str, proposal: Proposal) -> None:
        if flag not in self.policy.flags:
            self.refuse(proposal, flag, "no quest defines this flag")
        elif why := self._doubt(flag, proposal):
            self.refuse(proposal, flag, why)
        elif flag not in self.story.flags:
            self._update(flags=self.story.flags | {flag})
            self.raised.append(flag)
            self._enter("flag", flag, 1.0, proposal)

    def _give(self, item: str, proposal: Proposal) -> None:
        if item not in self.policy.items:
            self.refuse(proposal, item, "the world has no such item")
        elif not self.policy.words_on_items.admits(item):
            self.refuse(proposal, item, "no words may give it")
        elif item not in self.story.items:
            self._update(items=self.story.items | {item})
            self._enter("item", item, 1.0, proposal)

    def _take(self, item: str, proposal: Proposal) -> None:
        if item not in self.story.items:
            self.refuse(proposal, item, "the player does not carry it")
        elif not self.policy.words_on_items.admits(item):
            self.refuse(proposal, item, "no words may take it")
        else:
            self._update(items=self.story.items - {item})
            self._enter("item", item, -1.0, proposal)

    def _act(self, action: Action, proposal: Proposal) -> None:
        why = fault_of(action, self.policy.actions, self.npc_id, self.standing)
        if why is None and not self.policy.words_on_actions.admits(action.name):
            why = "no words may bring it about"
        if why is None and proposal.via == "model" and not self.policy.actions[action.name].offered:
            why = "only a trigger or a goal brings it about"
        if why is not None:
            self.refuse(proposal, action.name, why)
        elif action not in self.actions:
            self.actions.append(action)
            self._enter("action", action.name, 1.0, proposal)

    def _update(self, **changed: frozenset[str]) -> None:
        self.standing = replace(self.standing, story=self.story.model_copy(update=changed))

    def _enter(
        self, kind: LedgerKind, name: str, amount: float, by: Proposal, why: str = ""
    ) -> None:
        self.entries.append(
            LedgerEntry(kind, name, amount, by.source, why or by.reason, by.evidence)
        )


def _delta_entries(deltas: Deltas, voices: Sequence[Proposal]) -> list[LedgerEntry]:
    entries = []
    for axis, amount in deltas.root.items():
        movers = [p for p in voices if p.effects.deltas[axis]]
        if amount:
            entries.append(
                LedgerEntry(
                    "axis",
                    axis,
                    amount,
                    ", ".join(p.source for p in movers),
                    "; ".join(p.reason for p in movers),
                    "; ".join(p.evidence for p in movers if p.evidence),
                )
            )
    return entries
