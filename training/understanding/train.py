"""Train the understanding.

Run as: python -m training.understanding.train --out FOLDER [--dev SET,...] [--test SET,...]

`--dev` and `--test` name sets of `data/` (file names without their ending) that are not trained on;
after each epoch the dev sets are judged. `--states` names a file that keeps what the lower layers made
of the texts: a second run is spared minutes. Writes FOLDER/understanding.pt and FOLDER/log.jsonl; the
last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from langchain_app.encoder.encoder import LOWER, Encoder
from training.understanding.examples import DATA, Act, Told, acts, told
from training.understanding.forward import line_loss, outcome_logits, outcome_loss
from training.understanding.judging import judged
from training.understanding.model import Understanding
from training.understanding.rounds import TALKED, Talk, act_rounds
from training.understanding.states import States


def texts_of(acts_: Sequence[Act], lines: Sequence[Told]) -> list[str]:
    """Return every text that the lower layers must read."""
    found = []
    for act in acts_:
        found += [
            *act.npc.values(),
            *(name.split(",")[0] for name in act.npc.values()),
            *act.sentence.values(),
            *act.examples["en"],
            *act.examples["ko"],
        ]
        for line in act.lines:
            found += [line.text, *(turn.text for turn in line.before)]
    for told_line in lines:
        found += [told_line.text, *(turn.text for turn in told_line.before)]
    return found


def _kept(model: Understanding, folder: Path, result: dict[str, Any]) -> None:
    torch.save({"model": model.state_dict(), "result": result}, folder / "understanding.pt")


def _resumed(model: Understanding, kept: dict[str, torch.Tensor]) -> None:
    """Take over what a model learnt, also where a label was added since, before a head's last."""
    for name, own in model.state_dict().items():
        if kept[name].shape != own.shape:
            known, grown = kept[name], own.clone()
            grown[: len(known) - 1], grown[-1] = known[:-1], known[-1]
            kept[name] = grown
    model.load_state_dict(kept)


def trained(asked: argparse.Namespace) -> dict[str, Any]:
    """Train and write; return the last judgement."""
    torch.manual_seed(asked.seed)
    torch.set_num_threads(asked.threads)
    rng = random.Random(asked.seed)  # noqa: S311  no secret
    encoder = Encoder()
    states = States(encoder, asked.states)
    model = Understanding(encoder.weights, LOWER, asked.dropout)
    all_acts, all_lines = acts(asked.data), told(asked.data)
    apart = {*asked.dev.split(","), *asked.test.split(",")}
    learnt = [act for act in all_acts if act.set not in apart]
    lines = [line for line in all_lines if line.set not in apart]
    dev_acts = [act for act in all_acts if act.set in asked.dev.split(",")]
    dev_lines = [line for line in all_lines if line.set in asked.dev.split(",")]
    if asked.fraction < 1:
        learnt = rng.sample(learnt, int(len(learnt) * asked.fraction))
    states.prepare(texts_of([*learnt, *dev_acts], [*lines, *dev_lines]), "reading")
    if asked.resume is not None:
        _resumed(model, torch.load(asked.resume / "understanding.pt")["model"])
    else:
        some = [line.text for act in learnt[::4] for line in act.lines[::8]]
        model.centred(states.lines(some[:1000]))
    heads = [p for n, p in model.named_parameters() if not n.startswith("layers")]
    optimiser = torch.optim.AdamW(
        [
            {"params": model.layers.parameters(), "lr": asked.rate},
            {"params": heads, "lr": asked.rate * 5},
        ],
        weight_decay=0.01,
    )
    rounds = -(-2 * len(learnt) // asked.acts_at_once)
    steps = rounds * asked.epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / (0.06 * steps + 1), max(0.02, 1 - step / steps))
    )
    asked.out.mkdir(parents=True, exist_ok=True)
    result: dict[str, Any] = {}
    log = (asked.out / "log.jsonl").open("w", encoding="utf-8")
    print(
        f"{len(learnt)} acts, {sum(len(a.lines) for a in learnt)} + {len(lines)} lines, {steps} steps"
    )
    per_round = max(1, -(-len(lines) * asked.passes // rounds))
    for epoch in range(asked.epochs):
        started, total, model = time.time(), 0.0, model.train()
        talk = Talk(learnt, lines, rng)
        taught = [line for _ in range(asked.passes) for line in rng.sample(lines, len(lines))]
        for number, found in enumerate(
            act_rounds(learnt, talk, rng, asked.acts_at_once, asked.strangers)
        ):
            loss = outcome_loss(outcome_logits(model, states, found), found.outcomes)
            some = taught[number * per_round : (number + 1) * per_round]
            some = [
                replace(line, before=talk.turns(line.language))
                if line.alone and not line.before and rng.random() < TALKED
                else line
                for line in some
            ]
            if some:
                loss = loss + line_loss(model, states, some)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
            if number % 200 == 199:
                _kept(model, asked.out, result)
            if number % 10 == 0:
                print(
                    f"epoch {epoch + 1} round {number}/{rounds} loss {total / (number + 1):.3f}",
                    flush=True,
                )
        _kept(model, asked.out, result)
        result = {
            "epoch": epoch + 1,
            "loss": round(total / rounds, 4),
            "seconds": round(time.time() - started),
            **judged(model.eval(), states, dev_acts, dev_lines),
        }
        print(json.dumps(result), flush=True)
        log.write(json.dumps(result) + "\n")
        log.flush()
        _kept(model, asked.out, result)
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the arguments and train."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--states", type=Path, help="a file that keeps the lower layers' states")
    parser.add_argument("--dev", default="")
    parser.add_argument("--test", default="")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--acts-at-once", type=int, default=1)
    parser.add_argument("--strangers", type=int, default=4)
    parser.add_argument("--passes", type=int, default=2, help="over the labelled lines, an epoch")
    parser.add_argument("--resume", type=Path, help="a folder with understanding.pt to go on from")
    parser.add_argument("--fraction", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    print(json.dumps(trained(parser.parse_args(arguments))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
