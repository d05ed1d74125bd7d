"""What the last heads learn from beside their own lines: what has no label, what stands alone."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import get_args

from langchain_app.domain.people.npc import SpeechLevel
from langchain_app.domain.text import LANGUAGES, Language
from langchain_app.worlds.house import plain_lines
from training.understanding.examples import (
    Before,
    Labelled,
    Told,
    acts,
    labelled,
    recalls,
    told,
)
from training.understanding.passages import passages

CHEERFUL = 3500

TALES = ("tells_self", "reports_deed", "brings_news", "promises", "complains", "small_talk")
"""Of what is told, so many lines in which nobody wants to die: "I've hidden my savings under the
step" sounds like a farewell to what has learnt from questions alone."""

TO_KNOW, FOLLOWING = 250, 600
"""Of questions about worlds, and of such as follow others, so many in which nothing is wanted but to
know ("and what does it cost?" haggles about nothing); of 4,000, wifi and football were lost, too."""

HONEST = 5000
"""Of lines that perform an act, and of what is asked and wanted, so many in which nobody steers."""

OTHER_TALK = 4000
"""Lines of data/lines that surely have no label, beside those that were labelled for a head."""

TELL_NOTHING = (
    "asks", "asks_wellbeing", "asks_identity", "requests", "greets", "takes_leave", "thanks",
    "accepts", "refuses", "offers", "praises", "insults", "threatens", "laughs", "small_talk",
)  # fmt: skip

WANT_NOTHING = (
    "tells_self", "tells_feeling", "brings_news", "reports_deed", "hands_over", "promises", "accepts",
    "refuses", "thanks", "apologises", "takes_leave", "asks_identity", "laughs", "insults",
    "threatens", "affection", "jokes",
)  # fmt: skip


def _asks_nothing(line: Told) -> bool:
    return not line.act.startswith("asks")


SILENT: dict[str, Callable[[Told], bool]] = {
    "personal": lambda line: bool(line.asks) or _asks_nothing(line),
    "feeling": lambda line: line.act in TELL_NOTHING,
    "wanted": lambda line: line.act in WANT_NOTHING,
    "about": lambda line: _asks_nothing(line) and line.act != "requests",
    "despair": lambda line: line.act != "tells_feeling",
    "steers": lambda line: line.mode == "meant",
    "of_before": lambda line: line.act in ("asks", "greets", "thanks", "requests", "takes_leave"),
}
"""Of each head, the lines that surely have no label of it."""

NEEDLESS = 0.5
"""Of what stands alone, so much is learnt from after a turn of another topic: in a talk there nearly
always is one, and what is never seen after one is taken to need it."""


def lines_alone(folder: Path) -> list[Labelled]:
    """Return players' lines that need the turn before, and some that do not."""
    lots = random.Random(7)  # noqa: S311  no secret
    lines = told(folder)
    alone = lots.sample([line for line in lines if line.alone], OTHER_TALK)
    found = [
        Labelled(line.set, line.language, line.text, "", line.before)
        for line in lines
        if not line.alone
    ]
    others = {
        language: [one for one in alone if one.language == language] for language in LANGUAGES
    }
    for line in alone:
        needless: tuple[Before, ...] = ()
        if not line.before and lots.random() < NEEDLESS:
            needless = _small_talk(line, others[line.language], lots)
        before = line.before or needless
        found.append(Labelled(line.set, line.language, line.text, "alone", before))
    return found


def _small_talk(line: Told, others: Sequence[Told], lots: random.Random) -> tuple[Before, ...]:
    """Return a turn before a line: another one, and what an NPC says to such."""
    return Before("P", lots.choice(others).text), _plain_reply(line.language, lots)


def _plain_reply(language: Language, lots: random.Random) -> Before:
    level = lots.choice(get_args(SpeechLevel)) if language == "ko" else None
    lines = plain_lines(language, level, "")
    said = lots.choice([*lines["told"], *lines["small_talk"], *lines["unknown"], *lines["deed"]])
    return Before("N", said)


