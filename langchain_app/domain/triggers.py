"""Which of the story's gates an utterance opens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from langchain_app.domain.npc import ForbiddenTrigger
from langchain_app.domain.reading import Reading, gates_read
from langchain_app.domain.story import Trigger
from langchain_app.domain.text import Language
from langchain_app.domain.turn import FiredTrigger, Scene, Utterance

Likeness = Callable[[Sequence[str]], tuple[float, str]]
"""How much the utterance means the same as the nearest of some examples, and which one."""

SAME_MEANING = 0.85
"""From here on two utterances are taken to mean the same. High: a false hit moves the story."""

_NEGATED: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"n't\b|\b(?:not|never|no longer|cannot|havent|didnt|dont|wont|cant|nobody)\b"
    ),
    # "안" and "못" stand before a verb; "안녕", "안개", "안에" and "못을" are other words.
    "ko": re.compile(
        r"(?:^|\s)(?:못|안)\s[가-힣]|(?:^|\s)(?:못|안)(?:[했해하할한합]|[찾봤받갔왔가올와됐되돼줬줄줘들샀믿알])"
        r"|지[는도]?\s?(?:않|못|마|말)|아직"
    ),
}
_CLAUSE = re.compile(r"[^.!?,;…\n]+[.!?,;…\n]?")


def open_triggers(triggers: Iterable[Trigger], scene: Scene) -> tuple[Trigger, ...]:
    """Return the triggers whose conditions hold on the server's own state."""
    standing = scene.standing
    return tuple(t for t in triggers if t.is_open(scene.npc.id, standing))


def fired_trigger(
    triggers: Iterable[Trigger], utterance: Utterance, likeness: Likeness
) -> FiredTrigger | None:
    """Return the open trigger that the utterance fires, or None.

    Keywords decide before meaning, and the trigger that asks for most words before others. "I have
    not found Pell" fires nothing that waits for "I found Pell"; "don't worry, I found Pell" does.
    """
    language, hits = utterance.language, []
    for trigger in triggers:
        if trigger.says is None:
            continue
        examples = trigger.says.examples[language]
        heard = _heard(utterance.text, examples, language)
        words = trigger.says.keywords.evidence(heard, language)
        if words:
            hits.append((1.0 + len(words), FiredTrigger(trigger, " … ".join(words))))
            continue
        if heard != utterance.text:
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
        examples = trigger.says.examples[utterance.language] if trigger.says else ()
        # "It's broken, isn't it?" denies nothing: a gate that waits for it waits for no denial.
        examples = tuple(example for example in examples if not example.endswith("?"))
        if reading.stands_in(_heard(utterance.text, examples, utterance.language)):
            return FiredTrigger(trigger, f"{reading.evidence} (p {sure:.2f})")
    return None


def moment(waiting: Iterable[Trigger]) -> FiredTrigger | None:
    """Return the first goal whose moment has come without words, or None."""
    return next((FiredTrigger(t, "") for t in waiting if t.says is None), None)


def forbidden_hit(
    triggers: Iterable[ForbiddenTrigger], utterance: Utterance, likeness: Likeness
) -> tuple[ForbiddenTrigger, str] | None:
    """Return the forbidden trigger that the utterance touches, and the evidence.

    "I won't turn you in" is no threat.
    """
    language = utterance.language
    for trigger in triggers:
        heard = _heard(utterance.text, trigger.examples[language], language)
        words = trigger.keywords.evidence(heard, language)
        if words:
            return trigger, " … ".join(words)
        if heard != utterance.text:
            continue
        score, example = likeness(trigger.examples[language])
        if score >= SAME_MEANING:
            return trigger, f"means “{example}” ({score:.2f})"
    return None


def _heard(text: str, examples: Sequence[str], language: Language) -> str:
    """Return what of `text` a trigger hears: denials only if it waits for one."""
    if any(_negates(example, language) for example in examples):
        return text
    return _affirmed(text, language)


def _affirmed(text: str, language: Language) -> str:
    """Return the clauses of `text` that neither deny nor, where another denies, only ask."""
    if not _negates(text, language):
        return text
    clauses: list[str] = _CLAUSE.findall(text)
    return " ".join(c for c in clauses if not _negates(c, language) and not c.endswith("?"))


def _negates(text: str, language: Language) -> bool:
    return _NEGATED[language].search(text.lower()) is not None
