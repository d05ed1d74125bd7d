"""Which of the story's gates an utterance opens, which it nearly opened, and what stopped it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from langchain_app.domain.people.npc import ForbiddenTrigger
from langchain_app.domain.story.gates import costly, only_acts
from langchain_app.domain.story.reading import Reading, gates_read
from langchain_app.domain.story.story import GOAL, Trigger
from langchain_app.domain.story.story_acts import FORBIDDEN
from langchain_app.domain.turn import Exchange, FiredTrigger, NearMiss, Scene, Utterance
from langchain_app.domain.understanding.hearing import heard
from langchain_app.domain.understanding.understanding import Judged, StoryAct, Understood

Likeness = Callable[[Sequence[str]], tuple[float, str]]
"""How much the utterance means the same as the nearest of some examples, and which one."""

SAME_MEANING = 0.93
"""Without a reading: from here on two utterances are taken to mean the same."""
HEARD = 0.5
"""How surely a line must perform an act to be taken for it; the probabilities are calibrated."""
NAMED = 0.3
"""The same where the author's own keywords stand in the line."""
SURE = 0.85
"""The same for what is costly; below it the NPC asks back."""
ASKED, ASKED_TO_ACT = 0.3, 0.7
"""From here on an NPC asks back whether something costly is meant; the second where all that would
follow is that the NPC does something (a stall opens). In blind play none of 14 such questions back
was judged good, 11 of them below .7; of 57 honest lines 12 stood below it."""
NEARLY = 0.2
"""From here on a gate was nearly met: the trace says so."""
BY_THE_WAY = 0.95
"""How surely a greeting, or a question for what the player told, must perform an act beside."""
HEARD_SURELY = 0.8
"""How surely a line must perform what would hurt if it were misheard: an offence, which costs trust
(from .6 on, 22% (English) and 33% (Korean) of a stranger's honest lines were one, so 7 and 19%)."""
BESIDE_LORE = 0.8
"""How surely a question must perform an act, where lore answers it too."""
VETO = 0.1
"""What a second judge reads counts only where the first does not rule it out."""
UNHELD = (0.0, HEARD)
"""Of an act that the words were not held against: how surely they perform it, and must."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the words of a turn do: a gate that fires, one that is asked back about, or a hint."""

    fired: FiredTrigger | None = None
    asks_back: Trigger | None = None
    hint: Trigger | None = None


def decided(
    opened: Sequence[Trigger],
    closed: Sequence[Trigger],
    understood: Understood,
    acts: Sequence[StoryAct],
    rewards: Iterable[str],
    asked_back: str | None = None,
    *,
    answered: bool = False,
    again: Collection[str] = (),
) -> Decision:
    """Return what the words do, of what is open and what is closed.

    Of a question that the world's lore answers (`answered`), what is less sure than that does nothing.
    Nobody is asked back or hinted at once more (`again`) about what they hardly mean.

    The surest gate decides. What is costly and not certain is asked back about, as `asked_back` names
    what was asked about in the turn before: then a yes is enough, in the player's own words. What may
    be a line of a play opens nothing, and what steers does not even make anybody ask; a cry for help
    is heard all the same, and so is an example, word for word.
    """
    ends = frozenset(rewards)
    held = _held(understood, _in_earnest(understood, acts))
    stalls = [one.id for one in opened if only_acts(one) and one.id != asked_back]
    asks_on = stalls if understood.asks_on else []
    held = {
        key: (p if p >= _least(key, asks_on, answered=answered) else 0.0, wanted)
        for key, (p, wanted) in held.items()
    }
    for trigger in opened:
        if (
            trigger.id == asked_back
            and trigger.id in held
            and _agreed(understood, *held[trigger.id])
        ):
            return Decision(FiredTrigger(trigger, "said yes when asked back"))
    for trigger in sorted(opened, key=lambda one: -held.get(one.id, UNHELD)[0]):
        p, wanted = held.get(trigger.id, UNHELD)
        unsure = p < SURE or trigger.confirm == "always" or understood.played
        if unsure and costly(trigger, ends) and trigger.confirm != "never":
            if p >= _asked_from(trigger, again):
                return Decision(asks_back=trigger)
        elif p >= wanted and not understood.played:
            return Decision(FiredTrigger(trigger, f"performs it (p {p:.2f})"))
    for trigger in sorted(closed, key=lambda one: -held.get(one.id, UNHELD)[0]):
        rather = understood.aside or trigger.id in again
        # What a goal waits for may be done at any time: a question that lore answers hardly means it.
        asks = understood.asks_on or (answered and trigger.id.startswith(GOAL))
        least = BY_THE_WAY if asks else BESIDE_LORE if rather else HEARD
        if held.get(trigger.id, UNHELD)[0] >= least:
            return Decision(hint=trigger)
    return Decision()


def _least(key: str, asks_on: Collection[str], *, answered: bool) -> float:
    """Return how surely an act must be performed to be looked at: "and where do I find them?" opens no
    stall."""
    if key in asks_on:
        return BY_THE_WAY
    return BESIDE_LORE if answered else 0.0


def _asked_from(trigger: Trigger, again: Collection[str]) -> float:
    if trigger.id in again:
        return BESIDE_LORE
    return ASKED_TO_ACT if only_acts(trigger) else ASKED


def _in_earnest(understood: Understood, acts: Sequence[StoryAct]) -> Sequence[StoryAct]:
    """Return the acts that the words may perform."""
    if not understood.steered:
        return acts
    return [act for act in acts if act.despairs or act.verbatim]


