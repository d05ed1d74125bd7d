"""Train the embedded reranker and write `langchain_app/retrieval/reranker.json`.

Run as: python -m training.reranker.train FILE [FILE ...] [--world DIR ...] [--measure FILE ...]

Each FILE is a question -> paragraph set in the SQuAD format, of any language the platform speaks
(README.md here says where to get some). Each world is two more sets: its authors' expected questions
-> the passages they expect them of. Half of each set's articles are trained on; the other half is held
out and reported, and of what is only to be measured all is held out. Two conditional logits are fitted
to which of the first stage's candidates is the right paragraph: one over all eight features, from sets
whose language the embedding model knows, and one over the five that need words alone, from all sets,
each also with the embeddings switched off. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from langchain_app.domain.lore.lore import Knower
from langchain_app.domain.story.story import StoryState
from langchain_app.encoder.encoder import Encoder
from langchain_app.language.tokens import Tokeniser, is_content
from langchain_app.retrieval.e5 import EmbeddedE5
from langchain_app.retrieval.features import FEATURES, examine
from langchain_app.retrieval.ingest import Embedding, embed
from langchain_app.retrieval.knowledge import Question
from langchain_app.retrieval.lore_retriever import CANDIDATES
from langchain_app.retrieval.snapshot import SnapshotIndex
from langchain_app.retrieval.token_vectors import projection
from training.reranker.authored import read_world
from training.reranker.squad import Asked, NotSquad, RetrievalSet, read_squad, sampled

OUT = Path("langchain_app/retrieval/reranker.json")
EVERYBODY = Knower(frozenset({"public"}), StoryState(), 1.0)
UNLABELLED = 50
"""So many questions tell, without their labels, how far to trust the embeddings."""
BY_WORDS = ("fused", "best_sentence", "coverage", "adjacency", "length")
RIDGE = 1e-3

Features = NDArray[np.float64]


@dataclass(frozen=True)
class Ranking:
    """One question's candidates: features (candidates, 8), and the row of the right one or -1."""

    features: Features
    right: int


def rankings(
    index: SnapshotIndex, asked: Sequence[Asked], tokeniser: Tokeniser, model: EmbeddedE5
) -> list[Ranking]:
    """Return the first stage's candidates of each question, as the reranker sees them."""
    found = []
    for number, one in enumerate(asked):
        language = index.chunks[0].language
        tokens = tuple(tokeniser.index(one.text, language))
        vectors = model.embed_words(one.text) if index.dense_weight else None
        question = Question(
            text=one.text,
            language=language,
            tokens=tokens,
            weights={token: index.weight(token) for token in tokens if is_content(token)},
            vector=vectors.pooled if vectors else None,
            words=projection(vectors.words[0]) if vectors else None,
        )
        examined = examine(question, index.candidates(question, EVERYBODY, CANDIDATES))
        ids = [e.stored.chunk.id for e in examined]
        right = ids.index(f"p{one.answer}") if f"p{one.answer}" in ids else -1
        if examined:
            found.append(Ranking(np.stack([e.features for e in examined]), right))
        if number % 250 == 0:
            _say(f"  {number} of {len(asked)} questions")
    return found


def fit(data: Sequence[Ranking], names: Sequence[str]) -> dict[str, float]:
    """Fit a conditional logit by Newton's method; return one weight a feature, `fused` being 1."""
    columns = [FEATURES.index(name) for name in names]
    lists = [(r.features[:, columns], r.right) for r in data if r.right >= 0]
    weights = np.zeros(len(columns))
    for _ in range(50):
        gradient = -RIDGE * len(lists) * weights
        curvature = RIDGE * len(lists) * np.eye(len(columns))
        for features, right in lists:
            chance = np.exp(features @ weights - (features @ weights).max())
            chance /= chance.sum()
            mean = chance @ features
            gradient += features[right] - mean
            curvature += (features * chance[:, None]).T @ features - np.outer(mean, mean)
        step = np.linalg.solve(curvature, gradient)
        weights += step * min(1.0, 2.0 / float(np.abs(step).max()))  # damped: far off it overshoots
        if np.abs(step).max() < 1e-6:
            break
    scaled = weights / weights[names.index("fused")]
    return {name: round(float(value), 4) for name, value in zip(names, scaled, strict=True)}


