"""Measure what the encoder's vectors have in common, and write it where retrieval takes it out.

Run as: python -m training.reranker.axes FILE [FILE ...] --lines training/understanding/data/lines

Each FILE has sentences of one language: a set in the SQuAD format, or KLUE's premises (README.md here
says where to get them). They are read alone and joined by fours, and the players' lines of this
repository beside them, all as queries and as passages: only the role differs. Writes `e5_axes.npz`
(means of whole texts and of words by role, and the languages' difference; each language counts alike)
and `e5_basis.npy` (128 principal components of the words) into langchain_app/retrieval. Progress goes
to stderr; the last line is JSON: cosines of unrelated texts, before and after.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np

from langchain_app.domain.text import LANGUAGES, Language, detect_language
from langchain_app.encoder.encoder import Encoder
from langchain_app.language.tokens import sentences
from langchain_app.retrieval.axes import Axes, Role
from langchain_app.retrieval.e5 import Read, read_passage, read_query
from langchain_app.retrieval.token_vectors import DIMENSIONS, Floats, unit_rows

OUT = Path("langchain_app/retrieval")
TEXTS, JOINED = 700, 4
"""So many sentences and so many lines of each language are read."""


def read_sentences(path: Path) -> list[str]:
    """Return the sentences of a set in the SQuAD format, or the premises of KLUE's entailments."""
    content = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(content, list):
        return list(dict.fromkeys(entry["premise"] for entry in content))
    paragraphs = [p["context"] for article in content["data"] for p in article["paragraphs"]]
    return list(dict.fromkeys(s for text in paragraphs for s in sentences(text)))


def of_two_lengths(texts: Sequence[str]) -> list[str]:
    """Return each text alone, and each joined with the next ones."""
    starts = range(0, len(texts) - JOINED + 1, JOINED)
    return [*texts, *(" ".join(texts[at : at + JOINED]) for at in starts)]


def axes_from(rows: dict[tuple[Role, Language], Floats]) -> Axes:
    """Return what vectors of length 1 have in common; each language counts alike."""
    means = {key: found.mean(axis=0) for key, found in rows.items()}
    between = np.sum([means[role, "en"] - means[role, "ko"] for role in get_args(Role)], axis=0)
    return Axes(
        {r: np.mean([means[r, lang] for lang in LANGUAGES], axis=0) for r in get_args(Role)},
        between / np.float32(np.linalg.norm(between)),
    )


def unrelated(found: dict[tuple[Role, Language], Floats]) -> dict[str, list[float]]:
    """Return mean, deviation and 99th percentile of the cosines of unrelated queries and passages."""
    figures = {}
    for language in LANGUAGES:
        cosines = found["query", language][:TEXTS] @ found["passage", language][TEXTS:].T
        figures[language] = [
            round(float(f), 3) for f in (cosines.mean(), cosines.std(), np.quantile(cosines, 0.99))
        ]
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--lines", type=Path, required=True, help="folder of players' lines")
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    told: dict[Language, list[str]] = {language: [] for language in LANGUAGES}
    for text in (text for path in arguments.files for text in read_sentences(path)):
        told[detect_language(text)].append(text)
    said: dict[Language, list[str]] = {language: [] for language in LANGUAGES}
    for path in sorted(arguments.lines.glob("*.jsonl")):
        for line in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            said[line["l"]].append(line["t"])
    texts, words = _read(Encoder(), told, said)
    of_texts, of_words = axes_from(texts), axes_from(words)
    apart = [of_words.apart(words["passage", language], "passage") for language in LANGUAGES]
    rows = np.concatenate([found[: min(map(len, apart))] for found in apart])
    _, vectors = np.linalg.eigh(rows.T @ rows)
    np.savez(
        arguments.out / "e5_axes.npz",
        **_named("texts", of_texts),
        **_named("words", of_words),
    )
    basis = np.ascontiguousarray(vectors[:, ::-1][:, :DIMENSIONS])
    np.save(arguments.out / "e5_basis.npy", basis.astype(np.float16))
    after = {(r, lang): of_texts.apart(found, r) for (r, lang), found in texts.items()}
    print(json.dumps({"before": unrelated(texts), "after": unrelated(after)}))


def _read(
    encoder: Encoder, told: dict[Language, list[str]], said: dict[Language, list[str]]
) -> tuple[dict[tuple[Role, Language], Floats], dict[tuple[Role, Language], Floats]]:
    """Return the vectors of whole texts and those of words, by role and language."""
    texts: dict[tuple[Role, Language], Floats] = {}
    words: dict[tuple[Role, Language], Floats] = {}
    for language in LANGUAGES:
        read = [*_some(said[language]), *of_two_lengths(_some(told[language]))]
        parts: dict[Role, list[Read]] = {
            "query": [read_query(encoder, text) for text in read],
            "passage": [read_passage(encoder, [text]) for text in read],
        }
        for role, found in parts.items():
            texts[role, language] = unit_rows(np.stack([one.pooled for one in found]))
            words[role, language] = unit_rows(np.concatenate([one.words for one in found]))
            print(f"  {language} {role}: {len(found)} texts", file=sys.stderr, flush=True)
    return texts, words


def _some(texts: Sequence[str]) -> list[str]:
    chosen = list(dict.fromkeys(texts))
    random.Random(7).shuffle(chosen)  # noqa: S311  a sample, no secret
    return chosen[:TEXTS]


def _named(what: str, axes: Axes) -> dict[str, Any]:
    return {f"{what}.{role}": mean for role, mean in axes.means.items()} | {
        f"{what}.languages": axes.languages
    }


if __name__ == "__main__":
    main()
