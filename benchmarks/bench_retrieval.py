"""How often the right passage is found: this project against stock retrievers, and its gates.

Run as: python -m benchmarks.bench_retrieval [--squad FILE ...] [--questions 1000] [--quick]

(a) The demo world's labelled questions (held-out split), both languages, each as the NPC, the story
point and the trust of its label. (b) Every FILE in the SQuAD format: question -> its paragraph among
all paragraphs. Every side gets the same documents and embeddings; p50 is the search alone. A peer is
spared the gates: its long result list is filtered for it. (c) Probes of the gates: every NPC x story
point x secret, asked directly, by hint, and by injection, with the secret's own vectors; a probe that
is given anything behind a closed gate is a leak. (d) p50 at 10,000 and 100,000 passages, embedding
excluded. Progress goes to stderr; the last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.bench_lore import Bench, read_questions
from benchmarks.retrieval_peers import Known, peers
from benchmarks.retrieval_probes import probe_gates
from benchmarks.retrieval_speed import p50_at
from langchain_app.domain.lore.lore import Knower
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.text import LANGUAGES, Language
from langchain_app.domain.turn import Exchange, Utterance
from langchain_app.language.tokens import Tokeniser
from langchain_app.retrieval.e5 import EmbeddedE5
from langchain_app.retrieval.ingest import Embedding, embed
from langchain_app.retrieval.knowledge import Knowledge, StoredChunk
from langchain_app.retrieval.lore_retriever import HybridRetriever
from langchain_app.retrieval.snapshot import Snapshot
from training.reranker.squad import NotSquad, RetrievalSet, read_squad, sampled

RESULTS = Path(__file__).parent / "results" / "retrieval.json"
WORLD = Path("game_knowledge/ebbhold")
EVERYBODY = Knower(frozenset({"public"}), StoryState(), 1.0)
UNLABELLED = 50
OURS = "dramatis"
GOALS = {
    "squad_mrr10": 0.92,
    "world_recall5": 0.95,
    "gate_leaks": 0,
    "p50_ms_10k": 8,
    "p50_ms_100k": 20,
}


@dataclass(frozen=True)
class Task:
    """One question: who asks, what counts as right, what was said before."""

    text: str
    language: Language
    right: frozenset[str]
    knower: Knower
    recent: tuple[Exchange, ...] = ()


def figures(ranks: Sequence[int | None], seconds: Sequence[float]) -> dict[str, float]:
    """Return recall@1 and @5, MRR@10, nDCG@10 (one right passage counts) and p50 in ms."""
    places = np.asarray([99 if rank is None else rank for rank in ranks], dtype=float)
    within = places < 10
    return {
        "questions": len(places),
        "recall1": round(float((places < 1).mean()), 4),
        "recall5": round(float((places < 5).mean()), 4),
        "mrr10": round(float(np.where(within, 1 / (places + 1), 0).mean()), 4),
        "ndcg10": round(float(np.where(within, 1 / np.log2(places + 2), 0).mean()), 4),
        "p50_ms": round(float(np.median(seconds)) * 1000, 2),
    }


async def measured(
    tasks: Sequence[Task],
    search: Callable[[Task], Awaitable[list[str]]],
    before: Callable[[str], object] = lambda text: None,
) -> dict[str, float]:
    """Ask every question; return the figures. `before` is done outside the clock."""
    ranks: list[int | None] = []
    seconds = []
    for task in tasks:
        before(task.text)
        started = time.perf_counter()
        found = await search(task)
        seconds.append(time.perf_counter() - started)
        ranks.append(next((n for n, key in enumerate(found[:10]) if key in task.right), None))
    return figures(ranks, seconds)


async def compare(
    name: str,
    retriever: HybridRetriever,
    stored: Sequence[StoredChunk],
    tasks: Sequence[Task],
    tokeniser: Tokeniser,
    model: EmbeddedE5,
    folder: Path | None,
) -> dict[str, dict[str, float]]:
    """Return the figures of this project and of every peer on one set of documents.

    Without a `folder` for their stores there are no peers.
    """
    language = tasks[0].language
    texts = {
        e.chunk.id: " ".join((e.chunk.title, *e.chunk.aliases, e.chunk.text, *e.chunk.asked))
        for e in stored
    }
    gates = {e.chunk.id: e.chunk.gate for e in stored}
    known = _known(name, list(texts.values()) if folder else [], model)
    known.vectors |= {task.text: model.embed_query(task.text) for task in tasks}

    async def ours(task: Task) -> list[str]:
        found = await retriever.find(
            Utterance(task.text, language),
            task.knower,
            known.vectors[task.text],
            recent=task.recent,
            limit=10,
            only_sure=False,
        )
        return [scored.chunk.id for scored in found.chunks]

    rows = {OURS: await measured(tasks, ours, before=model.embed_words)}
    show(name, OURS, rows[OURS])
    if folder is None:
        return rows
    gated = any(gate.audience != ("public",) for gate in gates.values())
    for peer, search in peers(texts, language, tokeniser, known, folder, gated=gated).items():

        async def theirs(task: Task, search: Any = search) -> list[str]:
            return [key for key in search(task.text) if gates[key].admits(task.knower)]

        rows[peer] = await measured(tasks, theirs)
        show(name, peer, rows[peer])
    return rows


def _known(name: str, texts: Sequence[str], model: EmbeddedE5) -> Known:
    vectors: dict[str, Sequence[float]] = {}
    for start in range(0, len(texts), 64):
        batch = list(texts[start : start + 64])
        vectors.update(zip(batch, model.embed_documents(batch), strict=True))
        if start % 512 == 0:
            say(f"  {name}: {start} of {len(texts)} texts embedded for the peers")
    return Known(vectors)


async def world(bench: Bench, model: EmbeddedE5, folder: Path | None) -> dict[str, Any]:
    """Return the figures of the demo world's held-out questions."""
    rows = {}
    for language in LANGUAGES:
        tasks = [
            Task(
                q.question,
                language,
                frozenset(q.answers),
                Knower(
                    bench.world.npc(q.npc).audiences, StoryState(flags=frozenset(q.flags)), q.trust
                ),
                (Exchange(q.previous, ""),) if q.previous else (),
            )
            for q in read_questions(WORLD, "test")
            if q.language == language and q.answers
        ]
        stored = [e for e in bench.knowledge.stored if e.chunk.language == language]
        rows[language] = await compare(
            f"world {language}", bench.retriever, stored, tasks, bench.tokeniser, model, folder
        )
    return rows


