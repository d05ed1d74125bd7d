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
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from langchain_app.domain.text import LANGUAGES
from langchain_app.encoder.encoder import Encoder
from langchain_app.encoder.labels import LAST_HEADS
from langchain_app.encoder.understanding import LEAST
from training.understanding.examples import (
    DATA,
    Labelled,
    labelled,
)
from training.understanding.forward import turns_of
from training.understanding.head_lines import lines_alone, other_talk, questions_alone
from training.understanding.model import Understanding, pooled
from training.understanding.states import States
from training.understanding.train import opened

DEV = (
    "04_house", "06_plain_english", "07_plain_korean", "03_others_english", "04_others_korean",
)  # fmt: skip
"""Sets of which no head learns, to say how well it reads another author."""


STANDS = ("", "alone")
HELD_WORLDS = ("01_en_river", "04_ko_sky")
"""Worlds whose questions judge `alone`."""
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
        learnt = [*own, *other_talk(head, own, asked.data)]
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
    every = [*lines_alone(folder), *questions_alone(folder)]
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
