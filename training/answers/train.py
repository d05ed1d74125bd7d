"""Train what reads which sentence answers.

Run as: python -m training.answers.train --out DIR [--squad FILE] [--held SET,...] [--resume DIR]

Learns from the invented worlds of training/understanding/data/answers and from a file in the SQuAD 2
format, if one is named. A round is a question with the sentences that search puts before it: which of
them answers, or none. Worlds that are held out are judged at the end: the last line is JSON, by world,
the area under the curve of answered questions against near-misses, how often the right sentence is the
surest, and at .5 how many are answered rightly and how many near-misses are answered."""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from langchain_app.domain.text import LANGUAGES, Language
from langchain_app.encoder.answers import LINE_BEFORE, QUESTION, REPLY_BEFORE, SENTENCE
from langchain_app.encoder.encoder import Encoder
from langchain_app.encoder.lines import BESIDE_PIECES
from langchain_app.retrieval.answering import READ
from training.answers.matter import Asked, Matter, World, matter, squad, worlds
from training.answers.model import Answers
from training.understanding.examples import told
from training.understanding.passages import passages
from training.understanding.states import States

LEARNT = 4
"""Sentences of a question that are learnt from: the right one and the likeliest."""
NEEDLESS = 0.15
"""Of the questions that stand alone, so many are learnt from after a turn of another topic."""
TALK = 30
"""Lines that ask nothing, in each world: nothing there answers them."""
ASKS_NOTHING = (
    "greets", "takes_leave", "thanks", "accepts", "refuses", "offers", "praises", "insults",
    "threatens", "apologises", "affection", "laughs", "jokes", "small_talk", "tells_feeling",
)  # fmt: skip
EXPECTED = 2
"""Questions that authors expect of a passage, in the second half of what is learnt from."""
AT_ONCE, RATE, HEAD_RATE, WARM_UP = 8, 5e-5, 15, 0.08
ANSWERED = 0.5


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the arguments and train."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--squad", type=Path)
    parser.add_argument("--questions", type=int, default=2500, help="of the SQuAD file, at most")
    parser.add_argument("--share", type=float, default=1.0, help="of the worlds' questions")
    parser.add_argument("--held", default="01_en_river,04_ko_sky")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--resume", type=Path)
    asked = parser.parse_args(arguments)
    torch.manual_seed(1)
    encoder = Encoder()
    held, learnt, talk = {}, [], _talk()
    for expected in (0, EXPECTED):
        for world in worlds(passages(), expected):
            out = world.name in asked.held.split(",")
            lots = random.Random(f"{world.name} {expected}")  # noqa: S311  no secret
            some = list(world.asked)
            if not out:
                some = lots.sample(some, round(asked.share * len(some)))
                some = [_beside(one, world, lots) for one in some]
                some += lots.sample(talk[world.language], TALK)
            found = matter(world, some, encoder)
            print(f"{world.name}: {len(found)} questions", flush=True)
            if out:
                for kind, follows in (("alone", False), ("follow-ups", True)):
                    some = [one for one in found if bool(one.asked.before) == follows]
                    held[f"{world.name}, {kind}, {expected} expected"] = some
            else:
                learnt += found
    if asked.squad:
        file = squad(asked.squad)
        some = random.Random(3).sample(file.asked, min(asked.questions, len(file.asked)))  # noqa: S311  no secret
        learnt += matter(file, some, encoder)
    states = States(encoder)
    every = [*learnt, *(one for found in held.values() for one in found)]
    texts = [text for one in every for text in _texts(one)]
    states.prepare(texts, "lower states")
    model = Answers(encoder.weights)
    if asked.resume:
        model.load_state_dict(torch.load(asked.resume / "answers.pt"))
    taught(model, [one for one in learnt if one.answer != -1], states, asked.rate, asked.epochs)
    asked.out.mkdir(parents=True, exist_ok=True)
    torch.save(model.state_dict(), asked.out / "answers.pt")
    figures = {name: judged(model, found, states) for name, found in held.items()}
    (asked.out / "log.json").write_text(json.dumps({"learnt": len(learnt), **figures}) + "\n")
    print(json.dumps(figures))
    return 0


def _talk() -> dict[Language, list[Asked]]:
    """Return lines of players that ask nothing."""
    found: dict[Language, list[Asked]] = {language: [] for language in LANGUAGES}
    for line in told():
        if line.act in ASKS_NOTHING and line.alone:
            found[line.language].append(Asked(line.text, "", None))
    return found


