"""The sides of bench_turn, each in a process of its own, so that one's threads and garbage are not
the other's. A side answers a list of sittings with its CPU seconds and each turn's wall time.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from benchmarks.scripted import WORLD, LookedUpEmbeddings, ScriptedModel, Sitting, questions

PLATFORM, WITH_LANGFUSE, STOCK, STOCK_APART = (
    "platform",
    "platform+langfuse",
    "stock",
    "stock, Milvus apart",
)


@dataclass(slots=True)
class Block:
    """What a block of turns cost. `nodes` are the platform's own timings, a dict a turn; `models_ms`
    is the CPU of the shipped models, which `cpu_ms` is without."""

    cpu_ms: float
    wall_ms: list[float]
    models_ms: float = 0.0
    nodes: list[dict[str, float]] = field(default_factory=list)

    @property
    def cpu_ms_a_turn(self) -> float:
        return self.cpu_ms / len(self.wall_ms)


class Side(Protocol):
    """Something that plays turns."""

    async def turn(
        self, session: str | None, sitting: Sitting, says: str
    ) -> tuple[str, dict[str, float]]:
        """Play a turn, reading its tokens; return the session and the nodes' milliseconds."""

    def flush(self) -> None:
        """Hand over every span: tracing is paid for in the block that caused it."""


def serve(kind: str, folder: Path, sink: str, milvus: str, calls: Connection) -> None:
    """Run one side until None comes; called in a new process."""
    import logging

    import uvloop  # both sides: what uvicorn runs the platform on

    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it logs what the store expects

    os.environ.update({"LANGSMITH_TRACING": "false", "OTEL_SDK_DISABLED": "false"})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(kind, folder, sink, milvus, calls))


async def _serve(kind: str, folder: Path, sink: str, milvus: str, calls: Connection) -> None:
    stock = kind in (STOCK, STOCK_APART)
    opened = (
        _stock(folder, sink, milvus)
        if stock
        else _platform(folder, sink if kind == WITH_LANGFUSE else "")
    )
    async with opened as side:
        calls.send("open")
        while (sittings := calls.recv()) is not None:
            calls.send(await play(side, sittings))


async def play(side: Side, sittings: Sequence[Sitting]) -> Block:
    """Play sessions one after another. CPU is that of all threads of this process, no child's."""
    block = Block(0.0, [])
    models = _timed_models()
    before, ran = time.process_time(), sum(models)
    for sitting in sittings:
        session = None
        for says in sitting.says:
            started = time.perf_counter()
            session, nodes = await side.turn(session, sitting, says)
            block.wall_ms.append((time.perf_counter() - started) * 1000)
            block.nodes.append(nodes)
    await asyncio.to_thread(side.flush)
    block.models_ms = (sum(models) - ran) * 1000
    block.cpu_ms = (time.process_time() - before) * 1000 - block.models_ms
    return block


@cache
def _timed_models() -> list[float]:
    """Return a list that grows by the CPU seconds of each run of a model (one thread each)."""
    import onnxruntime

    seconds: list[float] = []
    run = onnxruntime.InferenceSession.run

    def timed(*args: object, **kwargs: object) -> object:
        before = time.thread_time()
        try:
            return run(*args, **kwargs)
        finally:
            seconds.append(time.thread_time() - before)

    onnxruntime.InferenceSession.run = timed
    return seconds


class _PlatformSide:
    def __init__(self, platform: object) -> None:
        self._platform = platform

    async def turn(
        self, session: str | None, sitting: Sitting, says: str
    ) -> tuple[str, dict[str, float]]:
        from langchain_app.domain.turn import TurnRequest

        request = TurnRequest(
            message=says,
            turn_id=f"turn-{uuid4().hex}",
            turn_id_is_new=True,
            npc_id=sitting.npc,
            player_id=sitting.player,
            session_id=session,
        )
        answer = None
        async for event in self._platform.dialogue.stream(request):
            if event.type == "complete":
                answer = event.data
        return answer["session_id"], answer["timing_ms"]

    def flush(self) -> None:
        self._platform.tracing.flush()


@asynccontextmanager
async def _platform(folder: Path, sink: str) -> AsyncIterator[Side]:
    from langchain_app.composition.bootstrap import open_platform
    from langchain_app.llm.registry import ModelSpeaker
    from langchain_app.settings import LangfuseSettings, PlatformSettings, Settings

    keys = {"public_key": "pk-lf-own", "secret_key": "sk-lf-own", "base_url": sink} if sink else {}
    settings = Settings(
        platform=PlatformSettings(_env_file=None, world=WORLD, state_dir=folder),
        langfuse=LangfuseSettings(_env_file=None, **keys),
    )
    speaker = ModelSpeaker(ScriptedModel(), "scripted", "scripted")
    embeddings = LookedUpEmbeddings(questions())
    async with open_platform(settings, speaker=speaker, embeddings=embeddings) as platform:
        yield _PlatformSide(platform)


class _StockSide:
    def __init__(self, stock: object) -> None:
        self._stock = stock

    async def turn(
        self, session: str | None, sitting: Sitting, says: str
    ) -> tuple[str, dict[str, float]]:
        session = session or f"thread-{uuid4().hex}"
        reply = await self._stock.play(session, sitting.player, sitting.npc, says)
        if not reply:
            raise AssertionError(f"no reply to {says!r}")
        return session, {}

    def flush(self) -> None:
        self._stock.flush()


@asynccontextmanager
async def _stock(folder: Path, sink: str, milvus: str) -> AsyncIterator[Side]:
    from benchmarks.stock_turn import open_stock

    folder.mkdir(parents=True)
    uri = milvus or str(folder / "milvus.db")
    opened: AbstractAsyncContextManager = open_stock(
        folder, ScriptedModel(), LookedUpEmbeddings(questions()), sink, uri
    )
    async with opened as stock:
        yield _StockSide(stock)
