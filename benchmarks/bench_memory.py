"""Whether NPCs remember: what they were told, in its newest form, and nothing that they were not.

Run as: python -m benchmarks.bench_memory [--split dev|test|probe] [--quick]

Method. memory_talks.py generates players who talk with two NPCs over five days, in real turns through
the platform's graph and its one commit statement, on a fresh embedded PostgreSQL with the real encoder
and kiwi; lore is left out and the embedded speaker answers. On the sixth day they ask. A question
counts as recalled when what it asks for is among the first five recollections of that turn, and
does not stand behind what is no longer true; a question about what was never told, or told to
another NPC, counts as abstained when nothing comes to mind. Next-turn visibility asks in the turn
after the telling, in the words of the telling: it is about what is written, not how it is put.
Cost is the time of one recall with 100 and with 100,000 memories of one player and NPC (one in five
with a fact), measured in turns. Phrasings of the test split were not tuned on.

A full run on the test split writes results/memory.json; the last line printed is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

from benchmarks.memory_talks import HEARER, Ask, Say, Talk, talks
from benchmarks.scripted import WORLD
from langchain_app.domain.lore.lore import Findings
from langchain_app.domain.memory.facts import Asked
from langchain_app.domain.memory.memory import Recollection
from langchain_app.domain.story.policy import policy_of
from langchain_app.domain.turn import TurnRequest, Utterance
from langchain_app.encoder.encoder import Encoder
from langchain_app.encoder.understanding import EmbeddedUnderstanding
from langchain_app.graph.context import Parts
from langchain_app.language.listener import LocalListener
from langchain_app.language.tokens import Tokeniser
from langchain_app.llm.registry import embedded_speaker
from langchain_app.observability.tracing import Tracing
from langchain_app.persistence.chronicle import PostgresChronicle
from langchain_app.persistence.memory_book import PostgresMemoryBook
from langchain_app.persistence.postgres import Postgres
from langchain_app.persistence.timelines import PostgresTimelines
from langchain_app.retrieval.embeddings import open_embeddings
from langchain_app.services.dialogue import Dialogue
from langchain_app.worlds import load_world

RESULTS = Path(__file__).parent / "results" / "memory.json"
GOALS = {"recall5": 0.9, "abstention": 0.9, "next_turn_visible": 1.0, "cost_ratio_100k_to_100": 2}
WEIGHTS = {"en": 0.313, "ko": 0.0}
"""How far embeddings are trusted: what the demo world's ingest learns (its fusion weights)."""
LANGUAGES = ("ko", "en")


@dataclass(frozen=True, slots=True)
class Plan:
    """Players a language, pairs for next-turn visibility, memories of the two sizes, recalls timed."""

    players: int
    visible: int
    sizes: tuple[int, int]
    timed: int


FULL = Plan(24, 24, (100, 100_000), 400)
QUICK = Plan(3, 4, (100, 10_000), 80)


class NoLore:
    """Knows nothing: what is asked here is in no lore book."""

    async def search(self, utterance: Any, scene: Any, vector: Any, **_: Any) -> Findings:
        return Findings()

    async def leak(self, reply: str, language: Any, knower: Any, said: str) -> str | None:
        return None


class Watched:
    """The memory book, and what it recalled last."""

    def __init__(self, book: PostgresMemoryBook) -> None:
        self.book = book
        self.last: tuple[Recollection, ...] = ()

    async def recall(
        self, scene: Any, utterance: Any, vector: Any, asked: Any
    ) -> tuple[Recollection, ...]:
        self.last = await self.book.recall(scene, utterance, vector, asked)
        return self.last


@dataclass
class House:
    """The parts that a turn is played with."""

    dialogue: Dialogue
    memory: Watched
    postgres: Postgres
    timelines: PostgresTimelines
    world: Any
    embeddings: Any


@dataclass
class Score:
    """How many of each kind of question came right; and which did not."""

    right: Counter = field(default_factory=Counter)
    asked: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def share(self, *kinds: str) -> float:
        asked = sum(self.asked[kind] for kind in kinds)
        return round(sum(self.right[kind] for kind in kinds) / asked, 4) if asked else 0.0


