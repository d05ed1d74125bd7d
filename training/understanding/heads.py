"""Teach a trained model its last heads, on states that stay as they are.

Run as: python -m training.understanding.heads FOLDER [--dev SET,...]

`personal`: what a line asks of the NPC itself. `feeling`: whether what it tells is glad or sad.
FOLDER has understanding.pt, which is written again with the heads in it. Lines are those of
data/personal and data/feeling, and those of data/lines that are surely neither. The last line is
JSON: of the dev sets, how many lines are heard for what they are, at how many others taken for
one."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from langchain_app.encoder.encoder import Encoder
from langchain_app.encoder.labels import FEELINGS, PERSONAL
from langchain_app.encoder.understanding import LIKELY
from training.understanding.examples import DATA, Labelled, Told, labelled, told
from training.understanding.forward import turns_of
from training.understanding.model import Understanding, pooled
from training.understanding.states import States
from training.understanding.train import opened

HEADS = {"personal": PERSONAL, "feeling": FEELINGS}
OTHER_TALK = 4000
"""Lines that are surely neither, beside those that were labelled for it."""
TELL_NOTHING = (
    "asks", "asks_wellbeing", "asks_identity", "requests", "greets", "takes_leave", "thanks",
    "accepts", "refuses", "offers", "praises", "insults", "threatens", "laughs", "small_talk",
)  # fmt: skip
BATCH, EPOCHS, RATE = 64, 40, 1e-3


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the arguments and teach."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--states", type=Path, help="a file that keeps the lower layers' states")
    parser.add_argument("--dev", default="04_house,03_other_voices")
    asked = parser.parse_args(arguments)
    torch.manual_seed(7)
    encoder = Encoder()
    model, states = opened(asked.folder, encoder), States(encoder, asked.states)
    shares = {}
    for head, labels in HEADS.items():
        every = labelled(head, asked.data)
        dev = [one for one in every if one.set in asked.dev.split(",")]
        learnt = [one for one in every if one not in dev] + _other_talk(head, asked.data)
        taught(getattr(model, head), *read(model, states, learnt, labels))
        found = judged(getattr(model, head), *read(model, states, dev, labels)) if dev else {}
        shares[head] = {"learnt": len(learnt), **found}
    torch.save({"model": model.state_dict()}, asked.folder / "understanding.pt")
    print(json.dumps(shares))
    return 0


def _other_talk(head: str, folder: Path) -> list[Labelled]:
    """Return labelled lines that surely ask nothing of the NPC itself, or tell nothing."""
    silent = [
        Labelled(line.set, line.language, line.text, "", line.before)
        for line in told(folder)
        if (_asks_nothing(line) if head == "personal" else line.act in TELL_NOTHING)
    ]
    return random.Random(7).sample(silent, min(OTHER_TALK, len(silent)))  # noqa: S311  no secret


def _asks_nothing(line: Told) -> bool:
    return bool(line.asks) or not line.act.startswith("asks")


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


def taught(head: nn.Module, wholes: Tensor, keys: Tensor) -> None:
    """Teach a head; it is left ready to read."""
    optimiser = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=0.05)
    steps = EPOCHS * -(-len(keys) // BATCH)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1, 0.02, steps)
    head.train()
    for _ in range(EPOCHS):
        for part in torch.randperm(len(keys)).split(BATCH):
            loss = functional.cross_entropy(head(wholes[part]), keys[part])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    head.eval()


@torch.no_grad()
def judged(head: nn.Module, wholes: Tensor, keys: Tensor) -> dict[str, float]:
    """Return shares of the lines that are heard, heard as another, and of others taken for one."""
    sure, likeliest = head(wholes).softmax(1).max(1)
    found = torch.where(sure >= LIKELY, likeliest, 0)
    ours = keys > 0
    shares = {
        "heard": (found == keys)[ours],
        "as_another": ((found != keys) & (found > 0))[ours],
        "others_taken": (found > 0)[~ours],
    }
    return {name: round(float(hit.float().mean()), 3) for name, hit in shares.items() if len(hit)}


if __name__ == "__main__":
    raise SystemExit(main())
