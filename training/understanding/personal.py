"""Teach a trained model what a line asks of the NPC itself: one head, on states that stay as they are.

Run as: python -m training.understanding.personal FOLDER [--dev SET,...]

FOLDER has understanding.pt, which is written again with the head in it. Lines are those of
data/personal, and of data/lines those that ask nothing at all, or ask for what the player told. The
last line is JSON: of the dev sets, how many questions are heard for what they are, at how many
others taken for one."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from langchain_app.encoder.encoder import LOWER, Encoder
from langchain_app.encoder.labels import PERSONAL
from langchain_app.encoder.understanding import PERSONALLY
from training.understanding.examples import DATA, Question, questions, told
from training.understanding.forward import turns_of
from training.understanding.model import Understanding, pooled
from training.understanding.states import States
from training.understanding.train import resumed

OTHER_TALK = 4000
"""Lines that ask nothing of the NPC, beside those of data/personal."""
BATCH, EPOCHS, RATE = 64, 40, 1e-3


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the arguments and teach."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--states", type=Path, help="a file that keeps the lower layers' states")
    parser.add_argument("--dev", default="04_house")
    asked = parser.parse_args(arguments)
    torch.manual_seed(7)
    encoder = Encoder()
    model, states = Understanding(encoder.weights, LOWER), States(encoder, asked.states)
    file = asked.folder / "understanding.pt"
    kept = torch.load(file, map_location="cpu", weights_only=False)
    resumed(model, kept["model"])
    every = questions(asked.data)
    dev = [one for one in every if one.set in asked.dev.split(",")]
    learnt = [one for one in every if one not in dev] + _other_talk(asked.data)
    taught(model.eval(), *read(model, states, learnt))
    torch.save({**kept, "model": model.state_dict()}, file)
    shares = judged(model, *read(model, states, dev)) if dev else {}
    print(json.dumps({"learnt": len(learnt), **shares}))
    return 0


def _other_talk(folder: Path) -> list[Question]:
    """Return labelled lines that surely ask nothing of the NPC itself."""
    silent = [
        Question(line.set, line.language, line.text, "", line.before)
        for line in told(folder)
        if line.asks or not line.act.startswith("asks")
    ]
    return random.Random(7).sample(silent, min(OTHER_TALK, len(silent)))  # noqa: S311  no secret


@torch.no_grad()
def read(model: Understanding, states: States, some: Sequence[Question]) -> tuple[Tensor, Tensor]:
    """Return what the frozen layers make of lines, (n, 768), and what each asks, (n,)."""
    states.prepare([text for one in some for text in (one.text, *(b.text for b in one.before))])
    wholes = []
    for start in range(0, len(some), BATCH):
        part = some[start : start + BATCH]
        lines = states.lines([one.text for one in part])
        seen = model(lines, [turns_of(model, states, [one.before for one in part])])
        wholes.append(pooled(lines, seen))
    return torch.cat(wholes), torch.tensor([PERSONAL.index(one.key) for one in some])


def taught(model: Understanding, wholes: Tensor, keys: Tensor) -> None:
    """Teach the head; the model is left ready to read."""
    optimiser = torch.optim.AdamW(model.personal.parameters(), lr=RATE, weight_decay=0.05)
    steps = EPOCHS * -(-len(keys) // BATCH)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1, 0.02, steps)
    model.personal.train()
    for _ in range(EPOCHS):
        for part in torch.randperm(len(keys)).split(BATCH):
            loss = functional.cross_entropy(model.personal(wholes[part]), keys[part])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    model.eval()


@torch.no_grad()
def judged(model: Understanding, wholes: Tensor, keys: Tensor) -> dict[str, float]:
    """Return shares of the questions that are heard, heard as another, and of others taken for one."""
    sure, likeliest = model.personal(wholes).softmax(1).max(1)
    found = torch.where(sure >= PERSONALLY, likeliest, 0)
    asks = keys > 0
    shares = {
        "heard": (found == keys)[asks],
        "as_another": ((found != keys) & (found > 0))[asks],
        "others_taken": (found > 0)[~asks],
    }
    return {name: round(float(hit.float().mean()), 3) for name, hit in shares.items() if len(hit)}


if __name__ == "__main__":
    raise SystemExit(main())
