"""The Understanding port: one reading of an utterance by the shipped model, in this process.

The line is read by the encoder's lower layers once; the tuned upper layers read it once by itself,
for what it does and tells, and once for each act that the story waits for. What lines see of an act
does not depend on the line: it is worked out once and kept. training/understanding makes the model
and says how."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from langchain_app.domain.errors import UnderstandingFailed
from langchain_app.domain.text import Language
from langchain_app.domain.understanding.understanding import (
    STEERED,
    TELLING,
    Before,
    Judged,
    StoryAct,
    ToRead,
    Understood,
)
from langchain_app.encoder.encoder import LOWER, Encoder
from langchain_app.encoder.labels import (
    ABOUT,
    ACTS,
    LAST_HEADS,
    MODES,
    OUTCOMES,
    SEGMENTS,
)
from langchain_app.encoder.lines import BESIDE_PIECES, Line, LineReader
from langchain_app.encoder.shipped import checked, meta_of, opened
from langchain_app.encoder.telling import CERTAIN, Telling, two_layers
from langchain_app.encoder.weights import HEADS, LAYERS, WIDTH, Floats
from langchain_app.language.korean import KoreanAnalyser

FORMAT = 4
"""Of the shipped files; another one was made for another version of this module."""
PLAYER = ABOUT.index("player")
SENTENCE, EXAMPLE, PLAYER_BEFORE, NPC_BEFORE, NPC = (
    SEGMENTS.index(name) for name in ("sentence", "example", "player_before", "npc_before", "npc")
)
EXAMPLES = 5
"""Of an act that the model reads, as it was trained."""
KEPT = 512
"""Acts whose keys and values are kept, 0.3 MB each."""
MOST_ACTS = 5
"""Acts that a line is held against, the nearest by the encoder's vectors. Measured on 270 honest
lines of the demo world: the act that was meant is among the first three for 99.6%, among the first
four for all."""
LEAST = {
    "personal": 0.7, "feeling": 0.6, "wanted": 0.5, "about": CERTAIN, "despair": 0.5, "of_before": 0.5,
    "steers": STEERED,
}  # fmt: skip
"""How surely a line must be what a last head says; how much is heard so, and how much taken for it,
stands in training/understanding/README.md."""
WITH_TURNS = ("of_before",)
"""Last heads that read a line after the turns before it; the others learnt from lines by themselves,
and knees that hurt sounded like despair to one of them after two other lines."""
NPC_WORDS = 100
"""Characters of the NPC's last words that are read: what it ended with is what is answered."""

Beside = tuple[list[Floats], list[Floats]]
"""Keys and values a layer, (12, s, 32) each: what a line sees of another text."""


