"""Batches to learn from: acts with their lines, and labelled lines."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from langchain_app.encoder.labels import SEGMENTS
from training.understanding.examples import Act, Before, Line, Recall, Told

SENTENCE, EXAMPLE, PLAYER, NPC_BEFORE, MEMORY, NPC = (SEGMENTS.index(name) for name in SEGMENTS[1:])
FEWEST, MOST = 2, 5
"""Examples of an act that one round shows."""
SENTENCES, NAMED, TALKED = 0.8, 0.7, 0.4
"""How often an act's sentence is shown, its NPC, and turns before a line."""

SIBLINGS, STRANGERS, CHATTER = 8, 8, 16
"""Lines that a round has at hand beside an act's own: of other acts of the same small story, of other
acts of its set, and of other talk. None of them performs it, but for chance."""
OWN, OTHERS = 28, 20
"""Of the lines at hand a round reads so many of the act's own, and of the others ..."""
HARD = 0.6
"""... this share of them the hardest, the rest drawn by lot."""
DOUBTFUL = {True: 0.02, False: 0.1}
"""What the model gives an own line's (True) or another's label at least; below, the label is doubted:
an author erred, or chatter performs the act by chance."""

OTHER_RECALLS = 6
"""Questions for other memories that a memory is held against."""

Parts = list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class ActRound:
    """An act and lines that are held against it, the first `own` of them written for it."""

    act: Parts
    lines: list[Line]
    outcomes: list[str]
    own: int = 0


def shown(act: Act, language: str) -> Parts:
    """Return the parts of an act that the model reads: with whom, what happens, how it may sound."""
    return _parts(act.npc[language], act.sentence[language], act.examples[language][:MOST])


def drawn(act: Act, language: str, rng: random.Random) -> tuple[Parts, list[str]]:
    """Return some of an act's parts, and the examples that are left: honest lines like any other.

    Now and then an author names nobody, or writes no sentence; then there are more examples.
    """
    examples = rng.sample(act.examples[language], len(act.examples[language]))
    sentence = act.sentence[language] if rng.random() < SENTENCES else ""
    count = rng.randint(FEWEST if sentence else FEWEST + 1, MOST)
    npc = act.npc[language] if rng.random() < 0.5 else act.npc[language].split(",")[0]
    named = npc if rng.random() < NAMED else ""
    return _parts(named, sentence, examples[:count]), examples[count:]


def _parts(npc: str, sentence: str, examples: Sequence[str]) -> Parts:
    parts = [(npc, NPC), (sentence, SENTENCE), *((text, EXAMPLE) for text in examples)]
    return [(text, segment) for text, segment in parts if text]


def before(turns: Sequence[Before]) -> Parts:
    """Return the parts of what was said before a line."""
    return [(turn.text, NPC_BEFORE if turn.who == "N" else PLAYER) for turn in turns]


class Talk:
    """What may be said before a line that stands alone, and beside it: in a game something is."""

    def __init__(self, acts: Sequence[Act], told: Sequence[Told], rng: random.Random) -> None:
        self._rng = rng
        self._told: dict[str, list[Told]] = {"en": [], "ko": []}
        self._npc: dict[str, list[str]] = {"en": [], "ko": []}
        for line in told:
            self._told[line.language].append(line)
            self._npc[line.language] += [turn.text for turn in line.before]
        for line in (line for act in acts for line in act.lines):
            self._npc[line.language] += [turn.text for turn in line.before if turn.who == "N"]

    def chatter(self, language: str, count: int) -> list[Line]:
        """Return lines that perform no act, but for chance."""
        said = self._rng.sample(self._told[language], min(count, len(self._told[language])))
        return [Line(line.language, line.text, "topic", line.before) for line in said]

    def after(self, line: Line) -> Line:
        """Return a line, now and then with turns before it that do not matter."""
        if line.before or self._rng.random() >= TALKED:
            return line
        return replace(line, before=self.turns(line.language))

    def turns(self, language: str) -> tuple[Before, ...]:
        """Return what a player said, or what an NPC did, or both."""
        player = Before("P", self._rng.choice(self._told[language]).text)
        npc = Before("N", self._rng.choice(self._npc[language]))
        return self._rng.choice([(npc,), (player, npc), (player, npc)])


