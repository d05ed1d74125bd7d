"""What the words of a turn propose to change: gates that they open, manners, and a model's reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from langchain_app.domain.people.relationship import Axes, Deltas, Relationship
from langchain_app.domain.story.policy import SettlementPolicy
from langchain_app.domain.story.reading import Reading
from langchain_app.domain.story.settlement import Proposal
from langchain_app.domain.story.story import Effects, Requirements
from langchain_app.domain.turn import Deflection, FiredTrigger
from langchain_app.domain.understanding.hearing import plain
from langchain_app.domain.understanding.tone import Tone

MOMENT = "its moment had come"
"""The reason of a goal that waited for no words."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was made of one utterance."""

    utterance: str
    tone: Tone | None = None
    meant: bool = True
    """Whether the player speaks in earnest."""
    fired: FiredTrigger | None = None
    reading: Reading | None = None
    deflection: Deflection | None = None


def propose(heard: Heard, felt: Relationship, policy: SettlementPolicy) -> tuple[Proposal, ...]:
    """Return what gate, reaction, reading and manners propose, each with its reason and evidence.

    A deflected turn moves nothing but the reaction's own deltas: whoever was talked at in prompt
    format has not been thanked.
    """
    deflection = heard.deflection
    if deflection is not None and deflection.unheard:
        return ()
    if deflection is not None and deflection.trigger is not None:
        hurt = deflection.trigger
        return (
            Proposal(
                source=f"forbidden:{hurt.id}",
                effects=Effects(deltas=hurt.reaction.deltas, actions=hurt.reaction.actions),
                reason="the player touched what this NPC does not stand for",
                evidence=deflection.detail,
            ),
        )
    return (
        *_gate(heard, felt, policy),
        *_manners(heard, felt, policy),
        *_read(heard, felt, policy),
    )


def _gate(heard: Heard, felt: Relationship, policy: SettlementPolicy) -> Iterator[Proposal]:
    fired = heard.fired
    if fired is None:
        return
    trigger, effects = fired.trigger, fired.trigger.effects
    if not effects.flags:  # it fires as often as it is said: feelings are not to be farmed
        deltas = _courteous(effects.deltas, felt, policy.axes)
        effects = effects.model_copy(update={"deltas": deltas})
    yield Proposal(
        source=f"trigger:{trigger.id}",
        effects=effects,
        reason="the player said what this trigger waits for"
        if trigger.says is not None
        else MOMENT,
        evidence=fired.evidence,
        requires=trigger.requires,
    )


def _manners(heard: Heard, felt: Relationship, policy: SettlementPolicy) -> Iterator[Proposal]:
    tone = heard.tone
    moves = policy.manners.get(tone.act) if tone is not None else None
    if tone is not None and moves is not None and _counts(heard, tone.act):
        yield Proposal(
            source="tone",
            effects=Effects(deltas=_courteous(moves, felt, policy.axes)),
            reason=f"{tone.act} (sentiment {tone.sentiment.compound:+.2f})",
            evidence=heard.utterance[:80],
        )


def _counts(heard: Heard, act: str) -> bool:
    """Tell whether a courtesy counts: it is meant, and nothing but talk."""
    return heard.meant and (act == "insult" or plain(heard.utterance))


def _read(heard: Heard, felt: Relationship, policy: SettlementPolicy) -> Iterator[Proposal]:
    """Yield what a model read: feelings where no gate and no manners speak, actions, and the flags
    that it would raise although no gate is open for them, which are refused with that reason."""
    reading = heard.reading
    if reading is None:
        return
    source, reason = f"reader:{reading.reader}", "a model read it so"
    objection = (
        "" if reading.stands_in(heard.utterance) else "its evidence does not stand in what was said"
    )
    mannered = heard.tone is not None and heard.tone.act in policy.manners
    felt_so = heard.fired is None and not mannered and any(reading.deltas.root.values())
    deltas = _courteous(reading.deltas, felt, policy.axes) if felt_so else Deltas()
    if felt_so or reading.actions:
        effects = Effects(deltas=deltas, actions=reading.actions)
        yield Proposal(
            source, effects, reason, reading.evidence, Requirements(), "model", objection
        )
    raised = heard.fired.trigger.effects.flags if heard.fired is not None else ()
    for flag, sure in reading.flags.items():
        if flag not in raised and sure >= policy.threshold(flag, reading.thresholds):
            effects = Effects(flags=(flag,))
            why = objection or "no gate is open for it"
            yield Proposal(source, effects, reason, reading.evidence, Requirements(), "model", why)


def _courteous(deltas: Deltas, felt: Relationship, axes: Axes) -> Deltas:
    """Return `deltas`, no further up than each axis lets manners go; down as they are."""
    return Deltas(
        {
            name: min(deltas[name], max(0.0, axes[name].courtesy - felt[name]))
            for name in deltas.axes & axes.keys()
        }
    )
