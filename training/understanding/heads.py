"""Teach a trained model its last heads, on states that stay as they are.

Run as: python -m training.understanding.heads FOLDER [--dev SET,...]

`personal`: what a line asks of the NPC itself. `feeling`: how what it tells is to who tells it.
`wanted`: what it wants of the NPC. `about`: whom a question is about. `despair`: whether the player
seems to want to die. `steers`: whether they would move the story by saying that it moved.
`of_before`: what a line is to what was told before. `alone`, whether it stands alone, is taught
anew, with questions that follow others. FOLDER has understanding.pt, which is written again with the
heads in it. Lines are those of the folder of data/ that is called like the head, and those of the
other folders whose label is sure. The last line is JSON: of the dev sets, how many lines are heard
for what they are, at how many others taken for one."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import get_args

import torch
from torch import Tensor, nn
from torch.nn import functional

from langchain_app.domain.people.npc import SpeechLevel
from langchain_app.domain.text import LANGUAGES, Language
from langchain_app.encoder.encoder import Encoder
from langchain_app.encoder.labels import LAST_HEADS
from langchain_app.encoder.understanding import LEAST
from langchain_app.worlds.house import plain_lines
from training.understanding.examples import (
    DATA,
    Before,
    Labelled,
    Told,
    acts,
    labelled,
    recalls,
    told,
)
from training.understanding.forward import turns_of
from training.understanding.model import Understanding, pooled
from training.understanding.passages import passages
from training.understanding.states import States
from training.understanding.train import opened

DEV = (
    "04_house", "06_plain_english", "07_plain_korean", "03_others_english", "04_others_korean",
)  # fmt: skip
"""Sets of which no head learns, to say how well it reads another author."""
CHEERFUL = 3500
TALES = ("tells_self", "reports_deed", "brings_news", "promises", "complains", "small_talk")
"""Of what is told, so many lines in which nobody wants to die: "I've hidden my savings under the
step" sounds like a farewell to what has learnt from questions alone."""
TO_KNOW = 600
"""Follow-ups in which nothing is wanted but to know ("and what does it cost?" haggles about nothing),
and a quarter of that of questions that stand alone; of 4,000, wifi and football were lost, too."""
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
STANDS = ("", "alone")
HELD_WORLDS = ("01_en_river", "04_ko_sky")
"""Worlds whose questions judge `alone`."""
NEEDLESS = 0.5
"""Of what stands alone, so much is learnt from after a turn of another topic: in a talk there nearly
always is one, and what is never seen after one is taken to need it."""
BATCH, EPOCHS, RATE, DROPOUT = 64, 20, 1e-3, 0.4


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the arguments and teach."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--states", type=Path, help="a file that keeps the lower layers' states")
    parser.add_argument(
        "--dev",
        default="04_house,06_plain_english,07_plain_korean,03_others_english,04_others_korean",
    )
    asked = parser.parse_args(arguments)
    torch.manual_seed(7)
    encoder = Encoder()
    model, states = opened(asked.folder, encoder), States(encoder, asked.states)
    shares: dict[str, dict[str, float]] = {}
    for head, labels in LAST_HEADS.items():
        every = labelled(head, asked.data)
        dev = [one for one in every if one.set in asked.dev.split(",")]
        own = [one for one in every if one not in dev]
        learnt = [*own, *_other_talk(head, own, asked.data)]
        taught(getattr(model, head), *read(model, states, learnt, labels))
        shares[head] = {"learnt": len(learnt)}
        for language in LANGUAGES:
            mine = [one for one in dev if one.language == language]
            if mine:
                shown = judged(
                    getattr(model, head), *read(model, states, mine, labels), LEAST[head]
                )
                shares[head] |= {f"{name}_{language}": share for name, share in shown.items()}
    shares["alone"] = _alone(model, states, asked.data, asked.dev.split(","))
    torch.save({"model": model.state_dict()}, asked.folder / "understanding.pt")
    print(json.dumps(shares))
    return 0


def _alone(
    model: Understanding, states: States, folder: Path, dev: Sequence[str]
) -> dict[str, float]:
    """Teach anew what stands alone, with the follow-ups of the invented worlds; judge the worlds of
    HELD_WORLDS, unless everything is learnt from."""
    held = HELD_WORLDS if set(dev) != {"none"} else ()
    every = [*_lines_alone(folder), *_questions_alone(folder)]
    learnt = [one for one in every if one.set not in held]
    taught(model.alone, *read(model, states, learnt, STANDS))
    shares: dict[str, float] = {"learnt": len(learnt)}
    for language in LANGUAGES:
        mine = [one for one in every if one.set in held and one.language == language]
        if mine:
            wholes, keys = read(model, states, mine, STANDS)
            with torch.no_grad():
                right = (model.alone(wholes)[:, 0] > 0) == (keys == 1)
            shares[f"follow_ups_{language}"] = round(float(right[keys == 0].float().mean()), 3)
            shares[f"alone_{language}"] = round(float(right[keys == 1].float().mean()), 3)
    return shares


def _lines_alone(folder: Path) -> list[Labelled]:
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


def _questions_alone(folder: Path) -> list[Labelled]:
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


def _other_talk(head: str, own: Sequence[Labelled], folder: Path) -> list[Labelled]:
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
    return [*lots.sample(world, TO_KNOW // 4), *lots.sample(follow, TO_KNOW)]


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


@torch.no_grad()
def read(
    model: Understanding, states: States, some: Sequence[Labelled], labels: Sequence[str]
) -> tuple[Tensor, Tensor]:
    """Return what the frozen layers make of lines, (n, 768), and the label of each, (n,)."""
    states.prepare([text for one in some for text in (one.text, *(b.text for b in one.before))])
    wholes = []
    for start in range(0, len(some), BATCH):
        part = some[start : start + BATCH]
        lines = states.lines([one.text for one in part])
        seen = model(lines, [turns_of(model, states, [one.before for one in part])])
        wholes.append(pooled(lines, seen))
    return torch.cat(wholes), torch.tensor([labels.index(one.label) for one in some])


def taught(head: nn.Sequential, wholes: Tensor, keys: Tensor) -> None:
    """Teach a head; it is left ready to read."""
    head[0].p = DROPOUT
    optimiser = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=0.05)
    steps = EPOCHS * -(-len(keys) // BATCH)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1, 0.02, steps)
    head.train()
    for _ in range(EPOCHS):
        for part in torch.randperm(len(keys)).split(BATCH):
            logits = head(wholes[part])
            if logits.shape[1] == 1:  # yes or no
                logits = torch.cat([torch.zeros_like(logits), logits], 1)
            loss = functional.cross_entropy(logits, keys[part])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    head.eval()


@torch.no_grad()
def judged(head: nn.Module, wholes: Tensor, keys: Tensor, least: float) -> dict[str, float]:
    """Return shares of the lines that are heard, heard as another, and of others taken for one."""
    sure, likeliest = head(wholes).softmax(1).max(1)
    found = torch.where(sure >= least, likeliest, 0)
    ours = keys > 0
    shares = {
        "heard": (found == keys)[ours],
        "as_another": ((found != keys) & (found > 0))[ours],
        "others_taken": (found > 0)[~ours],
    }
    return {name: round(float(hit.float().mean()), 3) for name, hit in shares.items() if len(hit)}


if __name__ == "__main__":
    raise SystemExit(main())
