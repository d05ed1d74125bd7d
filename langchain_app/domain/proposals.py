"""What the words of a turn propose to change: rules and sentiment, the embedded state reader."""

from __future__ import annotations

from langchain_app.domain.hearing import sincere
from langchain_app.domain.relationship import Deltas, Relationship
from langchain_app.domain.settlement import Proposal, SettlementPolicy
from langchain_app.domain.story import Effects
from langchain_app.domain.text import detect_language
from langchain_app.domain.tone import Tone
from langchain_app.domain.turn import Deflection, FiredTrigger
from langchain_app.domain.world import World

_COURTESY = {
    "thanks": Deltas(trust=0.01, relationship=0.03),
    "compliment": Deltas(trust=0.01, relationship=0.03),
    "apology": Deltas(trust=0.02, relationship=0.03),
    "affection": Deltas(relationship=0.03),
    "insult": Deltas(trust=-0.08, relationship=-0.12),
}
"""Small, so that no amount of flattery in a few turns replaces deeds; an insult costs four thanks."""


COURTESY_CEILING = Relationship(trust=0.1, relationship=0.3)
"""Courtesy raises nobody above this: who flatters all day is polite, and not yet trusted."""


def propose(
    utterance: str,
    tone: Tone | None,
    feelings: Relationship,
    fired: FiredTrigger | None,
    deflection: Deflection | None,
) -> tuple[Proposal, ...]:
    """Return what trigger, reaction and manners propose, each with its reason and evidence.

    A deflected turn moves nothing but the reaction's own deltas: whoever was talked at in prompt
    format has not been thanked.
    """
    if deflection is not None and deflection.unheard:
        return ()
    if deflection is not None and deflection.trigger is not None:
        hurt = deflection.trigger
        return (
            Proposal(
                source=f"forbidden:{hurt.id}",
                effects=Effects(deltas=hurt.reaction.deltas),
                reason="the player touched what this NPC does not stand for",
                evidence=deflection.detail,
            ),
        )
    proposals = []
    if fired is not None:
        proposals.append(
            Proposal(
                source=f"trigger:{fired.trigger.id}",
                effects=fired.trigger.effects,
                reason="the player said what this trigger waits for",
                evidence=fired.evidence,
                requires=fired.trigger.requires,
            )
        )
    if tone is not None and tone.act in _COURTESY and _meant(utterance, tone.act):
        proposals.append(
            Proposal(
                source="tone",
                effects=Effects(deltas=_courtesy(_COURTESY[tone.act], feelings)),
                reason=f"{tone.act} (sentiment {tone.sentiment.compound:+.2f})",
                evidence=utterance[:80],
            )
        )
    return tuple(proposals)


def _meant(utterance: str, act: str) -> bool:
    """Tell whether a courtesy may count: an insult always, flattery with an instruction never."""
    return act == "insult" or sincere(utterance, detect_language(utterance))


def _courtesy(deltas: Deltas, feelings: Relationship) -> Deltas:
    """Return `deltas`, no further up than the ceiling; down as they are."""
    return Deltas(
        trust=min(deltas.trust, max(0.0, COURTESY_CEILING.trust - feelings.trust)),
        relationship=min(
            deltas.relationship, max(0.0, COURTESY_CEILING.relationship - feelings.relationship)
        ),
    )


def policy_of(world: World) -> SettlementPolicy:
    """Return what `world` allows a settlement to do."""
    return SettlementPolicy(
        caps=world.manifest.policy.per_turn,
        flags=world.flags,
        items=frozenset(world.items),
        actions=frozenset(world.manifest.actions),
        rewards={quest.completed_flag: quest.reward for quest in world.quests.values()},
    )
