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
import multiprocessing
import os
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, distributed

from langchain_app.encoder.encoder import LOWER, Encoder
from training.understanding.examples import DATA, Act, Recall, Told, acts, recalls, told
from training.understanding.forward import line_loss, outcome_logits, outcome_loss, performing
from training.understanding.judging import judged
from training.understanding.model import Understanding
from training.understanding.rounds import (
    TALKED,
    ActRound,
    Talk,
    act_rounds,
    hardest,
    recall_rounds,
)
from training.understanding.states import States

MEETING = "workers"
"""A file by which workers find one another."""
T = TypeVar("T")


def texts_of(acts_: Sequence[Act], lines: Sequence[Told], memories: Sequence[Recall]) -> list[str]:
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
    for memory in memories:
        found += [memory.told, *memory.asks, *memory.others]
    return found


def _kept(model: Understanding, folder: Path, result: dict[str, Any]) -> None:
    torch.save({"model": model.state_dict(), "result": result}, folder / "understanding.pt")


def resumed(model: Understanding, kept: dict[str, torch.Tensor]) -> None:
    """Take over what a model learnt, also where a label was added since, before a head's last."""
    for name, own in model.state_dict().items():
        if name not in kept:  # a head that was added since
            kept[name] = own
        elif kept[name].shape != own.shape:
            known, grown = kept[name], own.clone()
            grown[: len(known) - 1], grown[-1] = known[:-1], known[-1]
            kept[name] = grown
    model.load_state_dict(kept)