REMEMBERED, UNTOLD = ("single", "update", "time", "who"), ("abstain", "who-not")


def main() -> None:
    parser = argparse.ArgumentParser(description="Recall, abstention, and what a recall costs.")
    parser.add_argument("--split", choices=("dev", "test", "probe"), default="test")
    parser.add_argument("--quick", action="store_true", help="fewer players and memories, for CI")
    parser.add_argument("--wrong", action="store_true", help="print what went wrong")
    parser.add_argument("--no-cost", action="store_true", help="leave the cost out")
    options = parser.parse_args()
    asyncio.run(run(options, QUICK if options.quick else FULL))


async def run(options: argparse.Namespace, plan: Plan) -> None:
    scores = {}
    async with house() as home:
        for language in LANGUAGES:
            scores[language] = await questions(home, language, options.split, plan)
        visible = await next_turn(home, options.split, plan)
        costs = {} if options.no_cost else await cost(home, plan)
    show(scores, visible, costs, options.wrong)
    both = [scores[language] for language in LANGUAGES]
    untold = sum(score.asked[kind] for score in both for kind in UNTOLD)
    kept = sum(score.right[kind] for score in both for kind in UNTOLD)
    summary = {
        **{f"recall5_{language}": scores[language].share(*REMEMBERED) for language in LANGUAGES},
        "abstention": round(kept / untold, 4),
        "next_turn_visible": visible,
        "cost_ratio_100k_to_100": round(ratio(costs), 2) if costs else None,
    }
    if plan is FULL and options.split == "test" and costs:
        RESULTS.parent.mkdir(exist_ok=True)
        kinds = {
            language: {kind: score.share(kind) for kind in (*REMEMBERED, *UNTOLD)}
            | {"questions": score.asked.total()}
            for language, score in scores.items()
        }
        spent = {str(size): round(median(found), 3) for size, found in costs.items()}
        written = {**summary, "goals": GOALS, "kinds": kinds, "recall_ms": spent}
        RESULTS.write_text(json.dumps(written, indent=1) + "\n")
    print(json.dumps(summary))


@asynccontextmanager
async def house() -> AsyncIterator[House]:
    """Open the parts on a fresh database."""
    folder = Path(tempfile.mkdtemp(prefix="dramatis-memory-"))
    world = load_world(WORLD)
    tokeniser = Tokeniser(world.names)
    encoder = Encoder()
    embeddings = open_embeddings("embedded", encoder=encoder, base_url=None, model=None)
    postgres, tracing = Postgres(None, folder / "postgres"), Tracing()
    listener = LocalListener(tokeniser, (), {})
    speaker = embedded_speaker(tokeniser.korean)
    memory = Watched(PostgresMemoryBook(postgres, listener, WEIGHTS))
    timelines = PostgresTimelines(postgres)
    parts = Parts(
        world=world,
        policy=policy_of(world),
        timelines=timelines,
        memory_book=memory,
        chronicle=PostgresChronicle(postgres, world, listener, WEIGHTS),
        lore=NoLore(),
        listener=listener,
        understanding=EmbeddedUnderstanding(encoder, tokeniser.korean),
        speaker=speaker,
        fallback=speaker,
    )
    dialogue = Dialogue(
        parts,
        tracing,
        embeddings.aembed_query,
        turn_seconds=20.0,
        max_message_chars=2000,
        max_concurrent_turns=4,
    )
    try:
        await postgres.open()
        yield House(dialogue, memory, postgres, timelines, world, embeddings)
    finally:
        tracing.close()
        await postgres.close()
        shutil.rmtree(folder, ignore_errors=True)


async def say(home: House, talk: Talk, line: Say | Ask, session: str | None, at: float) -> Any:
    """Play one real turn."""
    request = TurnRequest(
        message=line.text,
        turn_id=f"turn-{uuid4().hex}",
        turn_id_is_new=True,
        npc_id=line.npc,
        player_id=None if session else talk.player,
        session_id=session,
        game_time=at,
    )
    home.memory.last = ()
    return await home.dialogue.play(request)


