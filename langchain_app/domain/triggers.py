"""Which of the story's gates an utterance opens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from langchain_app.domain.actions import fault_of
from langchain_app.domain.hearing import affirmed, background, heard, playing, together
from langchain_app.domain.npc import ForbiddenTrigger
from langchain_app.domain.policy import SettlementPolicy
from langchain_app.domain.reading import Reading, gates_read
from langchain_app.domain.story import Trigger
from langchain_app.domain.turn import FiredTrigger, Scene, Utterance

Likeness = Callable[[Sequence[str]], tuple[float, str]]
"""How much the utterance means the same as the nearest of some examples, and which one."""

SAME_MEANING = 0.85
"""From here on two utterances are taken to mean the same. High: a false hit moves the story."""


def open_triggers(
    triggers: Iterable[Trigger], scene: Scene, policy: SettlementPolicy
) -> tuple[Trigger, ...]:
    """Return the triggers whose conditions hold on the server's own state.

    What could not happen now is not open, lest an NPC say it and nothing come of it: an action that is
    not possible, an item to take that the player does not carry, what no words may move.
    """
    standing, npc = scene.standing, scene.npc.id
    return tuple(
        trigger
        for trigger in triggers
        if trigger.is_open(npc, standing)
        and standing.story.items.issuperset(trigger.effects.takes)
        and policy.admits(trigger.effects)
        and all(
            fault_of(act, policy.actions, npc, standing) is None for act in trigger.effects.actions
        )
    )


def fired_trigger(
    triggers: Iterable[Trigger],
    utterance: Utterance,
    likeness: Likeness,
    earlier: Sequence[str] = (),
) -> FiredTrigger | None:
    """Return the open trigger that the utterance fires, or None; nothing in a play.

    `earlier` are the player's last messages of this conversation, the newest last.

    Keywords decide before meaning, and the trigger that asks for most words before others. "I have
    not found Pell" fires nothing that waits for "I found Pell"; "don't worry, I found Pell" does.
    """
    language, hits = utterance.language, []
    if playing(utterance.text, earlier):
        return None
    for trigger in triggers:
        if trigger.says is None or trigger.says.taken_back(utterance.text, utterance.language):
            continue
        examples = trigger.says.examples[language]
        words_heard = heard(utterance.text, examples, language)
        spoken_of = (trigger.says.keywords.evidence(p, language) for p in together(words_heard))
        words = next(filter(None, spoken_of), None)
        if not words and words_heard:
            topic = background(utterance.text, examples, language)
            words = trigger.says.keywords.evidence_on(topic, words_heard, language)
        if words:
            hits.append((1.0 + len(words), FiredTrigger(trigger, " … ".join(words))))
            continue
        if words_heard != utterance.text:
            continue  # likeness hears the whole utterance, its denial too
        score, example = likeness(examples)
        if score >= SAME_MEANING:
            hits.append((score, FiredTrigger(trigger, f"means “{example}” ({score:.2f})")))
    return max(hits, key=lambda hit: hit[0], default=(0.0, None))[1]


def read_trigger(
    waiting: Iterable[Trigger],
    utterance: Utterance,
    reading: Reading,
    thresholds: Mapping[str, float],
) -> FiredTrigger | None:
    """Return the waiting gate that a model read to be opened, or None.

    Its evidence must stand in what the player says in earnest, as keywords must: where a reader gives
    the whole utterance for its evidence, all of it must be meant.
    """
    for sure, trigger in gates_read(reading, waiting, thresholds):
        if trigger.says is None or trigger.says.taken_back(utterance.text, utterance.language):
            continue
        examples = trigger.says.examples[utterance.language]
        # "It's broken, isn't it?" denies nothing: a gate that waits for it waits for no denial.
        statements = [example for example in examples if not example.endswith("?")]
        meant = heard(utterance.text, examples, utterance.language)
        affirms = affirmed(utterance.text, statements, utterance.language)
        if reading.stands_in(meant) and reading.stands_in(affirms):
            return FiredTrigger(trigger, f"{reading.evidence} (p {sure:.2f})")
    return None


def moment(waiting: Iterable[Trigger]) -> FiredTrigger | None:
    """Return the first goal whose moment has come without words, or None."""
    return next((FiredTrigger(t, "") for t in waiting if t.says is None), None)


def forbidden_hit(
    triggers: Iterable[ForbiddenTrigger], utterance: Utterance, likeness: Likeness
) -> tuple[ForbiddenTrigger, str] | None:
    """Return the forbidden trigger that the utterance touches, and the evidence.

    "I won't turn you in" is no threat. A threat in a story or on a condition is one.
    """
    language = utterance.language
    for trigger in triggers:
        words_heard = affirmed(utterance.text, trigger.examples[language], language)
        words = trigger.keywords.evidence(words_heard, language)
        if words:
            return trigger, " … ".join(words)
        if words_heard != utterance.text:
            continue
        score, example = likeness(trigger.examples[language])
        if score >= SAME_MEANING:
            return trigger, f"means “{example}” ({score:.2f})"
    return None