def mrr(data: Sequence[Ranking], weights: dict[str, float]) -> float:
    """Return MRR@10 of the order that `weights` make."""
    row = np.asarray([weights.get(name, 0.0) for name in FEATURES])
    ranks = []
    for ranking in data:
        scores = ranking.features @ row
        better = int((scores > scores[ranking.right]).sum()) if ranking.right >= 0 else 99
        ranks.append(1 / (better + 1) if better < 10 else 0.0)
    return round(float(np.mean(ranks)), 4)


def _sides(found: RetrievalSet, share: float, model: EmbeddedE5, count: int) -> dict[str, Any]:
    tokeniser = Tokeniser()
    train, held = found.split(share)
    lines = [asked.text for asked in sampled(found.questions, UNLABELLED)]
    work = Embedding(model, _progress(found.name), len(found.chunks))
    weight, stored = embed(found.chunks, lines, tokeniser, work)
    _say(f"{found.name}: {found.language}, {len(stored)} paragraphs, dense weight {weight}")
    bare = SnapshotIndex([replace(entry, words=None) for entry in stored], found.language, 0.0)
    sides = {"name": found.name, "language": found.language, "dense_weight": weight}
    train, held = sampled(train, count), sampled(held, count)
    sides["words"] = [rankings(bare, part, tokeniser, model) for part in (train, held)]
    if weight:
        full = SnapshotIndex(stored, found.language, weight)
        sides["meaning"] = [rankings(full, part, tokeniser, model) for part in (train, held)]
    return sides


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--world", nargs="*", type=Path, default=[], metavar="DIR")
    parser.add_argument("--measure", nargs="*", type=Path, default=[], metavar="FILE")
    parser.add_argument("--questions", type=int, default=2000, help="at most, a set and side")
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    try:
        sets = [(read_squad(path), 0.5) for path in arguments.files]
        sets += [(found, 0.5) for path in arguments.world for found in read_world(path)]
        sets += [(read_squad(path), 0.0) for path in arguments.measure]
    except NotSquad as error:
        sys.exit(f"{error}. See training/reranker/README.md.")
    model = EmbeddedE5(Encoder())
    sides = [_sides(found, share, model, arguments.questions) for found, share in sets]
    meant = [side for side in sides if "meaning" in side]
    models = {"words": fit([r for s in sides for r in _train(s, "words", meant)], BY_WORDS)}
    if meant:
        models["words_and_meaning"] = fit([r for s in meant for r in s["meaning"][0]], FEATURES)
    results = _results(sides, models)
    report = {
        "made_by": "training/reranker",
        "trained_on": [
            {k: side[k] for k in ("name", "language", "dense_weight")}
            for side, (_, share) in zip(sides, sets, strict=True)
            if share
        ],
        "held_out_mrr10": results,
        "models": {name: {"weights": weights} for name, weights in models.items()},
    }
    arguments.out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    for line in results:
        _say(json.dumps(line, ensure_ascii=False))
    print(json.dumps(models))


def _train(side: dict[str, Any], kind: str, meant: Sequence[Any]) -> list[Ranking]:
    """Return what the model of words learns from: without embeddings, and with them in `fused`."""
    pooled = side["meaning"][0] if side in meant else []
    found: list[Ranking] = [*side[kind][0], *pooled]
    return found


def _results(
    sides: Sequence[dict[str, Any]], models: dict[str, dict[str, float]]
) -> list[dict[str, Any]]:
    lines = []
    for side in sides:
        kinds = {"words": "words", "meaning": "words_and_meaning"}
        for kind, name in kinds.items():
            if kind in side:
                held = side[kind][1]
                lines.append(
                    {
                        "set": side["name"],
                        "model": name,
                        "questions": len(held),
                        "fused": mrr(held, {"fused": 1.0}),
                        "reranked": mrr(held, models[name]),
                    }
                )
    return lines


def _progress(name: str) -> Any:
    def report(done: int, total: int) -> None:
        if done % 256 < 32 or done == total:
            _say(f"  {name}: {done} of {total} paragraphs embedded")

    return report


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
