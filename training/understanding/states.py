"""What the lower layers make of every text, worked out once: they do not learn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
from torch import Tensor

from langchain_app.encoder.encoder import Encoder
from langchain_app.encoder.lines import BESIDE_PIECES, LineReader
from langchain_app.encoder.pieces import Pieces
from langchain_app.encoder.weights import WIDTH
from training.understanding.model import Batch, batched


class States:
    """Remembers the lower layers' states of texts, in half precision: those that turns see."""

    def __init__(self, encoder: Encoder, kept: Path | None = None) -> None:
        """Begin with what a file `kept` of an earlier run, where there is one."""
        self._reader, self._kept = LineReader(encoder), kept
        self._known: dict[str, Tensor] = {}
        self.pieces: dict[str, Pieces] = {}
        if kept is not None and kept.exists():
            found = torch.load(kept, weights_only=False)
            self._known, self.pieces = found["states"], found["pieces"]

    def prepare(self, texts: Iterable[str], progress: str = "") -> None:
        """Work out the states of `texts`, two at a time; keep them where a file was named."""
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        with ThreadPoolExecutor(2) as pool:
            for number, line in enumerate(pool.map(self._reader.line, new)):
                self._known[new[number]] = torch.from_numpy(line.states).half()
                self.pieces[new[number]] = line.pieces
                if progress and number % 5000 == 0:
                    print(f"{progress}: {number} of {len(new)}", flush=True)
        if new and self._kept is not None:
            torch.save({"states": self._known, "pieces": self.pieces}, self._kept)

    def length(self, text: str) -> int:
        """Return how many pieces a line has."""
        return len(self._known[text])

    def of(self, text: str) -> Tensor:
        """Return the states of a line: of its beginning, then of its own pieces."""
        return self._known[text]

    def lines(self, texts: Sequence[str]) -> Batch:
        """Return lines: the state of their beginning, then those of their own pieces."""
        return batched([self._known[text] for text in texts])

    def beside(self, texts: Sequence[Sequence[tuple[str, int]]]) -> tuple[Batch, Tensor]:
        """Return texts that lines are read with, each of several parts (text, segment).

        Of a part only its own pieces count. A text without parts has no piece.
        """
        rows, segments = [], []
        for parts in texts:
            row = [self._known[text][1:][:BESIDE_PIECES] for text, _ in parts]
            rows.append(torch.cat(row) if row else torch.zeros(0, WIDTH))
            segments += [number for s, (_, number) in zip(row, parts, strict=True) for _ in s]
        return batched(rows), torch.tensor(segments, dtype=torch.long)
