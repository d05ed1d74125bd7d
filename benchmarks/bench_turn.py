"""The platform's own CPU a turn against the same turn from stock parts (stock_turn.py).

Run as: python -m benchmarks.bench_turn [--quick]

Method. Every side runs in a process of its own on uvloop, with the same scripted model (40 tokens)
and looked-up embeddings, so model and embedding cost nothing; it has a fresh embedded PostgreSQL.
The sides play the same blocks of sessions in turn: the demo world's test questions, English and
Korean, returning players, tokens streamed to the caller. CPU is time.process_time() of that process
over all its threads, span export included (a block ends with a flush), the platform's own models
(what reads the utterance and what answers) told apart as `models_cpu_ms`. PostgreSQL and the trace
server are other processes and excluded on both sides. Milvus Lite is threads of the process that
opens it: the stock side is shown with it inside, as the library does by itself and as the goal
names it, and also with `milvus-lite server` in a process of its own (`cpu_ratio_milvus_apart`).
Both sides send their traces to an OTLP sink on loopback that answers at once; the platform without
Langfuse, its default, keeps them in Postgres alone. Shown is the median over blocks, after warm-up.
The last rows play sittings of a player with 100 earlier sessions with the same NPC and of players
with one, in turn.

A full run writes results/turn.json; the last line printed is JSON.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from benchmarks.otlp_sink import trace_sink
from benchmarks.scripted import Sitting, sittings
from benchmarks.turn_sides import PLATFORM, STOCK, STOCK_APART, WITH_LANGFUSE, Block, serve

RESULTS = Path(__file__).parent / "results" / "turn.json"
GOALS = {"cpu_ratio": 5, "own_cpu_ms": 10, "own_p50_ms": 25, "sessions_100_ratio": 1.5}
EARLIER, NPC = 100, "maren"
"""Sessions that the returning player of the last rows has behind them, all with one NPC."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is played: turns a session, sessions a block, blocks; `past` are the turns of each
    of the returning player's earlier sessions.
    """

    sides: tuple[str, ...]
    turns: int
    sessions: int
    warm_up: int
    blocks: int
    returns: int
    past: int


FULL = Plan((PLATFORM, WITH_LANGFUSE, STOCK, STOCK_APART), 8, 4, 4, 10, 16, 3)
QUICK = Plan((PLATFORM, STOCK), 4, 3, 2, 3, 4, 1)


class Worker:
    """A side in its process."""

    def __init__(self, kind: str, folder: Path, sink: str, milvus: str) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._calls, theirs = spawn.Pipe()
        self._process = spawn.Process(target=serve, args=(kind, folder, sink, milvus, theirs))
        self._process.start()
        theirs.close()

    def wait(self) -> None:
        self._calls.recv()

    def play(self, block: Sequence[Sitting]) -> Block:
        self._calls.send(list(block))
        return self._calls.recv()

    def close(self) -> None:
        try:
            self._calls.send(None)
            self._process.join(30)
        except OSError:  # it has ended already
            pass
        if self._process.is_alive():
            self._process.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description="CPU and wall time a turn against stock parts.")
    parser.add_argument("--quick", action="store_true", help="fewer turns, for CI")
    plan = QUICK if parser.parse_args().quick else FULL
    with ExitStack() as closing:
        folder = Path(tempfile.mkdtemp(prefix="dramatis-turn-"))
        closing.callback(shutil.rmtree, folder, ignore_errors=True)
        sink = closing.enter_context(trace_sink())
        apart = STOCK_APART in plan.sides
        milvus = closing.enter_context(milvus_server(folder / "apart")) if apart else ""
        workers = {}
        for kind in plan.sides:
            place = folder / f"side-{len(workers)}"
            workers[kind] = Worker(kind, place, sink, milvus if kind == STOCK_APART else "")
            closing.callback(workers[kind].close)
        for worker in workers.values():
            worker.wait()
        blocks = compare(workers, plan)
        one, hundred = returning(workers[PLATFORM], plan)
    summary = summarise(blocks, one, hundred)
    show(blocks, one, hundred)
    if plan is FULL:  # a quick run is too short to be quoted
        RESULTS.parent.mkdir(exist_ok=True)
        details = {kind: _figures(found) for kind, found in blocks.items()}
        nodes = node_medians(blocks[PLATFORM])
        written = {**summary, "goals": GOALS, "sides": details, "own_nodes_ms": nodes}
        RESULTS.write_text(json.dumps(written, indent=1) + "\n")
    print(json.dumps(summary))


def compare(workers: dict[str, Worker], plan: Plan) -> dict[str, list[Block]]:
    """Let the sides play the same blocks in turn, each first as often as the others."""
    script = sittings(plan.turns)
    order = list(workers)
    found: dict[str, list[Block]] = {kind: [] for kind in workers}
    for count in range(plan.warm_up + plan.blocks):
        block = list(itertools.islice(script, plan.sessions))
        for kind in order:
            played = workers[kind].play(block)
            if count >= plan.warm_up:
                found[kind].append(played)
        order.append(order.pop(0))
    return found


def returning(worker: Worker, plan: Plan) -> tuple[list[Block], list[Block]]:
    """Play the same sittings as players with one and as a player with 100 earlier sessions."""
    with_one_npc = (sitting for sitting in sittings(plan.past) if sitting.npc == NPC)
    talks = list(itertools.islice(with_one_npc, EARLIER))
    worker.play([replace(sitting, player="of-old") for sitting in talks])
    one, hundred = [], []
    for count in range(plan.returns):
        sitting = replace(talks[count], says=talks[count].says + talks[-2 - count].says)
        worker.play([replace(talks[count + 1], player=f"newcomer-{count}")])
        sides = [(one, f"newcomer-{count}"), (hundred, "of-old")]
        for found, player in sides if count % 2 else reversed(sides):
            found.append(worker.play([replace(sitting, player=player)]))
    return one, hundred


def summarise(
    blocks: dict[str, list[Block]], one: Sequence[Block], hundred: Sequence[Block]
) -> dict[str, float]:
    own, stock = blocks[PLATFORM], blocks[STOCK]
    apart = blocks.get(STOCK_APART)
    ratios = (cpu(hundred) / cpu(one), wall(hundred) / wall(one))
    return {
        "own_cpu_ms": round(cpu(own), 2),
        "models_cpu_ms": round(median(b.models_ms / len(b.wall_ms) for b in own), 2),
        "stock_cpu_ms": round(cpu(stock), 2),
        "cpu_ratio": round(cpu(stock) / cpu(own), 2),
        "own_p50_ms": round(wall(own), 2),
        **({"cpu_ratio_milvus_apart": round(cpu(apart) / cpu(own), 2)} if apart else {}),
        "stock_p50_ms": round(wall(stock), 2),
        "sessions_100_ratio": round(max(ratios), 2),
        "sessions_100_cpu_ratio": round(ratios[0], 2),
        "sessions_100_wall_ratio": round(ratios[1], 2),
    }


def cpu(blocks: Sequence[Block]) -> float:
    """Return the median over blocks of the CPU milliseconds a turn."""
    return median(block.cpu_ms_a_turn for block in blocks)


def wall(blocks: Sequence[Block]) -> float:
    """Return the median over turns of the wall milliseconds."""
    return median(ms for block in blocks for ms in block.wall_ms)


def node_medians(blocks: Sequence[Block]) -> dict[str, float]:
    """Return the median wall milliseconds of every node, 0 in turns that did not reach it."""
    turns = [nodes for block in blocks for nodes in block.nodes]
    names = dict.fromkeys(name for nodes in turns for name in nodes)
    return {name: round(median(nodes.get(name, 0.0) for nodes in turns), 2) for name in names}


def _figures(blocks: Sequence[Block]) -> dict[str, float]:
    turns = sum(len(block.wall_ms) for block in blocks)
    return {"cpu_ms": round(cpu(blocks), 2), "p50_ms": round(wall(blocks), 2), "turns": turns}


def show(blocks: dict[str, list[Block]], one: Sequence[Block], hundred: Sequence[Block]) -> None:
    """Print the tables."""
    print(f"{'':<34} {'CPU ms':>8} {'p50 ms':>8} {'turns':>6}")
    rows = {**blocks, "player with 1 earlier session": one, "player with 100": hundred}
    for name, found in rows.items():
        figures = _figures(found)
        print(
            f"{name:<34} {figures['cpu_ms']:>8.2f} {figures['p50_ms']:>8.2f} {figures['turns']:>6}"
        )
    print("\nthe platform's turn by node (wall ms, p50; retrieve_lore and recall_memories overlap)")
    for name, spent in node_medians(blocks[PLATFORM]).items():
        print(f"  {name:<18} {spent:>7.2f}")


@contextmanager
def milvus_server(folder: Path) -> Iterator[str]:
    """Run Milvus Lite in a process of its own; yield its URI."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).parent / "milvus-lite"), "server"]
    where = ["--data-dir", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen([*command, *where], stdout=log, stderr=log)
        try:
            _reached(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def _reached(port: int, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("milvus-lite server did not start")


if __name__ == "__main__":
    main()