def _beside(one: Asked, world: World, lots: random.Random) -> Asked:
    """Return some questions that stand alone after a turn that they do not need."""
    if one.before or lots.random() >= NEEDLESS:
        return one
    other = lots.choice([other for other in world.asked if not other.before])
    text = next(chunk.text for chunk in world.chunks if chunk.id == other.passage)
    return replace(one, before=(other.text, text))


def _texts(one: Matter) -> list[str]:
    right = [one.sentences[one.answer]] if one.answer is not None and one.answer >= 0 else []
    return [one.asked.text, *one.asked.before, *one.sentences[:READ], *right]


def _rows(one: Matter) -> list[int]:
    """Return the sentences that are learnt from: the right one first, then the likeliest."""
    right = [one.answer] if one.answer is not None else []
    others = (row for row in range(len(one.sentences)) if row not in right)
    return [*right, *others][:LEARNT]


def _logits(
    model: Answers, some: Sequence[tuple[Matter, Sequence[int]]], states: States
) -> list[Tensor]:
    """Return of each question the logits of some of its sentences, and at the end that of none."""
    read = [
        [*_asked(one, states), (states.of(one.sentences[row])[1:], SENTENCE)]
        for one, rows in some
        for row in rows
    ]
    figures = np.concatenate([one.figures[list(rows)] for one, rows in some])
    logits = model(read, torch.from_numpy(figures))
    parts = logits.split([len(rows) for _, rows in some])
    return [torch.cat([part, model.null]) for part in parts]


def _asked(one: Matter, states: States) -> list[tuple[Tensor, int]]:
    before = zip(one.asked.before, (LINE_BEFORE, REPLY_BEFORE), strict=False)
    asked = [(states.of(text)[1 : 1 + BESIDE_PIECES], segment) for text, segment in before]
    return [(states.of(one.asked.text), QUESTION), *asked]


def taught(
    model: Answers, learnt: Sequence[Matter], states: States, rate: float, epochs: int
) -> None:
    """Teach the model."""
    head = [value for name, value in model.named_parameters() if not name.startswith("layers")]
    groups = [
        {"params": model.layers.parameters(), "lr": rate},
        {"params": head, "lr": rate * HEAD_RATE},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = epochs * -(-len(learnt) // AT_ONCE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [rate, rate * HEAD_RATE], total_steps=steps + 1, pct_start=WARM_UP
    )
    began, done, recent = time.monotonic(), 0, 0.0
    for epoch in range(epochs):
        model.train()
        for part in torch.randperm(len(learnt)).split(AT_ONCE):
            loss = _loss(model, [learnt[number] for number in part.tolist()], states)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            done += len(part)
            recent = 0.98 * recent + 0.02 * loss.item() if recent else loss.item()
            if done % 400 < AT_ONCE:
                pace = (time.monotonic() - began) / done
                print(f"epoch {epoch} {done} loss {recent:.3f}, {pace:.2f} s each", flush=True)


def _loss(model: Answers, some: Sequence[Matter], states: States) -> Tensor:
    rows = [_rows(one) for one in some]
    logits = _logits(model, list(zip(some, rows, strict=True)), states)
    losses = [
        functional.cross_entropy(
            found[None], torch.tensor([0 if one.answer is not None else len(found) - 1])
        )
        for one, found in zip(some, logits, strict=True)
    ]
    return torch.stack(losses).mean()


@torch.no_grad()
def judged(model: Answers, found: Sequence[Matter], states: States) -> dict[str, float]:
    """Judge the model on questions that it has not seen."""
    model.eval()
    answered, missed, right, surest = [], [], [], []
    for one in found:
        rows = range(min(READ, len(one.sentences)))
        chances = _logits(model, [(one, rows)], states)[0].softmax(0).numpy()
        any_, best = 1 - float(chances[-1]), int(chances[:-1].argmax())
        if one.answer is None:
            missed.append(any_)
        else:
            answered.append(any_)
            surest.append(best == one.answer)
            right.append(best == one.answer and any_ >= ANSWERED)
    above = np.subtract.outer(np.array(answered), np.array(missed)) > 0
    return {
        "auc": round(float(above.mean()), 3),
        "right_sentence": round(float(np.mean(surest)), 3),
        "answered_right": round(float(np.mean(right)), 3),
        "near_misses_answered": round(float(np.mean(np.array(missed) >= ANSWERED)), 3),
    }


if __name__ == "__main__":
    raise SystemExit(main())
