"""multilingual-e5-small in this process: states of its layers, vectors of texts and of words."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from importlib.resources import files

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from langchain_app.encoder.pieces import PieceReader, Pieces
from langchain_app.encoder.quantised import quantised
from langchain_app.encoder.weights import INNER, LAYERS, LINEAR, LONGEST, WIDTH, Floats, Weights

LOWER = 6
"""The layers whose states the understanding goes on from."""
LINE_PIECES = 64
"""Of what a player types, pieces that are read: few players type more, and hostile ones type
thousands."""
RECENT = 256
"""Texts whose states are kept: a turn needs its utterance's three times, and that of the turn
before."""
_EPSILON = 1e-12


class Encoded:
    """A text as the encoder has read it: its pieces, and the states of each.

    `middle` (n, 384) are the states above the lower layers, `above` (n, 384) the last, worked out when
    they are asked for.
    """

    def __init__(self, pieces: Pieces, middle: Floats, upper: Callable[[Floats], Floats]) -> None:
        self.pieces, self.middle, self._upper = pieces, middle, upper

    @cached_property
    def above(self) -> Floats:
        """The last layer's states."""
        return self._upper(self.middle)


class Encoder:
    """Reads texts. The same text gives the same states, whatever is read beside it. Thread-safe."""

    def __init__(self, weights: Weights | None = None) -> None:
        """Open the installed package's model; raises EmbeddingsUnavailable."""
        self.weights = weights or Weights()
        self.reader = PieceReader(self.weights.vocabulary)
        self._places = self.weights.vector("emb.pos").reshape(-1, WIDTH)
        self._type = self.weights.vector("emb.type")[:WIDTH]
        self._norm = (self.weights.vector("emb.ln.w"), self.weights.vector("emb.ln.b"))
        smooth = _smoothing()
        self._lower = _session(self.weights, smooth, "lower.onnx", range(LOWER))
        self._upper = _session(self.weights, smooth, "upper.onnx", range(LOWER, LAYERS))
        self._recent: OrderedDict[tuple[str, int], Encoded] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, text: str, longest: int = LONGEST) -> Encoded:
        """Return the states of a text, its prefix ("query: ", "passage: ") included.

        Of a text with more than `longest` pieces the beginning and the end are read.
        """
        key = (text, longest)
        with self._lock:
            if (known := self._recent.get(key)) is not None:
                self._recent.move_to_end(key)
                return known
        pieces = self.reader.read(text, longest)
        middle = _run(self._lower, self._embedded(pieces.ids))
        encoded = Encoded(pieces, middle, partial(_run, self._upper))
        with self._lock:
            self._recent[key] = encoded
            while len(self._recent) > RECENT:
                self._recent.popitem(last=False)
        return encoded

    def forget(self) -> None:
        """Let go of what was read lately."""
        with self._lock:
            self._recent.clear()

    def _embedded(self, ids: NDArray[np.int64]) -> Floats:
        states = self.weights.words(ids) + self._places[: len(ids)] + self._type
        states = states - states.mean(1, keepdims=True)
        states /= np.sqrt((states**2).mean(1, keepdims=True) + _EPSILON)
        normed: Floats = (states * self._norm[0] + self._norm[1]).astype(np.float32)
        return normed


def _run(session: ort.InferenceSession, states: Floats) -> Floats:
    """Return what some layers make of a text's states: (n, 384) -> (n, 384)."""
    mask = np.ones((1, len(states)), np.float32)
    above: Floats = session.run(["above"], {"states": states[None], "mask": mask})[0][0]
    return above


def _session(
    weights: Weights, smooth: Mapping[str, Floats], graph: str, numbers: range
) -> ort.InferenceSession:
    """Return some layers with the package's weights: the shipped graph has none."""
    options = session_options()
    named = dict(_initialisers(weights, smooth, numbers))
    values = [ort.OrtValue.ortvalue_from_numpy(value) for value in named.values()]
    options.add_external_initializers(list(named), values)
    content = (files(__package__) / graph).read_bytes()
    return ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def _smoothing() -> dict[str, Floats]:
    """Return by how much the inputs of linear weights are divided; training/understanding made it."""
    with np.load(files(__package__) / "smoothing.npz") as kept:  # type: ignore[arg-type]  # a path
        return {name: kept[name].astype(np.float32) for name in kept.files}


def session_options() -> ort.SessionOptions:
    """Return options for one thread: turns run beside one another, and none takes all cores."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return options


def _initialisers(
    weights: Weights, smooth: Mapping[str, Floats], numbers: range
) -> Iterator[tuple[str, NDArray[np.generic]]]:
    """Yield the weights that the graph asks for, by name; see training/understanding/graphs.py."""
    for number in numbers:
        for name in LINEAR:
            at, group = f"l{number}.{name}", f"l{number}.{'qkv' if name in 'qkv' else name}"
            matrix = weights.matrix(f"{at}.w", INNER if name == "fo" else WIDTH)
            whole, scale = quantised(matrix * smooth[group])
            yield f"{at}.w", np.ascontiguousarray(whole)
            yield f"{at}.s", scale
            yield f"{at}.b", weights.vector(f"{at}.b").copy()
        for norm in ("aln", "oln"):
            for part in "wb":
                yield f"l{number}.{norm}.{part}", weights.vector(f"l{number}.{norm}.{part}").copy()
