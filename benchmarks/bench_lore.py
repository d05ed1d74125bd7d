"""How often the right passage is found, and how often an NPC rightly knows nothing.

Run as: python -m benchmarks.bench_lore [--split dev|test|all] [--bare] [--without STEP ...]
[--verbose]

Asks the world's labelled questions (game_knowledge/<world>/evaluation/) of the retriever alone, each
as the NPC, the story point and the trust of its label. Prints, a language: recall@1 and @5 before the
bar of confidence, and after it how many answerable questions are answered from a right passage, how
many get a wrong one, how many gated questions are rightly not answered, and how many gated passages
were returned (must be 0). Thresholds are tuned on the dev split; figures are reported on test.
`--bare` asks of the world without the questions that its authors expect, as of a newcomer's world.
The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean
from typing import Any

from langchain_app.composition.adapters import milvus_store, platform_embeddings, tokeniser_of
from langchain_app.composition.bootstrap import ingest_world
from langchain_app.domain.lore.lore import Knower
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.text import LANGUAGES
from langchain_app.domain.turn import Exchange, Utterance
from langchain_app.domain.understanding.understanding import Before, ToRead
from langchain_app.encoder.answers import EmbeddedAnswers
from langchain_app.encoder.encoder import Encoder
from langchain_app.encoder.understanding import EmbeddedUnderstanding
from langchain_app.retrieval.e5 import EmbeddedE5
from langchain_app.retrieval.lore_retriever import HybridRetriever
from langchain_app.retrieval.query_rewriting import QueryRewriter
from langchain_app.retrieval.reranking import NoReranker
from langchain_app.retrieval.snapshot import Snapshot
from langchain_app.settings import PlatformSettings, Settings
from langchain_app.worlds import load_world

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Question:
    id: str
    language: str
    npc: str
    flags: list[str]
    trust: float
    question: str
    answers: list[str]
    gated: list[str]
    kind: str
    previous: str | None
    split: str


@dataclass(frozen=True)
class Outcome:
    question: Question
    found: list[str]
    sure: list[str]


class Bench:
    def __init__(
        self, world: Path, state: Path | None = None, without: frozenset[str] = frozenset()
    ) -> None:
        platform = PlatformSettings(world=world, **({"state_dir": state} if state else {}))
        settings = Settings(platform=platform)
        ingest_world(settings, lambda done, total: None)
        self.world = load_world(world)
        encoder = Encoder()
        self.embeddings = platform_embeddings(settings, encoder)
        self.tokeniser = tokeniser_of(self.world)
        self.understanding = EmbeddedUnderstanding(encoder, self.tokeniser.korean)
        knowledge = milvus_store(settings).read(self.world.id)
        assert knowledge is not None
        self.knowledge = knowledge
        self.retriever = HybridRetriever(
            Snapshot(knowledge),
            self.tokeniser,
            reranker=NoReranker() if "reranker" in without else None,
            rewriter=QueryRewriter(
                self.tokeniser, topic="topic" not in without, spelling="spelling" not in without
            ),
            words=self.embeddings if isinstance(self.embeddings, EmbeddedE5) else None,
            answers=None if "answers" in without else EmbeddedAnswers(encoder),
        )

    async def ask(self, question: Question) -> Outcome:
        npc = self.world.npc(question.npc)
        knower = Knower(npc.audiences, StoryState(flags=frozenset(question.flags)), question.trust)
        utterance = Utterance(question.question, question.language)  # type: ignore[arg-type]
        recent = (Exchange(question.previous, ""),) if question.previous else ()
        vector = self.embeddings.embed_query(question.question)
        before = tuple(Before(turn.player, turn.npc) for turn in recent)
        to_read = ToRead(utterance.text, utterance.language, npc, before)
        alone = self.understanding.reading(to_read).alone
        find = partial(self.retriever.find, utterance, knower, vector, recent=recent, alone=alone)
        ranked, sure = await find(limit=5, only_sure=False), await find()
        return Outcome(
            question,
            [found.chunk.id for found in ranked.chunks],
            [found.chunk.id for found in sure.chunks],
        )


def read_questions(world: Path, split: str) -> list[Question]:
    lines = [
        json.loads(line)
        for language in LANGUAGES
        for line in (world / "evaluation" / f"questions.{language}.jsonl").read_text().splitlines()
        if line.strip()
    ]
    return [Question(**line) for line in lines if split in ("all", line["split"])]


def figures(outcomes: list[Outcome]) -> dict[str, float]:
    """Return the figures of one language."""
    open_ = [o for o in outcomes if o.question.answers]
    gated = [o for o in outcomes if o.question.gated]
    hits = [set(o.question.answers) for o in open_]
    return {
        "questions": len(outcomes),
        "recall1": mean(bool(a & set(o.found[:1])) for a, o in zip(hits, open_, strict=True)),
        "recall5": mean(bool(a & set(o.found)) for a, o in zip(hits, open_, strict=True)),
        "answered_right": mean(bool(a & set(o.sure[:1])) for a, o in zip(hits, open_, strict=True)),
        "answered_wrong": mean(
            bool(o.sure) and not a & set(o.sure[:1]) for a, o in zip(hits, open_, strict=True)
        ),
        "not_answered": mean(not o.sure for o in open_),
        "gated_unanswered": mean(not o.sure for o in gated),
        "gated_leaks": sum(bool(set(o.question.gated) & set(o.found + o.sure)) for o in gated),
    }


def bare(world: Path, folder: Path) -> Path:
    """Write the world without what its authors expect to be asked: `? ` lines and `asked` fields."""
    to = folder / world.name
    shutil.copytree(world, to)
    for file in (to / "worldview").glob("*.md"):
        kept = (line for line in file.read_text().splitlines(True) if not line.startswith("? "))
        file.write_text("".join(kept))
    for file in to.rglob("*.json"):
        file.write_text(json.dumps(_unasked(json.loads(file.read_text())), ensure_ascii=False))
    return to


def _unasked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unasked(one) for key, one in value.items() if key != "asked"}
    return [_unasked(one) for one in value] if isinstance(value, list) else value


async def _all(bench: Bench, questions: list[Question]) -> list[Outcome]:
    return [await bench.ask(question) for question in questions]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--world", type=Path, default=Path("game_knowledge/ebbhold"))
    parser.add_argument("--split", choices=("dev", "test", "all"), default="test")
    parser.add_argument("--verbose", action="store_true", help="print what was missed")
    parser.add_argument(
        "--without",
        nargs="*",
        default=[],
        choices=("topic", "spelling", "reranker", "answers"),
        help="leave a step out, to see what it gains; nothing is written then",
    )
    parser.add_argument("--bare", action="store_true", help="without expected questions")
    arguments = parser.parse_args()
    questions = read_questions(arguments.world, arguments.split)
    with tempfile.TemporaryDirectory(prefix="dramatis-bench-") as folder:
        world, state = arguments.world, None
        if arguments.bare:
            world, state = bare(world, Path(folder)), Path(folder) / "state"
        bench = Bench(world, state, frozenset(arguments.without))
        outcomes = asyncio.run(_all(bench, questions))
    results: dict[str, Any] = {"split": arguments.split}
    for language in LANGUAGES:
        mine = [o for o in outcomes if o.question.language == language]
        results[language] = {key: round(value, 3) for key, value in figures(mine).items()}
        print(language, json.dumps(results[language]))
        missed = Counter(o.question.kind for o in mine if o.question.answers and not o.sure)
        print("   not answered, by kind:", dict(missed))
    if arguments.verbose:
        for o in outcomes:
            if o.question.answers and not set(o.question.answers) & set(o.found[:1]):
                print(
                    o.question.kind,
                    o.question.npc,
                    o.question.question,
                    o.question.answers,
                    o.found,
                )
    RESULTS.mkdir(exist_ok=True)
    if arguments.split == "test" and not arguments.without:
        file = RESULTS / ("lore-bare.json" if arguments.bare else "lore.json")
        file.write_text(json.dumps(results, indent=1) + "\n")
    print(json.dumps(results))


if __name__ == "__main__":
    main()