async def questions(home: House, language: str, split: str, plan: Plan) -> Score:
    """Let every player talk and ask."""
    score = Score()
    for number, talk in enumerate(talks(language, split, plan.players), 1):
        print(f"\r{language} {split}: player {number}/{plan.players} ", end="", file=sys.stderr)
        keys: dict[str, str] = {}
        for day, lines in enumerate(talk.days):
            session = None
            for hour, line in enumerate(lines):
                answer = await say(home, talk, line, session, 24.0 * day + 8 + hour / 4)
                session = answer["session_id"]
                if line.key:
                    keys[answer["turn_id"]] = line.key
        for hour, ask in enumerate(talk.asks):
            answer = await say(home, talk, ask, None, 24.0 * len(talk.days) + 8 + hour / 10)
            found = [keys.get(memory.turn_id, "") for memory in home.memory.last[:5]]
            score.asked[ask.kind] += 1
            if correct(ask, found, home.memory.last):
                score.right[ask.kind] += 1
            else:
                shown = [memory.text[:60] for memory in home.memory.last]
                score.wrong.append(f"{talk.player} {ask.kind} {ask.text} -> {ask.wants}: {shown}")
    print(file=sys.stderr)
    return score


def correct(ask: Ask, found: Sequence[str], recalled: Sequence[Recollection]) -> bool:
    """Tell whether the right thing came to mind, or nothing where nothing may."""
    if not ask.wants:
        return not recalled
    if ask.wants not in found:
        return False
    stale = ask.not_before in found and found.index(ask.not_before) < found.index(ask.wants)
    return not (ask.not_before and stale)


async def next_turn(home: House, split: str, plan: Plan) -> float:
    """Return how often what was told is recalled in the very next turn, asked for in its own words."""
    seen = []
    for language in LANGUAGES:
        for talk in talks(language, split, plan.visible):
            talk.player += "-next"
            told = next(line for day in talk.days for line in day if line.key)
            remember = {"en": "Do you remember that I said: {}?", "ko": "{} 제가 한 말 기억해요?"}
            ask = Say(told.npc, remember[language].format(told.text.rstrip(".")))
            first = await say(home, talk, told, None, 1.0)
            await say(home, talk, ask, first["session_id"], 1.1)
            seen.append(first["turn_id"] in {memory.turn_id for memory in home.memory.last})
    return sum(seen) / len(seen)


# Cost

_FILL = """
with told as (
    select n, array(select word from (
               select 'w' || floor(power(random(), 3) * 4000)::int as word
               from generate_series(1, 7 + 0 * n)) words group by word) as tokens, random() as matters
    from generate_series(1, %(size)s) n),
turned as (
    insert into turns (id, timeline_id, session_id, seq, npc_id, message, language, reply, answer,
                       trace_id, game_time)
    select %(timeline)s || '-' || n, %(timeline)s, %(session)s, n, %(npc)s, 'm', 'en', 'r', '{}', 't',
           n * 0.05 from told),
kept as (
    insert into memories (id, turn_id, timeline_id, session_id, npc_id, seq, game_time, player_said,
                          npc_said, tokens, vector, importance)
    select %(timeline)s || '-' || n, %(timeline)s || '-' || n, %(timeline)s, %(session)s, %(npc)s, n,
           n * 0.05, array_to_string(tokens, ' '), 'Well.', tokens,
           (select vector from pool where number = n %% 200), matters from told),
learnt as (
    insert into facts (timeline_id, npc_id, turn_id, seq, game_time, subject, slot, value, stance,
                       language, source)
    select %(timeline)s, %(npc)s, %(timeline)s || '-' || n, n, n * 0.05, 'player',
           (array['likes', 'home', 'owns', 'goal', 'job'])[1 + n / 5 %% 5], 'thing ' || n, 'holds',
           'en', 'patterns' from told where n %% 5 = 0)
insert into memory_terms
select %(timeline)s, %(npc)s, token, n, n * 0.05, %(timeline)s || '-' || n, matters >= 0.5
from told, unnest(tokens) token
"""


