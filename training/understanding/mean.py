"""The mean of trained models: between a run and the one that it went on from, strangers are read best.

Run as: python -m training.understanding.mean OUT FOLDER FOLDER...

Each folder has understanding.pt; OUT is written anew, with the last judgement of each run.
See Wortsman et al. 2022, "Model soups"."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import torch

from langchain_app.encoder.encoder import Encoder
from training.understanding.train import opened


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the arguments and write the mean."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    asked = parser.parse_args(arguments)
    encoder, found = Encoder(), []
    for folder in asked.folders:
        weights = opened(folder, encoder).state_dict()
        found.append({name: value.float() for name, value in weights.items()})
    mean = {name: sum(one[name] for one in found) / len(found) for name in found[0]}
    asked.out.mkdir(parents=True, exist_ok=True)
    torch.save({"model": mean}, asked.out / "understanding.pt")
    logs = [(folder / "log.jsonl").read_text(encoding="utf-8") for folder in asked.folders]
    judged = {"mean_of": [json.loads(log.splitlines()[-1]) for log in logs]}
    (asked.out / "log.jsonl").write_text(json.dumps(judged) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
