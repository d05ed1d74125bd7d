"""Write the graphs of the package's encoder, without its weights.

Run as: python -m training.understanding.encoder

Writes langchain_app/encoder/encoder.onnx (the graph) and smoothing.npz (by how much inputs are
divided)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from langchain_app.encoder.encoder import LOWER
from langchain_app.encoder.pieces import PieceReader
from langchain_app.encoder.weights import INNER, LAYERS, LINEAR, WIDTH, Weights
from training.understanding.examples import acts
from training.understanding.graphs import layers
from training.understanding.model import Trunk
from training.understanding.smoothing import recorded, smoothing

OUT = Path("langchain_app/encoder")
SAMPLE = 240


def named_weights(weights: Weights) -> dict[str, NDArray[np.float32]]:
    """Return the weights of all layers by name."""
    found = {}
    for number in range(LAYERS):
        for name in LINEAR:
            at = f"l{number}.{name}"
            found[f"{at}.w"] = weights.matrix(f"{at}.w", INNER if name == "fo" else WIDTH)
            found[f"{at}.b"] = weights.vector(f"{at}.b")
        for norm in ("aln", "oln"):
            for part in "wb":
                found[f"l{number}.{norm}.{part}"] = weights.vector(f"l{number}.{norm}.{part}")
    return found


def main() -> int:
    """Write both files."""
    weights = Weights()
    reader, trunk = PieceReader(weights.vocabulary), Trunk(weights, LAYERS)
    texts = [line.text for act in acts() for line in act.lines]
    some = [
        torch.from_numpy(reader.read(prefix + text).ids)
        for number, text in enumerate(texts[:: max(1, len(texts) // SAMPLE)])
        for prefix in (("query: ", "passage: ")[number % 2],)
    ]
    with recorded(dict(enumerate(trunk.layers))) as largest:
        for start in range(0, len(some), 32):
            trunk(some[start : start + 32])
    named = named_weights(weights)
    smooth = smoothing(largest, named)
    for name, numbers in (("lower", range(LOWER)), ("upper", range(LOWER, LAYERS))):
        graph = layers(named, numbers, beside=False, outside=True, smooth=smooth)
        (OUT / f"{name}.onnx").write_bytes(graph.SerializeToString())
    halves: dict[str, Any] = {key: value.astype(np.float16) for key, value in smooth.items()}
    np.savez_compressed(OUT / "smoothing.npz", **halves)
    print(f"{len(some)} texts read; {OUT}/lower.onnx, upper.onnx and smoothing.npz are written")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