async def squad(found: RetrievalSet, count: int, model: EmbeddedE5, folder: Path | None) -> Any:
    """Return the figures of one question -> paragraph set."""
    tokeniser = Tokeniser()
    lines = [asked.text for asked in sampled(found.questions, UNLABELLED)]
    work = Embedding(model, lambda done, total: _tell(found.name, done, total), len(found.chunks))
    weight, stored = embed(found.chunks, lines, tokeniser, work)
    knowledge = Knowledge("squad", "1", model.model_name, {found.language: weight}, tuple(stored))
    retriever = HybridRetriever(Snapshot(knowledge), tokeniser, words=model)
    tasks = [
        Task(asked.text, found.language, frozenset({f"p{asked.answer}"}), EVERYBODY)
        for asked in sampled(found.questions, count)
    ]
    target = folder / found.name if folder else None
    if target:
        target.mkdir()
    return await compare(found.name, retriever, stored, tasks, tokeniser, model, target)


def show(name: str, side: str, row: Mapping[str, float]) -> None:
    print(
        f"{name:<26} {side:<32} R@1 {row['recall1']:.3f}  R@5 {row['recall5']:.3f}  "
        f"MRR@10 {row['mrr10']:.3f}  nDCG@10 {row['ndcg10']:.3f}  p50 {row['p50_ms']:7.2f} ms",
        flush=True,
    )


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _tell(name: str, done: int, total: int) -> None:
    if done % 256 < 32 or done == total:
        say(f"  {name}: {done} of {total} paragraphs embedded")


def best(rows: Mapping[str, Mapping[str, float]], figure: str) -> float | None:
    """Return the best peer's figure; None where there was no peer."""
    return max((row[figure] for side, row in rows.items() if side != OURS), default=None)


async def run(arguments: argparse.Namespace) -> dict[str, Any]:
    sets = [read_squad(path) for path in arguments.squad]
    count, probes = (100, 500) if arguments.quick else (arguments.questions, 10_000)
    with tempfile.TemporaryDirectory(prefix="dramatis-bench-") as temporary:
        folder = Path(temporary)
        bench = Bench(WORLD)
        model = bench.embeddings
        assert isinstance(model, EmbeddedE5)
        stores = None if arguments.quick else folder
        worlds = await world(bench, model, stores)
        squads = {s.name: await squad(s, count, model, stores) for s in sets}
        gates = await probe_gates(bench.world, bench.knowledge, bench.tokeniser, probes, say)
        print(f"gates: {gates['probes']} probes, {gates['leaks']} leaks")
        sizes = {"10k": 2_000} if arguments.quick else {"10k": 10_000, "100k": 100_000}
        speed = {name: await p50_at(size, say) for name, size in sizes.items()}
        for name, milliseconds in speed.items():
            print(f"p50 of the whole retrieval at {name}: {milliseconds:.2f} ms")
    english = next((rows for s, rows in squads.items() if _is(sets, s, "en")), None)
    summary: dict[str, Any] = {
        "squad_mrr10": english[OURS]["mrr10"] if english else None,
        "squad_best_peer_mrr10": best(english, "mrr10") if english else None,
        "world_recall5_ko": worlds["ko"][OURS]["recall5"],
        "world_recall5_en": worlds["en"][OURS]["recall5"],
        "world_best_peer_recall5_ko": best(worlds["ko"], "recall5"),
        "world_best_peer_recall5_en": best(worlds["en"], "recall5"),
        "gate_probes": gates["probes"],
        "gate_leaks": gates["leaks"],
        "p50_ms_10k": round(speed["10k"], 2),
        "p50_ms_100k": round(speed["100k"], 2) if "100k" in speed else None,
    }
    if not arguments.quick:
        RESULTS.parent.mkdir(exist_ok=True)
        written = {**summary, "goals": GOALS, "world": worlds, "sets": squads}
        RESULTS.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return summary


def _is(sets: Sequence[RetrievalSet], name: str, language: Language) -> bool:
    return any(s.name == name and s.language == language for s in sets)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--squad", nargs="*", type=Path, default=[], metavar="FILE")
    parser.add_argument("--questions", type=int, default=1000, help="at most, of each FILE")
    parser.add_argument("--quick", action="store_true", help="a small run without peers, for CI")
    try:
        summary = asyncio.run(run(parser.parse_args()))
    except NotSquad as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
