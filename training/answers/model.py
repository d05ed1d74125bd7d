"""What reads a question and a sentence together: some layers of the encoder, tuned, and a head."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from langchain_app.encoder.encoder import LOWER
from langchain_app.encoder.weights import WIDTH, Weights
from langchain_app.retrieval.answering import FIGURES
from training.understanding.model import Layer, batched

DEPTH = 4
"""Layers above the lower ones."""


class Answers(nn.Module):
    """`forward` says of each question and sentence how surely the one answers the other; `null` is
    what that is held against."""

    def __init__(self, weights: Weights, dropout: float = 0.1) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            [Layer(weights, LOWER + number, dropout) for number in range(DEPTH)]
        )
        self.seg = nn.Embedding(4, WIDTH)
        nn.init.zeros_(self.seg.weight)
        self.ln = nn.LayerNorm(2 * WIDTH)
        self.mlp = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(2 * WIDTH + len(FIGURES), 128),
            nn.ReLU(),
            nn.Linear(128, 1),
        )
        self.null = nn.Parameter(torch.zeros(1))

    def forward(self, texts: Sequence[Sequence[tuple[Tensor, int]]], figures: Tensor) -> Tensor:
        """Return a logit for each sentence, (n,).

        `texts` are what is read of each: the lower states of the question, of what it needs and of the
        sentence, and what they are of (langchain_app/encoder/answers.py).
        """
        batch = batched([torch.cat([states.float() for states, _ in one]) for one in texts])
        parts = [torch.full((len(states),), of) for one in texts for states, of in one]
        states = batch.states + self.seg(torch.cat(parts))
        for layer in self.layers:
            states = layer(batch, states, *layer.seen(batch, states), batch.mask)
        rows = batch.rows(states)
        mean = rows.sum(1) / batch.mask.sum(1, keepdim=True)
        whole = self.ln(torch.cat([rows[:, 0], mean], 1))
        logits: Tensor = self.mlp(torch.cat([whole, figures], 1)).squeeze(1)
        return logits