def _held(understood: Understood, acts: Sequence[StoryAct]) -> dict[str, tuple[float, float]]:
    """Return how surely the words perform each act, and how surely they must, by key.

    The author's own keywords lower what is asked of the reading; where they are enough, they count as
    heard, though never as certain. An example, word for word and meant, is certain.
    """
    found = {}
    for act in acts:
        bar = HEARD_SURELY if act.surely else HEARD
        p, wanted = performs(understood, act.key), NAMED if act.keywords_heard else bar
        if act.keywords_heard and act.opens_on_keywords and understood.meant:
            p = max(p, wanted)
        if act.despairs:
            p = _by_itself(understood, understood.despair)
        if act.verbatim and understood.mode == "meant" and not understood.played:
            p = max(p, SURE)
        found[act.key] = (p, wanted)
    return found


def performs(understood: Understood, key: str) -> float:
    """Return how surely the utterance performs an act; 0 where it was not held against it.

    Who only greets, or asks to be reminded of a fact, does nothing by the way, unless it is certain.
    """
    judged = understood.judged.get(key)
    return _by_itself(understood, judged.performs if judged is not None else 0.0)


def _by_itself(understood: Understood, sure: float) -> float:
    return 0.0 if understood.plain and sure < BY_THE_WAY else sure


def _agreed(understood: Understood, sure: float, wanted: float) -> bool:
    return understood.agrees or (sure >= wanted and understood.act != "refuses")


def near_misses(
    opened: Sequence[Trigger], closed: Sequence[Trigger], understood: Understood
) -> tuple[NearMiss, ...]:
    """Return the gates that the words came near to, the nearest first, and what stopped each."""
    held: Mapping[str, Judged] = understood.judged
    found = [
        NearMiss(one.id, round(held[one.id].performs, 3), held[one.id].otherwise, one in closed)
        for one in (*opened, *closed)
        if one.id in held and (held[one.id].performs >= NEARLY or held[one.id].near)
    ]
    return tuple(sorted(found, key=lambda miss: -miss.performs))


def alike(opened: Iterable[Trigger], utterance: Utterance, likeness: Likeness) -> Decision:
    """Return what the words do by likeness alone, where there is no reading: nothing that is
    costly."""
    own, hits = heard(utterance.text), []
    if own != utterance.text.strip():
        return Decision()
    for trigger in opened:
        if trigger.says is None or costly(trigger, trigger.effects.flags):
            continue
        score, example = likeness(trigger.says.examples[utterance.language])
        if score >= SAME_MEANING:
            hits.append((score, FiredTrigger(trigger, f"means “{example}” ({score:.2f})")))
    return Decision(max(hits, key=lambda hit: hit[0])[1]) if hits else Decision()


def read_trigger(
    opened: Iterable[Trigger],
    utterance: Utterance,
    reading: Reading,
    thresholds: Mapping[str, float],
    understood: Understood,
) -> Trigger | None:
    """Return the open gate that a second judge read to be performed, or None.

    Its evidence must stand in the player's own words, and the first judge must not rule it out.
    """
    if understood.played or understood.steered:
        return None
    own = heard(utterance.text)
    for _, trigger in gates_read(reading, opened, thresholds):
        judged = understood.judged.get(trigger.id)
        ruled_out = judged is not None and judged.performs < VETO
        if reading.stands_in(own) and not ruled_out:
            return trigger
    return None


def moment(waiting: Iterable[Trigger]) -> FiredTrigger | None:
    """Return the first goal whose moment has come without words, or None."""
    return next((FiredTrigger(t, "") for t in waiting if t.says is None), None)


def forbidden_hit(
    triggers: Iterable[ForbiddenTrigger], understood: Understood, acts: Sequence[StoryAct]
) -> tuple[ForbiddenTrigger, str] | None:
    """Return the forbidden trigger that the utterance performs, and how surely.

    What performs a gate of the story more surely is no offence: "here is your book" accuses nobody.
    """
    held = _held(understood, acts)
    gates = [p for key, (p, least) in held.items() if p >= least and not key.startswith(FORBIDDEN)]
    sure = [(*held.get(f"{FORBIDDEN}{one.id}", UNHELD), one) for one in triggers]
    # What cannot stand alone, a yes or a no, answers somebody; it is hardly an offence of its own.
    least_of_all = 0.0 if understood.alone else BY_THE_WAY
    hits = [(p, one) for p, least, one in sure if p >= max([least, least_of_all, *gates])]
    p, hit = max(hits, key=lambda found: found[0], default=(0.0, None))
    return (hit, f"performs it (p {p:.2f})") if hit is not None else None


def spoken_of(trigger: Trigger, scene: Scene) -> bool:
    """Tell whether the NPC asked back about it, or hinted at it, in the turns that it has at hand."""
    lines = (trigger.asks_back, trigger.hint_now(scene.standing))
    return any(scene.said(line) for line in lines if line is not None)


def asked_back_of(recent: Sequence[Exchange]) -> str | None:
    """Return the trigger that the NPC asked back about in the turn before."""
    return recent[-1].asked_back if recent else None


def plays(recent: Sequence[Exchange]) -> bool:
    """Tell whether the player set up a play in the turn before; a question back ends it."""
    return bool(recent) and recent[-1].mode == "play" and recent[-1].asked_back is None