def opened(folder: Path, encoder: Encoder) -> Understanding:
    """Return the trained model of a folder, ready to read; heads that were added since are new."""
    kept = torch.load(folder / "understanding.pt", map_location="cpu", weights_only=False)
    model = Understanding(encoder.weights, LOWER)
    resumed(model, kept["model"])
    return model.eval()


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is learnt from, and what is judged on after each epoch."""

    acts: list[Act]
    lines: list[Told]
    memories: list[Recall]
    dev: tuple[list[Act], list[Told], list[Recall]]


def trained(asked: argparse.Namespace) -> dict[str, Any]:
    """Train and write; return the last judgement."""
    torch.manual_seed(asked.seed)
    # Matrices of this size are no faster on two threads; two processes are twice as fast.
    torch.set_num_threads(1)
    encoder = Encoder()
    states = States(encoder, asked.states)
    model = Understanding(encoder.weights, LOWER, asked.dropout)
    lesson = _lesson(asked)
    acts_, lines, memories = lesson.dev
    texts = texts_of([*lesson.acts, *acts_], [*lesson.lines, *lines], [*lesson.memories, *memories])
    states.prepare(texts, "reading")
    if asked.resume is not None:
        resumed(model, torch.load(asked.resume / "understanding.pt")["model"])
    else:
        some = [line.text for act in lesson.acts[::4] for line in act.lines[::8]]
        model.centred(states.lines(some[:1000]))
    asked.out.mkdir(parents=True, exist_ok=True)
    for left in (MEETING, "log.jsonl"):
        (asked.out / left).unlink(missing_ok=True)
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    forked = multiprocessing.get_context("fork")  # what was read is shared, not read again
    others = [
        forked.Process(target=learn, args=(rank, asked, model, states, lesson), daemon=True)
        for rank in range(1, asked.workers)
    ]
    for other in others:
        other.start()
    try:
        return learn(0, asked, model, states, lesson)
    finally:
        for other in others:
            other.terminate()


def _lesson(asked: argparse.Namespace) -> Lesson:
    every = acts(asked.data), told(asked.data), recalls(asked.data)
    dev, test = set(asked.dev.split(",")), set(asked.test.split(","))
    learnt, lines, memories = ([one for one in some if one.set not in dev | test] for some in every)
    judged_on = tuple([one for one in some if one.set in dev] for some in every)
    if asked.fraction < 1:
        rng = random.Random(asked.seed)  # noqa: S311  no secret
        learnt = rng.sample(learnt, int(len(learnt) * asked.fraction))
    return Lesson(learnt, lines, memories, judged_on)


def learn(
    rank: int, asked: argparse.Namespace, model: Understanding, states: States, lesson: Lesson
) -> dict[str, Any]:
    """Learn as one of several workers: each takes every so many rounds, their gradients are averaged.

    The first one writes and judges; return its last judgement.
    """
    workers = asked.workers
    distributed.init_process_group(
        "gloo",
        init_method=f"file://{(asked.out / MEETING).resolve()}",
        rank=rank,
        world_size=workers,
    )
    torch.manual_seed(asked.seed + rank)
    alike, own = random.Random(asked.seed), random.Random(asked.seed + rank)  # noqa: S311  no secret
    heads = [p for n, p in model.named_parameters() if not n.startswith("layers")]
    optimiser = torch.optim.AdamW(
        [
            {"params": model.layers.parameters(), "lr": asked.rate},
            {"params": heads, "lr": asked.rate * 5},
        ],
        weight_decay=0.01,
    )
    rounds = 2 * len(lesson.acts) // workers
    steps = rounds * asked.epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / (0.06 * steps + 1), max(0.02, 1 - step / steps))
    )
    result: dict[str, Any] = {}
    if rank == 0:
        lines = sum(len(act.lines) for act in lesson.acts)
        print(f"{len(lesson.acts)} acts, {lines} + {len(lesson.lines)} lines, {steps} steps")
    for epoch in range(asked.epochs):
        started, total, model = time.time(), 0.0, model.train()
        talk = Talk(lesson.acts, lesson.lines, own)
        shared = Talk(lesson.acts, lesson.lines, alike)
        remembered = _dealt([*recall_rounds(lesson.memories, alike)], rounds, rank, workers)
        lines_ = [one for _ in range(asked.passes) for one in _shuffled(lesson.lines, alike)]
        taught = _dealt(lines_, rounds, rank, workers)
        mine = islice(act_rounds(lesson.acts, shared, alike), rank, rounds * workers, workers)
        for number, at_hand in enumerate(mine):
            loss = _loss(model, states, at_hand, taught[number], remembered[number], talk, own)
            optimiser.zero_grad()
            loss.backward()
            _averaged(model, workers)
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
            if rank == 0 and number % 200 == 199:
                _kept(model, asked.out, result)
            if rank == 0 and number % 10 == 0:
                print(
                    f"epoch {epoch + 1} round {number}/{rounds} loss {total / (number + 1):.3f}",
                    flush=True,
                )
        if rank:
            continue
        _kept(model, asked.out, result)
        result = {
            "epoch": epoch + 1,
            "loss": round(total / rounds, 4),
            "seconds": round(time.time() - started),
            **judged(model.eval(), states, *lesson.dev),
        }
        print(json.dumps(result), flush=True)
        with (asked.out / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(result) + "\n")
        _kept(model, asked.out, result)
    return result


def _loss(
    model: Understanding,
    states: States,
    at_hand: ActRound,
    lines: Sequence[Told],
    memories: Sequence[ActRound],
    talk: Talk,
    rng: random.Random,
) -> Tensor:
    """Return the loss of one round: an act's hardest lines, some labelled lines, some memories."""
    found = hardest(at_hand, performing(model, states, at_hand), talk, rng)
    loss = outcome_loss(outcome_logits(model, states, found), found.outcomes)
    some = [
        replace(line, before=talk.turns(line.language))
        if line.alone and not line.before and rng.random() < TALKED
        else line
        for line in lines
    ]
    if some:
        loss = loss + line_loss(model, states, some)
    for memory in memories:
        loss = loss + 0.5 * outcome_loss(outcome_logits(model, states, memory), memory.outcomes)
    return loss


def _averaged(model: Understanding, workers: int) -> None:
    """Put the mean of all workers' gradients in place of each one's own."""
    grown = [p for p in model.parameters() if p.requires_grad]
    flat = torch.cat(
        [(p.grad if p.grad is not None else torch.zeros_like(p)).flatten() for p in grown]
    )
    distributed.all_reduce(flat)
    flat /= workers
    for p, gradient in zip(grown, flat.split([p.numel() for p in grown]), strict=True):
        p.grad = gradient.view_as(p)


def _shuffled(some: Sequence[T], rng: random.Random) -> list[T]:
    return rng.sample(some, len(some))


def _dealt(some: Sequence[T], rounds: int, rank: int, workers: int) -> list[Sequence[T]]:
    """Return what one worker has of some things in each of its rounds."""
    mine = some[rank::workers]
    each = -(-len(mine) // rounds)
    return [mine[number * each : (number + 1) * each] for number in range(rounds)]


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
    parser.add_argument("--passes", type=int, default=2, help="over the labelled lines, an epoch")
    parser.add_argument("--resume", type=Path, help="a folder with understanding.pt to go on from")
    parser.add_argument("--fraction", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", type=int, default=2, help="processes, a core each")
    print(json.dumps(trained(parser.parse_args(arguments))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
