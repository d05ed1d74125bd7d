"""Batches to learn from: acts with their lines, and labelled lines."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from langchain_app.encoder.labels import SEGMENTS
from training.understanding.examples import Act, Before, Line, Told

SENTENCE, EXAMPLE, PLAYER, NPC_BEFORE, NPC = (SEGMENTS.index(name) for name in SEGMENTS[1:])
FEWEST, MOST = 2, 5
"""Examples of an act that one round shows."""
SENTENCES, NAMED, TALKED = 0.8, 0.7, 0.4
"""How often an act's sentence is shown, its NPC, and turns before a line."""

SIBLINGS = 8
"""Lines of a round that perform another act of the same small story."""
LINES = 32
"""Lines of an act that one round reads; others are read in other rounds."""

Parts = list[tuple[str, int]]


@dataclass(slots=True)
class ActRound:
    """Some acts and the lines that are held against them. `act_of[i]` is the act of line i."""

    acts: list[Parts] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    act_of: list[int] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)


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


def act_rounds(
    acts: Sequence[Act], talk: Talk, rng: random.Random, at_once: int, strangers: int
) -> Iterator[ActRound]:
    """Yield every act with its lines once, `at_once` acts of one language a round.

    To each act come lines that perform others of its story, `strangers` of other acts of its set, and
    as many of other talk: they do not perform it.
    """
    by_set: dict[tuple[str, str], list[Act]] = defaultdict(list)
    for act in acts:
        for language in ("en", "ko"):
            by_set[act.set, language].append(act)
    pairs = [(act, language) for (_, language), some in by_set.items() for act in some]
    rng.shuffle(pairs)
    pairs.sort(key=lambda pair: pair[1])  # one language a round: lines of like length
    rounds = [pairs[at : at + at_once] for at in range(0, len(pairs), at_once)]
    rng.shuffle(rounds)
    for some in rounds:
        found = ActRound()
        for act, language in some:
            parts, left = drawn(act, language, rng)
            own = _lines(act, language)
            own = rng.sample(own, min(LINES - len(left), len(own)))
            own += [Line("ko" if language == "ko" else "en", text, "plain") for text in left]
            siblings = [
                o for o in by_set[act.set, language] if o is not act and o.story == act.story
            ]
            near = [line for o in siblings for line in _lines(o, language) if line.performs]
            others = rng.sample(near, min(SIBLINGS, len(near)))
            far = [o for o in by_set[act.set, language] if o is not act and o not in siblings]
            others += [
                rng.choice(_lines(rng.choice(far), language))
                for _ in range(strangers if far else 0)
            ]
            others += talk.chatter(language, strangers)
            found.acts.append(parts)
            found.lines += [talk.after(line) for line in (*own, *others)]
            found.outcomes += [line.outcome for line in own] + ["unrelated"] * len(others)
            found.act_of += [len(found.acts) - 1] * (len(own) + len(others))
        yield found