async def cost(home: House, plan: Plan) -> dict[int, list[float]]:
    """Return the milliseconds of recalls at both sizes, taken in turns."""
    vector = await home.embeddings.aembed_query("What do I like?")
    scenes = {}
    for size in plan.sizes:
        print(f"\rcost: filling {size:,} memories ", end="", file=sys.stderr)
        talk = Talk(f"cost-{size}", "en")
        first = await say(home, talk, Say(HEARER, "Hello."), None, 0.0)
        scenes[size] = await _filled(home, first["session_id"], size)
    print(file=sys.stderr)
    spent: dict[int, list[float]] = defaultdict(list)
    words = [f"w{n}" for n in (0, 1, 3, 8, 20, 55, 150, 400, 900, 2000, 3500)]
    asked = {
        "What do I like?": Asked(("likes",), ("player",)),
        "Where do I live?": Asked(("home",), ("player",)),
    }
    for count in range(plan.timed):
        picked = [words[(count + step * 3) % len(words)] for step in range(6)]
        text = list(asked)[count // 4 % 2] if count % 4 == 0 else f"Do you know {' '.join(picked)}?"
        for size in plan.sizes if count % 2 else reversed(plan.sizes):
            started = time.perf_counter()
            found = await home.memory.book.recall(
                scenes[size], Utterance(text, "en"), vector, asked.get(text, Asked())
            )
            spent[size].append((time.perf_counter() - started) * 1000)
            if count % 4 == 0 and not found:
                raise AssertionError(f"nothing recalled of {size} memories: {text}")
    return {size: found[plan.timed // 4 :] for size, found in spent.items()}


async def _filled(home: House, session: str, size: int) -> Any:
    async def fill(connection: Any) -> None:
        await connection.execute("create temp table if not exists pool (number int, vector vector)")
        await connection.execute("truncate pool")
        await connection.execute(
            "insert into pool select n, array(select random()::real "
            "from generate_series(1, 384 + 0 * n))::vector from generate_series(0, 199) n"
        )
        timeline = await connection.execute(
            "select timeline_id from sessions where id = %s", (session,)
        )
        row = await timeline.fetchone()
        await connection.execute("delete from turns where session_id = %s", (session,))
        values = {"timeline": row["timeline_id"], "session": session, "npc": HEARER, "size": size}
        await connection.execute(_FILL, values)
        await connection.execute(
            "update timelines set seq = %(size)s, game_time = %(size)s * 0.05 where id = %(timeline)s",
            values,
        )
        await connection.execute("analyze turns, memories, memory_terms, facts")

    await home.postgres.statement(fill)
    request = TurnRequest("?", "t", session_id=session, npc_id=HEARER)
    return await home.timelines.load_scene(request, home.world)


def ratio(costs: dict[int, list[float]]) -> float:
    """Return the median cost at the larger size as a multiple of that at the smaller."""
    small, large = sorted(costs)
    return median(costs[large]) / median(costs[small])


def show(
    scores: dict[str, Score], visible: float, costs: dict[int, list[float]], wrong: bool
) -> None:
    """Print the tables."""
    print(f"{'question':<12}" + "".join(f"{language:>16}" for language in scores))
    for kind in (*REMEMBERED, *UNTOLD):
        cells = [f"{s.share(kind):.3f} of {s.asked[kind]:>3}" for s in scores.values()]
        print(f"{kind:<12}" + "".join(f"{cell:>16}" for cell in cells))
    print(f"told, and recalled in the very next turn: {visible:.3f}")
    for size, found in sorted(costs.items()):
        print(f"one recall with {size:>7,} memories: {median(found):.2f} ms (p50)")
    for score in scores.values() if wrong else ():
        print("\n".join(score.wrong))


if __name__ == "__main__":
    main()
