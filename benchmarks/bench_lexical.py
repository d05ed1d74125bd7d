"""Lexical search: our compiled BM25 against rank_bm25's own, in one run, bit for bit.

Run as: python -m benchmarks.bench_lexical [--quick]

Method. Documents of 40 to 60 tokens are drawn from a vocabulary of 50,000 words by Zipf and
Mandelbrot's law, p(r) ~ 1 / (r + 2.7) (Mandelbrot 1953; 2.7 is his fit to prose); queries have 3 to
8 tokens from the same law, one in twenty of them a word that no document has. Both sides answer the
same blocks of queries in turn, the first side alternating; every query is timed by itself, and every
pair of score arrays is compared with np.array_equal. Shown are p50s a query. The column "strict" is
the ratio where the sides alternate query by query instead: each of ours then starts with caches that
rank_bm25's walk over all documents has emptied. Everything is seeded. Writes results/lexical.json;
the last line printed is JSON.
"""

from __future__ import annotations

import argparse
import gc
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi

from langchain_app.retrieval.lexical_index import LexicalIndex

RESULTS = Path(__file__).parent / "results" / "lexical.json"
VOCABULARY = 50_000
SHIFT = 2.7
UNKNOWN_SHARE = 0.05
SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000}
QUERIES = {"1k": 300, "10k": 120, "100k": 15}
QUICK_QUERIES = {"1k": 120, "10k": 40, "100k": 5}
GOALS = {"1k": 40, "10k": 100, "100k": 300}

Tokens = list[str]
Scores = NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description="BM25: LexicalIndex against rank_bm25.")
    parser.add_argument("--quick", action="store_true", help="fewer queries, for CI")
    quick = parser.parse_args().quick
    counts = QUICK_QUERIES if quick else QUERIES
    random = np.random.default_rng(20261120)
    rows = {name: measure(size, counts[name], random) for name, size in SIZES.items()}
    show(rows)
    summary = {f"speedup_{name}": row["speedup"] for name, row in rows.items()}
    summary["identical"] = all(row["identical"] for row in rows.values())
    if not quick:  # a quick run is too short to be quoted
        RESULTS.parent.mkdir(exist_ok=True)
        written = {**summary, "sizes": rows, "goals": GOALS}
        RESULTS.write_text(json.dumps(written, indent=1) + "\n")
    print(json.dumps(summary))


def measure(size: int, count: int, random: np.random.Generator) -> dict[str, float | bool]:
    """Return p50s in milliseconds, their ratio and whether all scores were the same."""
    corpus = [tuple(draw(random, length)) for length in random.integers(40, 61, size)]
    queries = [player_words(random) for _ in range(count)]
    started = time.perf_counter()
    ours = LexicalIndex(corpus)
    built = time.perf_counter() - started
    theirs = BM25Okapi([list(document) for document in corpus])
    gc.collect()
    own, stock, same = compare(ours, theirs, queries, block=5 if size > 50_000 else 20)
    strict_own, strict_stock, strict_same = compare(ours, theirs, queries, block=1)
    return {
        "documents": size,
        "queries": 2 * count,
        "own_p50_ms": round(own, 4),
        "rank_bm25_p50_ms": round(stock, 3),
        "speedup": round(stock / own, 1),
        "strict_speedup": round(strict_stock / strict_own, 1),
        "identical": same and strict_same,
        "build_s": round(built, 2),
    }


def compare(
    ours: LexicalIndex, theirs: BM25Okapi, queries: Sequence[Tokens], *, block: int
) -> tuple[float, float, bool]:
    """Return both p50s in milliseconds over alternating blocks, and whether all scores agreed."""
    own: list[float] = []
    stock: list[float] = []
    identical = True
    sides = [(ours.scores, own), (theirs.get_scores, stock)]
    for start in range(0, len(queries), block):
        scores = {}
        for score, times in sides:
            scores[id(times)] = [
                timed(score, query, times) for query in queries[start : start + block]
            ]
        pairs = zip(scores[id(own)], scores[id(stock)], strict=True)
        identical = identical and all(np.array_equal(a, b) for a, b in pairs)
        sides.reverse()
    return float(np.median(own)), float(np.median(stock)), identical


def draw(random: np.random.Generator, length: int) -> Tokens:
    """Draw words by Zipf-Mandelbrot's law, by inverting its (continuous) distribution function."""
    span = np.log((VOCABULARY + SHIFT) / SHIFT)
    ranks = SHIFT * np.exp(random.random(length) * span) - SHIFT
    return [f"w{rank}" for rank in ranks.astype(np.int64)]


def player_words(random: np.random.Generator) -> Tokens:
    """Draw a query: words as documents have them, now and then one that none has."""
    words = draw(random, int(random.integers(3, 9)))
    unknown = random.random(len(words)) < UNKNOWN_SHARE
    return [f"?{word}" if new else word for word, new in zip(words, unknown, strict=True)]


def timed(score: Callable[[Sequence[str]], Scores], query: Tokens, times: list[float]) -> Scores:
    """Return the scores; their milliseconds are added to `times`."""
    started = time.perf_counter()
    scores = score(query)
    times.append((time.perf_counter() - started) * 1000)
    return scores


def show(rows: dict[str, dict[str, float | bool]]) -> None:
    """Print the table."""
    print(
        f"{'documents':>10} {'ours ms':>9} {'rank_bm25 ms':>13} {'times':>7} {'goal':>5}"
        f" {'strict':>7}  identical"
    )
    for name, row in rows.items():
        print(
            f"{row['documents']:>10,} {row['own_p50_ms']:>9.4f} {row['rank_bm25_p50_ms']:>13.2f} "
            f"{row['speedup']:>7.1f} {GOALS[name]:>5} "
            f"{row['strict_speedup']:>7.1f}  {row['identical']}"
        )


if __name__ == "__main__":
    main()
