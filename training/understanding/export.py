"""Write the trained understanding as the platform ships it.

Run as: python -m training.understanding.export FOLDER [--dev SET,...] [--name NAME]

FOLDER has understanding.pt. Writes understanding.onnx (the upper layers, in small whole numbers),
understanding.npz (the heads) and understanding.json (format, checksums, calibration) into
langchain_app/encoder, after the shipped files were asked the dev sets' lines: the temperature is
the one under which their probabilities fit best."""

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
from numpy.typing import NDArray

from langchain_app.encoder.encoder import LOWER, Encoder
from langchain_app.encoder.labels import LAST_HEADS
from langchain_app.encoder.understanding import FORMAT
from langchain_app.encoder.weights import LAYERS
from training.understanding.examples import DATA, Act, acts
from training.understanding.forward import outcome_logits
from training.understanding.graphs import layers
from training.understanding.model import Understanding
from training.understanding.rounds import ActRound, shown
from training.understanding.smoothing import recorded, smoothing
from training.understanding.states import States
from training.understanding.train import opened, texts_of

OUT = Path("langchain_app/encoder")
HEADS = ("outcome", "act", "mode", "alone", "asked", "span", *LAST_HEADS)


def weights_of(model: Understanding) -> dict[str, NDArray[np.float32]]:
    """Return the weights of the tuned layers, under the names that graphs use."""
    found = {}
    for number, layer in zip(range(LOWER, LAYERS), model.layers, strict=True):
        for name, value in layer.state_dict().items():
            module, kind = name.split(".")
            found[f"l{number}.{module}.{'w' if kind == 'weight' else 'b'}"] = value.numpy()
    return found


@torch.no_grad()
def logits_of(
    model: Understanding, states: States, some: Sequence[Act]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the outcome logits of every line of some acts, and whether it performs its act."""
    logits, performs = [], []
    for act in some:
        for language in ("en", "ko"):
            lines = [line for line in act.lines if line.language == language]
            found = ActRound(shown(act, language), lines, [])
            logits.append(outcome_logits(model, states, found).numpy())
            performs += [line.performs for line in lines]
    return np.concatenate(logits), np.array(performs)


def temperature_of(logits: NDArray[np.float32], performs: NDArray[np.bool_]) -> float:
    """Return the temperature under which the probabilities of performing fit best."""

    def loss(temperature: float) -> float:
        scaled = logits / temperature
        logs = scaled[:, 0] - np.logaddexp.reduce(scaled, 1)
        rest = np.logaddexp.reduce(scaled[:, 1:], 1) - np.logaddexp.reduce(scaled, 1)
        return float(-np.where(performs, logs, rest).mean())

    return min(np.linspace(0.5, 5, 91).tolist(), key=loss)


def main(arguments: Sequence[str] | None = None) -> int:
    """Export."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--states", type=Path, help="a file that keeps the lower layers' states")
    parser.add_argument("--dev", default="")
    parser.add_argument("--name", default="understanding-1")
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args(arguments)
    encoder = Encoder()
    model, every = opened(asked.folder, encoder), acts(asked.data)
    states = States(encoder, asked.states)
    dev = [act for act in every if act.set in asked.dev.split(",")]
    sample = [act for act in every if act not in dev][::12]
    states.prepare(texts_of([*dev, *sample], [], []))
    numbers = range(LOWER, LAYERS)
    with recorded(dict(zip(numbers, model.layers, strict=True))) as largest:
        logits_of(model, states, sample)
    named = weights_of(model)
    smooth = smoothing(largest, named)
    graph = layers(named, numbers, beside=True, smooth=smooth).SerializeToString()
    heads: dict[str, Any] = {
        name: value.numpy().astype(np.float16)
        for name, value in model.state_dict().items()
        if name.split(".")[0] in (*HEADS, "tag")
    }
    heads["segments"] = model.segments.weight.detach().numpy().astype(np.float16)
    heads["centre"], heads["spread"] = model.centre.numpy(), model.spread.numpy()
    kept = io.BytesIO()
    np.savez(kept, **heads)
    meta = {
        "format": FORMAT,
        "name": asked.name,
        "onnx_sha256": hashlib.sha256(graph).hexdigest(),
        "heads_sha256": hashlib.sha256(kept.getvalue()).hexdigest(),
        "temperature": round(temperature_of(*logits_of(model, states, dev)), 3) if dev else 1.0,
        "trained": json.loads((asked.folder / "log.jsonl").read_text().splitlines()[-1]),
    }
    (asked.out / "understanding.onnx").write_bytes(graph)
    (asked.out / "understanding.npz").write_bytes(kept.getvalue())
    (asked.out / "understanding.json").write_text(
        json.dumps(meta, indent=2) + "\n", encoding="utf-8"
    )
    print(json.dumps({"onnx_mb": round(len(graph) / 2**20, 1), **meta}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
