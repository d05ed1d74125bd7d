"""The understanding as it is trained: the encoder's lower layers as they are, its upper ones tuned.

The line is read by the lower layers alone, and so is everything else; above, the line also attends
to what it is read with (an act of the story, the turns before), and neither of those attends to the
line. So what an act comes to is worked out once a world, and a turn costs the line's own pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from langchain_app.encoder.labels import (
    ACTS,
    ASKED,
    LAST_HEADS,
    MODES,
    OUTCOMES,
    SEGMENTS,
    STANCES,
    TAGS,
)
from langchain_app.encoder.weights import HEADS, INNER, LAYERS, WIDTH, Weights

LINEAR = {
    "q": (WIDTH, WIDTH), "k": (WIDTH, WIDTH), "v": (WIDTH, WIDTH), "ao": (WIDTH, WIDTH),
    "fi": (INNER, WIDTH), "fo": (WIDTH, INNER),
}  # fmt: skip
NORMS = ("aln", "oln")
EPSILON = 1e-12


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts of unlike length, their pieces end to end: no work is done for padding.

    `states` (p, 384) are all pieces' states. As rows of texts they lie at `places` (n, t), where p
    stands for padding; `mask` (n, t) is True where a piece is, and `order` (p,) is where each piece
    lies in n x t."""

    states: Tensor
    places: Tensor
    mask: Tensor
    order: Tensor

    def rows(self, states: Tensor) -> Tensor:
        """Return states as rows of texts: (p, 384) -> (n, t, 384)."""
        padded = torch.cat([states, states.new_zeros(1, states.shape[1])])
        return padded.index_select(0, self.places.flatten()).view(*self.places.shape, -1)

    def by_head(self, states: Tensor) -> Tensor:
        """Return states as rows of texts by head: (p, 384) -> (n, heads, t, 32)."""
        rows = self.rows(states)
        return rows.view(*rows.shape[:2], HEADS, WIDTH // HEADS).transpose(1, 2)


def batched(rows: Sequence[Tensor]) -> Batch:
    """Return texts, each (t, 384), as one batch."""
    lengths = torch.tensor([len(row) for row in rows])
    longest = max(1, int(lengths.max()))
    mask = torch.arange(longest)[None] < lengths[:, None]
    order = mask.flatten().nonzero()[:, 0]
    places = torch.full((len(rows) * longest,), len(order))
    places[order] = torch.arange(len(order))
    states = torch.cat(list(rows)) if len(order) else torch.zeros(0, WIDTH)
    return Batch(states.float(), places.view(len(rows), longest), mask, order)


class Layer(nn.Module):
    """One layer of the encoder, whose queries may also look at other texts' keys and values."""

    def __init__(self, weights: Weights, number: int, dropout: float = 0.0) -> None:
        super().__init__()
        for name, (rows, columns) in LINEAR.items():
            linear = nn.Linear(columns, rows)
            linear.weight.data = torch.tensor(weights.matrix(f"l{number}.{name}.w", columns))
            linear.bias.data = torch.tensor(weights.vector(f"l{number}.{name}.b"))
            self.add_module(name, linear)
        for name in NORMS:
            norm = nn.LayerNorm(WIDTH, eps=EPSILON)
            norm.weight.data = torch.tensor(weights.vector(f"l{number}.{name}.w"))
            norm.bias.data = torch.tensor(weights.vector(f"l{number}.{name}.b"))
            self.add_module(name, norm)
        self.drop = nn.Dropout(dropout)

    def seen(self, batch: Batch, states: Tensor) -> tuple[Tensor, Tensor]:
        """Return keys and values: (n, heads, t, 32) each."""
        return batch.by_head(self.k(states)), batch.by_head(self.v(states))

    def forward(
        self, batch: Batch, states: Tensor, keys: Tensor, values: Tensor, mask: Tensor
    ) -> Tensor:
        """Return the states above: (p, 384); `mask` (n, keys) is True where a key may be seen."""
        found = functional.scaled_dot_product_attention(
            batch.by_head(self.q(states)), keys, values, attn_mask=mask[:, None, None, :]
        )
        found = found.transpose(1, 2).reshape(-1, WIDTH).index_select(0, batch.order)
        states = self.aln(states + self.drop(self.ao(found)))
        inner = functional.gelu(self.fi(states))
        above: Tensor = self.oln(states + self.drop(self.fo(inner)))
        return above


class Trunk(nn.Module):
    """The encoder's lower layers, as the package carries them."""

    def __init__(self, weights: Weights, layers: int) -> None:
        super().__init__()
        self._weights = weights
        self._places = torch.tensor(weights.vector("emb.pos").reshape(-1, WIDTH))
        self._type = torch.tensor(weights.vector("emb.type")[:WIDTH])
        self.norm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.norm.weight.data = torch.tensor(weights.vector("emb.ln.w"))
        self.norm.bias.data = torch.tensor(weights.vector("emb.ln.b"))
        self.layers = nn.ModuleList([Layer(weights, number) for number in range(layers)])

    @torch.no_grad()
    def forward(self, texts: Sequence[Tensor]) -> list[Tensor]:
        """Read texts, the ids of each (t,): their states, (t, 384) each."""
        batch = batched(
            [
                torch.tensor(self._weights.words(ids.numpy()))
                + self._places[: len(ids)]
                + self._type
                for ids in texts
            ]
        )
        states: Tensor = self.norm(batch.states)
        for layer in self.layers:
            states = layer(batch, states, *layer.seen(batch, states), batch.mask)
        return list(states.split([len(ids) for ids in texts]))


class Understanding(nn.Module):
    """The upper layers and the heads."""

    centre: Tensor
    spread: Tensor

    def __init__(self, weights: Weights, lower: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.lower = lower
        self.segments = nn.Embedding(len(SEGMENTS), WIDTH)
        nn.init.zeros_(self.segments.weight)
        self.layers = nn.ModuleList(
            [Layer(weights, number, dropout) for number in range(lower, LAYERS)]
        )
        # States of this encoder are much alike; seen from their mean they are told apart from the
        # start.
        self.register_buffer("centre", torch.zeros(WIDTH))
        self.register_buffer("spread", torch.ones(WIDTH))
        self.outcome = _Head(2 * WIDTH, len(OUTCOMES), dropout)
        self.act = _Head(2 * WIDTH, len(ACTS), dropout)
        self.mode = _Head(2 * WIDTH, len(MODES), dropout)
        self.alone = _Head(2 * WIDTH, 1, dropout)
        self.asked = _Head(
            2 * WIDTH, len(ASKED) + 1, dropout
        )  # the last: asks for what held before
        for name, labels in LAST_HEADS.items():  # learnt by `heads.py`
            self.add_module(name, _Head(2 * WIDTH, len(labels), dropout))
        self.tag = nn.Linear(WIDTH, len(TAGS))
        self.span = _Head(3 * WIDTH, len(STANCES) + 1, dropout)  # the last: it is of the player

    def beside(self, batch: Batch, segments: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Return what lines see of other texts, (keys, values) a layer; `segments` (p,)."""
        states = batch.states + self.segments(segments)
        mask = batch.mask.clone()
        mask[:, 0] |= ~mask.any(1)  # of a text without pieces: attention over nothing is no number
        found = []
        for layer in self.layers:
            keys, values = layer.seen(batch, states)
            found.append((keys, values))
            states = layer(batch, states, keys, values, mask)
        return found

    def forward(self, lines: Batch, besides: Sequence[Beside]) -> Tensor:
        """Return the lines' states, (p, 384)."""
        states = lines.states + self.segments.weight[0]
        mask = torch.cat([lines.mask, *(one.of(one.mask) for one in besides)], 1)
        for number, layer in enumerate(self.layers):
            keys, values = layer.seen(lines, states)
            others = [[one.of(part) for part in one.seen[number]] for one in besides]
            keys = torch.cat([keys, *(other[0] for other in others)], 2)
            values = torch.cat([values, *(other[1] for other in others)], 2)
            states = layer(lines, states, keys, values, mask)
        return (states - self.centre) / self.spread

    @torch.no_grad()
    def centred(self, lines: Batch) -> None:
        """Measure the mean and the spread of states on some lines, once, before training."""
        states = self.eval()(lines, [])
        self.centre.copy_(states.mean(0))
        self.spread.copy_(states.std(0).clamp(min=1e-3))


@dataclass(frozen=True, slots=True)
class Beside:
    """What lines see of other texts: keys and values a layer, which text each line sees, their
    mask."""

    seen: list[tuple[Tensor, Tensor]]
    which: Tensor
    mask: Tensor

    def of(self, texts: Tensor) -> Tensor:
        """Return a line's own text in each row: (texts, ...) -> (n, ...)."""
        if len(texts) == 1:  # all see the same: nothing is copied, and its gradient is one sum
            return texts.expand(len(self.which), *texts.shape[1:])
        return texts.index_select(0, self.which)


class _Head(nn.Sequential):
    def __init__(self, width: int, labels: int, dropout: float) -> None:
        super().__init__(
            nn.Dropout(dropout), nn.Linear(width, 256), nn.ReLU(), nn.Linear(256, labels)
        )


def pooled(lines: Batch, states: Tensor) -> Tensor:
    """Return each text's first state beside the mean of all: (p, 384) -> (n, 768)."""
    rows = lines.rows(states)
    mean = rows.sum(1) / lines.mask.sum(1, keepdim=True)
    return torch.cat([rows[:, 0], mean], 1)
