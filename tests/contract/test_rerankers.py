"""Rerankers over real HTTP on the loopback: both shapes, and servers that fail in every way."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from langchain_app.domain.lore.lore import Chunk, Gate
from langchain_app.retrieval.features import Examined, examine
from langchain_app.retrieval.http_reranker import HttpReranker
from langchain_app.retrieval.knowledge import Candidate, Question, StoredChunk
from langchain_app.retrieval.reranking import EmbeddedReranker, NoReranker

Answer = Callable[[dict[str, Any]], tuple[int, Any]]


class Server:
    """A rerank server that answers as it is told and keeps what it was asked."""

    def __init__(self) -> None:
        self.answer: Answer = lambda body: (500, {})
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.asked.append(body)
                outer.headers.append(dict(self.headers))
                status, answer = outer.answer(body)
                data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/rerank"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.http.shutdown()


def found(*texts: str) -> list[Examined]:
    candidates = []
    for number, text in enumerate(texts):
        chunk = Chunk(f"c{number}", "en", "lore", "Title", text, Gate(audience=("public",)))
        tokens = (("title",), tuple(text.lower().split()))
        stored = StoredChunk(chunk, tokens, np.zeros((1, 2), np.float32))
        candidates.append(Candidate(stored, 1 - number / 10, 0.0))
    return examine(QUESTION, candidates)


QUESTION = Question("who rang it?", "en", ("who", "rang", "bell"), {"rang": 2.0, "bell": 1.0}, None)


async def scored(server: Server, shape: str, examined: list[Examined], **options: Any) -> Any:
    reranker = HttpReranker(server.url, shape=shape, **options)  # type: ignore[arg-type]
    try:
        return await reranker.scores(QUESTION, examined)
    finally:
        await reranker.close()


async def test_a_bare_array_out_of_order_is_read_by_its_indexes(server: Server) -> None:
    server.answer = lambda body: (200, [{"index": 1, "score": 4.0}, {"index": 0, "score": -2.0}])
    assert (await scored(server, "texts", found("one", "two"))).tolist() == [0.0, 1.0]
    assert server.asked[0]["texts"] == ["Title\none", "Title\ntwo"]
    assert server.asked[0]["query"] == "who rang it?"


async def test_documents_carry_model_and_key_and_come_back_as_results(server: Server) -> None:
    rows = [{"index": 2, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.5}]
    server.answer = lambda body: (200, {"results": rows})
    scores = await scored(server, "documents", found("a", "b", "c"), model="bge", api_key="k")
    assert scores.tolist() == [0.0, 0.0, 1.0]  # one that was left out is worth the least
    assert server.asked[0]["model"] == "bge"
    assert server.asked[0]["documents"] == ["Title\na", "Title\nb", "Title\nc"]
    assert server.headers[0]["Authorization"] == "Bearer k"


@pytest.mark.parametrize(
    "answer",
    [
        (500, {"error": "overloaded"}),
        (200, b"<html>not json</html>"),
        (200, {"results": []}),
        (200, {"results": [{"index": 9, "relevance_score": 1.0}]}),
        (200, {"results": [{"index": -1, "relevance_score": 1.0}]}),
        (200, {"results": [{"index": 0}]}),
        (200, [{"index": 0, "score": None}]),
        (200, [{"index": 0, "score": "nan"}]),
        (200, {"data": 3}),
        (200, "sure"),
    ],
)
async def test_a_server_that_answers_badly_leaves_the_order_alone(server: Server, answer) -> None:
    server.answer = lambda body: answer
    assert await scored(server, "documents", found("a", "b")) is None


async def test_a_server_that_is_late_or_away_leaves_the_order_alone(server: Server) -> None:
    late = threading.Event()

    def answer(body: dict[str, Any]) -> tuple[int, Any]:
        late.wait(5)
        return 200, []

    server.answer = answer
    started = asyncio.get_running_loop().time()
    assert await scored(server, "texts", found("a"), timeout_s=0.1) is None
    assert asyncio.get_running_loop().time() - started < 2
    late.set()
    away = HttpReranker("http://127.0.0.1:9/rerank", shape="texts", timeout_s=0.5)
    assert await away.scores(QUESTION, found("a")) is None
    await away.close()


async def test_the_embedded_reranker_prefers_the_sentence_that_answers() -> None:
    examined = found("the harbour is wide", "old tam rang the bell")
    scores = await EmbeddedReranker().scores(QUESTION, examined)
    assert scores is not None
    assert scores[1] > scores[0]
    assert await NoReranker().scores(QUESTION, examined) is None
