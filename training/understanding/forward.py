"""What the model makes of acts and lines, and what it has to learn from it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from langchain_app.encoder.labels import ACTS, ASKED, MODES, OUTCOMES
from training.understanding.examples import Before, Told
from training.understanding.model import Batch, Beside, Understanding, pooled
from training.understanding.rounds import ActRound, Parts, before
from training.understanding.spans import span_loss, tag_targets
from training.understanding.states import States


def outcome_logits(model: Understanding, states: States, found: ActRound) -> Tensor:
    """Return the outcome of each line of a round, as logits (lines, outcomes).

    Lines of like length are read together, those with turns before them apart: less is padded.
    """
    batch, segments = states.beside([found.act])
    seen_act, logits = model.beside(batch, segments), []
    order = sorted(
        range(len(found.lines)),
        key=lambda n: (bool(found.lines[n].before), states.length(found.lines[n].text)),
    )
    alone = sum(not line.before for line in found.lines)
    parts = [order[: alone // 2], order[alone // 2 : alone], order[alone:]]
    for part in filter(None, parts):
        read = states.lines([found.lines[n].text for n in part])
        besides = [Beside(seen_act, torch.zeros(len(part), dtype=torch.long), batch.mask)]
        if found.lines[part[0]].before:
            besides.append(turns_of(model, states, [found.lines[n].before for n in part]))
        logits.append(model.outcome(pooled(read, model(read, besides))))
    back = torch.tensor(order).argsort()
    return torch.cat(logits)[back]


@torch.no_grad()
def performing(model: Understanding, states: States, found: ActRound) -> list[float]:
    """Return how surely each line of a round performs its act, as it is read at present."""
    chances: list[float] = outcome_logits(model.eval(), states, found).softmax(1)[:, 0].tolist()
    model.train()
    return chances


UNKNOWN = -1


def _beside(
    model: Understanding, states: States, texts: Sequence[Parts], which: Sequence[int]
) -> Beside:
    batch, segments = states.beside(texts)
    return Beside(model.beside(batch, segments), torch.tensor(which), batch.mask)


def turns_of(model: Understanding, states: States, turns: Sequence[tuple[Before, ...]]) -> Beside:
    """Return what lines see of the turns before them; most see nothing."""
    texts: list[Parts] = [[]]
    which = []
    for some in turns:
        which.append(len(texts) if some else 0)
        if some:
            texts.append(before(some))
    return _beside(model, states, texts, which)


def outcome_loss(logits: Tensor, outcomes: Sequence[str]) -> Tensor:
    """Return the loss of whether each line performs its act, and a little of why it does not.

    Of some lines nobody said why: "".
    """
    numbers = torch.tensor([OUTCOMES.index(name) if name else UNKNOWN for name in outcomes])
    every = torch.logsumexp(logits, 1)
    performs = numbers == 0
    either = -torch.where(performs, logits[:, 0], torch.logsumexp(logits[:, 1:], 1)).sub(every)
    told = numbers > 0
    why = functional.cross_entropy(logits[told, 1:], numbers[told] - 1) if told.any() else 0
    return either.mean() + 0.3 * why


def line_logits(
    model: Understanding, states: States, lines: Sequence[Told]
) -> tuple[dict[str, Tensor], Batch, Tensor]:
    """Return what each line is read to be, as logits; the lines, and their states."""
    read = states.lines([line.text for line in lines])
    seen = model(read, [turns_of(model, states, [line.before for line in lines])])
    whole = pooled(read, seen)
    heads = {name: getattr(model, name)(whole) for name in ("act", "mode", "alone", "asked")}
    return heads, read, seen


def line_loss(model: Understanding, states: States, lines: Sequence[Told]) -> Tensor:
    """Return the loss of everything that a labelled line teaches."""
    heads, read, seen = line_logits(model, states, lines)
    act = functional.cross_entropy(
        heads["act"], torch.tensor([ACTS.index(line.act) for line in lines]), label_smoothing=0.05
    )
    mode = functional.cross_entropy(
        heads["mode"], torch.tensor([MODES.index(line.mode) for line in lines])
    )
    alone = functional.binary_cross_entropy_with_logits(
        heads["alone"][:, 0], torch.tensor([float(line.alone) for line in lines])
    )
    slots = torch.tensor([ASKED.index(line.asks[1]) if line.asks else 0 for line in lines])
    asked = functional.cross_entropy(heads["asked"][:, :-1], slots)
    held = torch.tensor([float(len(line.asks) > 2) for line in lines])
    earlier = functional.binary_cross_entropy_with_logits(
        heads["asked"][:, -1], held, weight=(slots > 0).float() + 0.05
    )
    tagged = functional.cross_entropy(model.tag(seen), tag_targets(lines, states.pieces))
    spans = span_loss(model, read.rows(seen), read.mask, lines, states.pieces)
    return act + mode + 0.5 * alone + asked + 0.5 * earlier + 3 * tagged + spans