def questions_alone(folder: Path) -> list[Labelled]:
    """Return follow-ups, and questions that stand alone, half of them after another topic."""
    lots = random.Random(11)  # noqa: S311  no secret
    found = []
    for world, group in groupby(passages(folder), key=lambda one: one.set):
        mine = list(group)
        for one in mine:
            said = Before("N", " ".join(one.sentences))
            found += [
                Labelled(world, one.language, q.text, "", (Before("P", q.before), said))
                for q in one.follow
            ]
            for q in one.asked:
                other = lots.choice(mine)
                topic = Before("P", lots.choice(other.asked).text)
                before = (topic, Before("N", " ".join(other.sentences)))
                needless = before if lots.random() < NEEDLESS else ()
                found.append(Labelled(world, one.language, q.text, "alone", needless))
    return found


def other_talk(head: str, own: Sequence[Labelled], folder: Path) -> list[Labelled]:
    """Return lines that were written for something else, and whose label is sure; `own` are those that
    the head learns from anyway."""
    silent = [
        Labelled(line.set, line.language, line.text, "", line.before)
        for line in told(folder)
        if SILENT[head](line)
    ]
    some = random.Random(7).sample(silent, min(OTHER_TALK, len(silent)))  # noqa: S311  no secret
    if head == "despair":
        return [*some, *_cheerful(folder)]
    if head == "wanted":
        return [*some, *_wants_to_know(folder)]
    if head == "steers":
        return [*some, *_honest(folder)]
    if head == "of_before":
        return [*some, *_answered(own, folder)]
    if head == "about":
        return [*some, *_about_player(folder), *_about_npc(folder), *_about_world(folder)]
    return some


def _cheerful(folder: Path) -> list[Labelled]:
    """Return requests, questions and tales of all sorts: nobody in them wants to die."""
    every = [one for head in ("wanted", "about", "personal") for one in labelled(head, folder)]
    tells = [
        Labelled(line.set, line.language, line.text, "", line.before)
        for line in told(folder)
        if line.act in TALES
    ]
    some = random.Random(9).sample(tells, min(CHEERFUL, len(tells)))  # noqa: S311  no secret
    return [*(replace(one, label="") for one in every), *some]


def _wants_to_know(folder: Path) -> list[Labelled]:
    """Return questions about worlds, and such as follow others: they only want to know."""
    lots = random.Random(13)  # noqa: S311  no secret
    follow = [
        Labelled(one.set, one.language, q.text, "") for one in passages(folder) for q in one.follow
    ]
    world = [replace(one, label="") for one in _about_world(folder)]
    return [*lots.sample(world, TO_KNOW), *lots.sample(follow, FOLLOWING)]


def _honest(folder: Path) -> list[Labelled]:
    """Return lines that perform what a story waits for, and what players ask and want."""
    lots = random.Random(5)  # noqa: S311  no secret
    does = [
        Labelled(act.set, line.language, line.text, "")
        for act in acts(folder)
        for line in act.lines
        if line.performs and not line.before
    ]
    wants = [one for head in ("wanted", "about", "personal") for one in labelled(head, folder)]
    wants = [replace(one, label="", before=()) for one in wants]
    return [one for some in (does, wants) for one in lots.sample(some, min(HONEST, len(some)))]


def _answered(pairs: Sequence[Labelled], folder: Path) -> list[Labelled]:
    """Return pairs of lines as turns hold them: the NPC has answered, and something else may have been
    said between."""
    lots = random.Random(11)  # noqa: S311  no secret
    between = {
        language: [one.text for one in told(folder) if one.language == language and one.alone]
        for language in LANGUAGES
    }
    found = []
    for pair in pairs:
        reply = _plain_reply(pair.language, lots)
        other = Before("P", lots.choice(between[pair.language]))
        found.append(replace(pair, before=(*pair.before, reply)))
        found.append(replace(pair, before=(*pair.before, other, reply)))
    return found


def _about_player(folder: Path) -> list[Labelled]:
    """Return questions that want to be reminded of what the player told."""
    reminded = [
        Labelled(line.set, line.language, line.text, "player", line.before)
        for line in told(folder)
        if line.asks
    ]
    return reminded + [
        Labelled(memory.set, memory.language, text, "player")
        for memory in recalls(folder)
        for text in memory.asks
    ]


def _about_world(folder: Path) -> list[Labelled]:
    return [
        Labelled(passage.set, passage.language, asked.text, "world")
        for passage in passages(folder)
        for asked in passage.asked
    ]


def _about_npc(folder: Path) -> list[Labelled]:
    return [replace(one, label="npc") for one in labelled("personal", folder) if one.label]
