"""Write the trained model of answers as the platform ships it.

Run as: python -m training.answers.export FOLDER

FOLDER has answers.pt. Writes answers.onnx (the tuned layers, in small whole numbers), answers.npz (the
head) and answers.json (format, checksums, what it was judged) into langchain_app/encoder."""

from __future__ import annotations

import argparse
import hashlib
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from langchain_app.encoder.answers import FORMAT
from langchain_app.encoder.encoder import LOWER, Encoder
from training.answers.matter import matter, worlds
from training.answers.model import DEPTH, Answers
from training.answers.train import judged
from training.understanding.graphs import layers
from training.understanding.passages import passages
from training.understanding.smoothing import recorded, smoothing
from training.understanding.states import States

OUT = Path("langchain_app/encoder")
SAMPLE = 60
"""Questions of one world that say how large the inputs of each linear weight become."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Export."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args(arguments)
    encoder = Encoder()
    model = Answers(encoder.weights)
    model.load_state_dict(torch.load(asked.folder / "answers.pt"))
    model.eval()
    numbers = range(LOWER, LOWER + DEPTH)
    largest = _largest(model, encoder, numbers)
    named = {
        f"l{number}.{module}.{'w' if kind == 'weight' else 'b'}": value.numpy()
        for number, layer in zip(numbers, model.layers, strict=True)
        for name, value in layer.state_dict().items()
        for module, kind in [name.split(".")]
    }
    smooth = smoothing(largest, named)
    graph = layers(named, numbers, beside=False, smooth=smooth).SerializeToString()
    state = model.state_dict()
    heads = {
        "segments": state["seg.weight"], "norm.w": state["ln.weight"], "norm.b": state["ln.bias"],
        "inner.w": state["mlp.1.weight"], "inner.b": state["mlp.1.bias"],
        "last.w": state["mlp.3.weight"], "last.b": state["mlp.3.bias"], "null": state["null"],
    }  # fmt: skip
    kept = io.BytesIO()
    np.savez(kept, **{name: value.numpy().astype(np.float16) for name, value in heads.items()})
    meta: dict[str, Any] = {
        "format": FORMAT,
        "onnx_sha256": hashlib.sha256(graph).hexdigest(),
        "heads_sha256": hashlib.sha256(kept.getvalue()).hexdigest(),
        "judged": json.loads((asked.folder / "log.json").read_text()),
    }
    (asked.out / "answers.onnx").write_bytes(graph)
    (asked.out / "answers.npz").write_bytes(kept.getvalue())
    (asked.out / "answers.json").write_text(json.dumps(meta, indent=2) + "\n", encoding="utf-8")
    print(json.dumps({"onnx_mb": round(len(graph) / 2**20, 1), **meta}))
    return 0


def _largest(model: Answers, encoder: Encoder, numbers: range) -> Any:
    sample = []
    for world in worlds(passages())[::4]:
        sample += matter(world, world.asked[:: max(1, len(world.asked) // SAMPLE)], encoder)
    states = States(encoder)
    states.prepare(t for one in sample for t in (one.asked.text, *one.asked.before, *one.sentences))
    with recorded(dict(zip(numbers, model.layers, strict=True))) as largest:
        judged(model, sample, states)
    return largest


if __name__ == "__main__":
    raise SystemExit(main())
