"""Which sentence answers a question, and whether any does: read by a shipped model in this process.

A question, what it needs of the turn before, and a sentence are read together by four tuned layers,
above the encoder's lower ones; what a head makes of them and of what search knows of the sentence is
how surely it answers. training/answers makes the model and says how."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

import numpy as np
from numpy.typing import NDArray

from langchain_app.domain.errors import UnderstandingFailed
from langchain_app.encoder.encoder import Encoder
from langchain_app.encoder.lines import BESIDE_PIECES, LineReader
from langchain_app.encoder.shipped import checked, meta_of, opened
from langchain_app.encoder.weights import WIDTH, Floats

FORMAT = 2
"""Of the shipped files; another one was made for another version of this module."""
QUESTION, SENTENCE, LINE_BEFORE, REPLY_BEFORE = range(4)
"""What a piece is of."""
KEPT = 4096
"""Sentences whose lower states are kept, some 20 KB each."""
_EPSILON = 1e-5


class EmbeddedAnswers:
    """Reads questions against sentences with the shipped model. Thread-safe."""

    def __init__(self, encoder: Encoder, folder: Traversable | None = None) -> None:
        """Open the model; raises UnderstandingFailed, which names the file."""
        at = folder or files(__package__)
        meta = meta_of(at / "answers.json", FORMAT)
        self._session = opened(checked(at / "answers.onnx", meta["onnx_sha256"]))
        with np.load(io.BytesIO(checked(at / "answers.npz", meta["heads_sha256"]))) as kept:
            self._heads = {name: kept[name].astype(np.float32) for name in kept.files}
        self._lines = LineReader(encoder)
        self._states: OrderedDict[str, NDArray[np.float16]] = OrderedDict()
        self._lock = threading.Lock()

    def chances(
        self, question: str, before: Sequence[str], sentences: Sequence[str], figures: Floats
    ) -> Floats:
        """Return how surely each sentence answers, and at the end that none does: (n + 1,), sum 1.

        `before` are the player's line and the NPC's reply that the question needs, if any; `figures`
        (n, k) are what search knows of the sentences (retrieval/answering.py). Raises
        UnderstandingFailed.
        """
        try:
            return self._chances(question, before, sentences, figures)
        except Exception as error:  # the runtime's own errors share no base
            raise UnderstandingFailed(f"{type(error).__name__}: {error}") from error

    def _chances(
        self, question: str, before: Sequence[str], sentences: Sequence[str], figures: Floats
    ) -> Floats:
        segments = self._heads["segments"]
        asked = [self._lines.line(question).states + segments[QUESTION]]
        for text, segment in zip(before, (LINE_BEFORE, REPLY_BEFORE), strict=False):
            beside = self._lines.line(text).states[1 : 1 + BESIDE_PIECES]
            asked.append(beside + segments[segment])
        rows = [np.concatenate([*asked, self._sentence(text)]) for text in sentences]
        longest = max(map(len, rows))
        states = np.zeros((len(rows), longest, WIDTH), np.float32)
        mask = np.zeros((len(rows), longest), np.float32)
        for number, row in enumerate(rows):
            states[number, : len(row)], mask[number, : len(row)] = row, 1
        above: Floats = self._session.run(None, {"states": states, "mask": mask})[0]
        above = above * mask[..., None]
        whole = np.concatenate([above[:, 0], above.sum(1) / mask.sum(1, keepdims=True)], 1)
        logits = np.append(self._judged(whole, figures), self._heads["null"])
        shares = np.exp(logits - logits.max())
        found: Floats = shares / shares.sum()
        return found

    def _sentence(self, text: str) -> Floats:
        """Return the lower states of a sentence's pieces, (t, 384), as of the second text."""
        with self._lock:
            known = self._states.get(text)
            if known is not None:
                self._states.move_to_end(text)
        if known is None:
            known = self._lines.line(text).states[1:].astype(np.float16)
            with self._lock:
                self._states[text] = known
                while len(self._states) > KEPT:
                    self._states.popitem(last=False)
        states: Floats = known.astype(np.float32) + self._heads["segments"][SENTENCE]
        return states

    def _judged(self, whole: Floats, figures: Floats) -> Floats:
        heads = self._heads
        centred = whole - whole.mean(1, keepdims=True)
        normed = centred / np.sqrt((centred**2).mean(1, keepdims=True) + _EPSILON)
        seen = np.concatenate([normed * heads["norm.w"] + heads["norm.b"], figures], 1)
        inner = np.maximum(seen @ heads["inner.w"].T + heads["inner.b"], 0)
        logits: Floats = (inner @ heads["last.w"].T + heads["last.b"])[:, 0]
        return logits