class EmbeddedUnderstanding:
    """Reads utterances with the shipped model. Thread-safe."""

    def __init__(
        self,
        encoder: Encoder,
        korean: KoreanAnalyser | None = None,
        folder: Traversable | None = None,
    ) -> None:
        """Open the model; raises UnderstandingFailed, which names the file."""
        at = folder or files(__package__)
        self._meta = meta_of(at / "understanding.json", FORMAT)
        graph = checked(at / "understanding.onnx", self._meta["onnx_sha256"])
        heads = checked(at / "understanding.npz", self._meta["heads_sha256"])
        self._session = opened(graph)
        self._heads = _Heads(heads)
        self._lines = LineReader(encoder)
        self._telling = Telling(self._heads.layers, korean or KoreanAnalyser())
        self._beside: OrderedDict[tuple[tuple[str, int], ...], Beside] = OrderedDict()
        self._vectors: dict[tuple[str, ...], Floats] = {}
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The model's name, as traces show it."""
        return str(self._meta["name"])

    async def read(self, to_read: ToRead) -> Understood:
        """Return one reading, beside the event loop; raises UnderstandingFailed."""
        return await asyncio.to_thread(self.reading, to_read)

    def forget_lines(self) -> None:
        """Let go of the lines that were read lately: for measuring, as for a line never seen."""
        self._lines.forget()

    def reading(self, to_read: ToRead) -> Understood:
        """Return one reading; raises UnderstandingFailed."""
        try:
            return self._read(to_read)
        except Exception as error:  # the runtime's own errors share no base
            raise UnderstandingFailed(f"{type(error).__name__}: {error}") from error

    def _read(self, to_read: ToRead) -> Understood:
        line = self._lines.line(to_read.text)
        turns = self._of_parts(before_parts(to_read.before))
        acts = self._nearest(line, to_read)
        name = to_read.npc.name[to_read.language]
        shown = [self._of_parts(act_parts(act, name, to_read.language)) for act in acts]
        states = self._above(line, turns, shown)
        whole = np.concatenate([states[:, 0], states.mean(1)], 1)
        by_itself = whole[-1:] if turns is not None else whole[:1]
        beside = whole[1 : 1 + len(acts)]
        outcomes = _softmax(self._heads("outcome", beside) / self._meta["temperature"])
        judged = {
            act.key: Judged(float(row[0]), OUTCOMES[1 + int(row[1:].argmax())])  # type: ignore[arg-type]  # one of Outcome
            for act, row in zip(acts, outcomes, strict=True)
        }
        act, mode = (_softmax(self._heads(head, whole[:1]))[0] for head in ("act", "mode"))
        alone = float(1 / (1 + np.exp(-self._heads("alone", whole[:1])[0, 0])))
        last = {
            head: _softmax(self._heads(head, whole[:1] if head in WITH_TURNS else by_itself))[0]
            for head in LAST_HEADS
        }
        told, asked, put_right = self._telling.read(
            line.pieces, states[0], whole[:1], to_read.language, float(last["about"][PLAYER])
        )
        if MODES[int(mode.argmax())] not in TELLING:
            told = ()
        return Understood(
            act=ACTS[int(act.argmax())],  # type: ignore[arg-type]  # one of Act
            mode=MODES[int(mode.argmax())],  # type: ignore[arg-type]  # one of Mode
            sure={"act": float(act.max()), "mode": float(mode.max()), "alone": alone},
            told=told,
            asked=asked,
            put_right=put_right,
            personal=_label("personal", last),  # type: ignore[arg-type]  # one of Personal
            feeling=_label("feeling", last),  # type: ignore[arg-type]  # one of Feeling
            wanted=_label("wanted", last),  # type: ignore[arg-type]  # one of Wanted
            about=_label("about", last),  # type: ignore[arg-type]  # one of About
            of_before=_label("of_before", last),  # type: ignore[arg-type]  # one of OfBefore
            despair=float(last["despair"][1]),
            steers=float(last["steers"][1]),
            alone=alone >= 0.5,
            judged=judged,
        )

    def _nearest(self, line: Line, to_read: ToRead) -> tuple[StoryAct, ...]:
        """Return the acts that the line is held against: those that sound most like it, in their
        order."""
        acts, language = to_read.acts, to_read.language
        if len(acts) <= MOST_ACTS:
            return acts
        near = {act.key: float((self._sounds(act, language) @ line.vector).max()) for act in acts}
        near |= dict.fromkeys(to_read.always, 1.0)
        kept = sorted(near, key=near.__getitem__, reverse=True)[:MOST_ACTS]
        return tuple(act for act in acts if act.key in kept)

    def _sounds(self, act: StoryAct, language: Language) -> Floats:
        """Return the vectors of an act's sentence and examples: (n, 384)."""
        texts = (*([act.act[language]] if act.act else []), *act.examples[language])
        known = self._vectors.get(texts)
        if known is None:
            known = np.stack([self._lines.line(text).vector for text in texts])
            if len(self._vectors) > 4 * KEPT:
                self._vectors.clear()
            self._vectors[texts] = known
        return known

    def _of_parts(self, parts: tuple[tuple[str, int], ...]) -> Beside | None:
        """Return what lines see of a text of several parts; None of none."""
        if not parts:
            return None
        with self._lock:
            if (known := self._beside.get(parts)) is not None:
                self._beside.move_to_end(parts)
                return known
        rows = [
            self._lines.line(text).states[1 : 1 + BESIDE_PIECES] + self._heads.segments[number]
            for text, number in parts
        ]
        states = np.concatenate(rows)[None]
        found = self._run(states, [None])
        beside = ([f[0] for f in found[1::2]], [f[0] for f in found[2::2]])
        with self._lock:
            self._beside[parts] = beside
            while len(self._beside) > KEPT:
                self._beside.popitem(last=False)
        return beside

    def _above(self, line: Line, turns: Beside | None, acts: Sequence[Beside | None]) -> Floats:
        """Return the line's states (n, 384): after the turns before, then so beside each act; at the
        end without the turns, where there are any."""
        besides = [_joined(turns, act) for act in (None, *acts)]
        besides += [None] if turns is not None else []
        states = (line.states + self._heads.segments[0])[None].repeat(len(besides), 0)
        above: Floats = self._run(states, besides)[0]
        centred: Floats = (above - self._heads.centre) / self._heads.spread
        return centred

    def _run(self, states: Floats, besides: Sequence[Beside | None]) -> list[Floats]:
        longest = max((b[0][0].shape[1] for b in besides if b is not None), default=0)
        rows = len(besides)
        seen = np.zeros((rows, longest), np.float32)
        feeds: dict[str, Any] = {
            "states": states.astype(np.float32),
            "mask": np.ones(states.shape[:2], np.float32),
            "seen": seen,
        }
        for number in range(LOWER, LAYERS):
            for part, name in enumerate(("keys", "values")):
                padded = np.zeros((rows, HEADS, longest, WIDTH // HEADS), np.float32)
                for row, beside in enumerate(besides):
                    if beside is not None:
                        one = beside[part][number - LOWER]
                        padded[row, :, : one.shape[1]] = one
                        seen[row, : one.shape[1]] = 1
                feeds[f"{name}_{number}"] = padded
        found: list[Floats] = self._session.run(None, feeds)
        return found


def _label(head: str, last: Mapping[str, Floats]) -> str | None:
    """Return the likeliest label of a last head, where it is likely enough and says something."""
    likeliest = int(last[head].argmax())
    return LAST_HEADS[head][likeliest] or None if last[head][likeliest] >= LEAST[head] else None


def act_parts(act: StoryAct, npc_name: str, language: Language) -> tuple[tuple[str, int], ...]:
    """Return the parts of an act that the model reads: with whom, what happens, how it may sound."""
    parts = [(npc_name, NPC)]
    parts += [(act.act[language], SENTENCE)] if act.act is not None else []
    return tuple(parts + [(text, EXAMPLE) for text in act.examples[language][:EXAMPLES]])


def before_parts(turns: Sequence[Before]) -> tuple[tuple[str, int], ...]:
    """Return the parts of the turns before that the model reads: of the NPC only its last words."""
    parts = [(turn.player, PLAYER_BEFORE) for turn in turns]
    if turns and turns[-1].npc:
        parts.append((_ending(turns[-1].npc), NPC_BEFORE))
    return tuple(parts)


def _ending(text: str) -> str:
    """Return the last sentences of a text, as many as fit, whole words at least."""
    if len(text) <= NPC_WORDS:
        return text
    return text[-NPC_WORDS:].partition(" ")[2] or text[-NPC_WORDS:]


def _joined(one: Beside | None, other: Beside | None) -> Beside | None:
    if one is None or other is None:
        return one or other
    return (
        [np.concatenate([a, b], 1) for a, b in zip(one[0], other[0], strict=True)],
        [np.concatenate([a, b], 1) for a, b in zip(one[1], other[1], strict=True)],
    )


class _Heads:
    """The heads, as the model file carries them: two layers each."""

    def __init__(self, content: bytes) -> None:
        import io

        with np.load(io.BytesIO(content)) as arrays:
            self.layers = {name: arrays[name].astype(np.float32) for name in arrays.files}
        self.segments = self.layers["segments"]
        self.centre, self.spread = self.layers["centre"], self.layers["spread"]

    def __call__(self, head: str, whole: Floats) -> Floats:
        return two_layers(self.layers, head, whole)


def _softmax(logits: Floats) -> NDArray[np.float32]:
    shifted = np.exp(logits - logits.max(-1, keepdims=True))
    shares: NDArray[np.float32] = shifted / shifted.sum(-1, keepdims=True)
    return shares