def _lines(act: Act, language: str) -> list[Line]:
    return [line for line in act.lines if line.language == language]


def act_rounds(acts: Sequence[Act], talk: Talk, rng: random.Random) -> Iterator[ActRound]:
    """Yield every act in each language once, with all lines at hand: the act's own come first."""
    by_set: dict[tuple[str, str], list[Act]] = defaultdict(list)
    for act in acts:
        for language in ("en", "ko"):
            by_set[act.set, language].append(act)
    pairs = [(act, language) for (_, language), some in by_set.items() for act in some]
    rng.shuffle(pairs)
    for act, language in pairs:
        parts, left = drawn(act, language, rng)
        own = _lines(act, language)
        own += [Line("ko" if language == "ko" else "en", text, "plain") for text in left]
        others = [o for o in by_set[act.set, language] if o is not act]
        near = [line for o in others if o.story == act.story for line in _lines(o, language)]
        near = [line for line in near if line.performs]
        found = rng.sample(near, min(SIBLINGS, len(near)))
        far = [o for o in others if o.story != act.story]
        found += [
            rng.choice(_lines(o, language)) for o in rng.sample(far, min(STRANGERS, len(far)))
        ]
        found += talk.chatter(language, CHATTER)
        yield ActRound(
            parts,
            [*own, *found],
            [line.outcome for line in own] + ["unrelated"] * len(found),
            len(own),
        )


def hardest(found: ActRound, performs: Sequence[float], talk: Talk, rng: random.Random) -> ActRound:
    """Return a round with some of its lines, the more of them that the model gets wrong; now and then
    turns that do not matter come before them.

    `performs` are the model's probabilities that each line performs the act.
    """
    right = [
        p if outcome == "performs" else 1 - p
        for p, outcome in zip(performs, found.outcomes, strict=True)
    ]
    kept: list[int] = []
    numbers = range(len(found.lines))
    for own, count in ((True, OWN), (False, OTHERS)):
        some = numbers[: found.own] if own else numbers[found.own :]
        hard = sorted((n for n in some if right[n] > DOUBTFUL[own]), key=right.__getitem__)
        hard = hard[: int(HARD * count)]
        rest = [n for n in some if n not in set(hard) and (own or right[n] > DOUBTFUL[own])]
        kept += hard + rng.sample(rest, min(count - len(hard), len(rest)))
    return ActRound(
        found.act,
        [talk.after(found.lines[n]) for n in kept],
        [found.outcomes[n] for n in kept],
        sum(n < found.own for n in kept),
    )


def recall_rounds(recalls: Sequence[Recall], rng: random.Random) -> Iterator[ActRound]:
    """Yield every memory once, with the questions that it answers and others that it does not.

    A question is held against a memory as a line is against an act.
    """
    by_language: dict[str, list[Recall]] = defaultdict(list)
    for one in recalls:
        by_language[one.language].append(one)
    for one in rng.sample(recalls, len(recalls)):
        alike = by_language[one.language]
        others = rng.sample(alike, min(OTHER_RECALLS, len(alike)))
        far = [rng.choice(other.asks) for other in others if other is not one]
        far += [rng.choice(other.others) for other in others[:1]]
        lines = [Line(one.language, text, "plain") for text in one.asks]
        lines += [Line(one.language, text, "topic") for text in (*one.others, *far)]
        outcomes = ["performs"] * len(one.asks) + [""] * (len(lines) - len(one.asks))
        yield ActRound([(one.told, MEMORY)], lines, outcomes)
