"""Chat-model servers on the loopback that speak the real protocols, and break when told to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, NamedTuple

Json = dict[str, Any]
BeforeTheStream = Literal["http_500", "queue_full", "hang"]
# stall: silence; cut: the connection ends; unfinished: a clean end without done or finish_reason.
InMidStream = Literal["stall", "error_line", "cut", "malformed", "unfinished"]
OPENAI_USAGE = {"usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}}


class Behaviour(NamedTuple):
    """What the server says, and how it fails after `pieces[:breaks_after]`."""

    pieces: tuple[str, ...] = ("Well met, ", "traveller", ".")
    breaks: Literal["never"] | BeforeTheStream | InMidStream = "never"
    breaks_after: int = 1
    pause_s: float = 0.0
    thinking: str = ""
    usage: bool = True
    null_choices: bool = False  # in OpenAI's usage chunk, as some servers write them; others []
    models: tuple[str, ...] = ("npc:latest",)


class Request(NamedTuple):
    """A request as it came over the wire; header names are in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: Json


class Ollama:
    """Ollama's API: NDJSON, streamed unless told otherwise."""

    root, chat_path, streams = "", "/api/chat", True
    content_type, line, thought = "application/x-ndjson", "%s\n", "thinking"

    def get(self, path: str, models: tuple[str, ...]) -> Json | None:
        tags = [{"name": name, "model": name, "size": 4, "details": {}} for name in models]
        version: Json = {"version": "0.12.6"}
        return {"/api/version": version, "/api/tags": {"models": tags}}.get(path)

    def error(self, message: str) -> Json:
        return {"error": message}

    def piece(self, text: str, **more: str) -> Json:
        message = {"role": "assistant", "content": text} | more
        return {"model": "npc", "created_at": "2025-11-20", "message": message, "done": False}

    def whole(self, text: str, usage: bool) -> Json:
        counts = {"prompt_eval_count": 11, "eval_count": 7} if usage else {}
        times = {"total_duration": 9, "load_duration": 1, "eval_duration": 5}  # ns
        return self.piece(text) | {"done": True, "done_reason": "stop"} | times | counts

    def ending(self, does: Behaviour, usage_wanted: bool) -> list[Json]:
        return [self.whole("", does.usage)]


class OpenAI:
    """OpenAI's chat completions: server-sent events, usage in a chunk of its own."""

    root, chat_path, streams = "/v1", "/v1/chat/completions", False
    content_type, line, thought = "text/event-stream", "data: %s\n\n", "reasoning_content"

    def get(self, path: str, models: tuple[str, ...]) -> Json | None:
        data = [{"id": name, "object": "model", "owned_by": "me"} for name in models]
        return {"object": "list", "data": data} if path == "/v1/models" else None

    def error(self, message: str) -> Json:
        return {"error": {"message": message, "type": "server_error", "code": None}}

    def completion(self, choices: list[Json] | None, kind: str = ".chunk") -> Json:
        head = {"id": "chatcmpl-1", "created": 1763632800, "model": "npc"}
        return head | {"object": f"chat.completion{kind}", "choices": choices}

    def piece(self, text: str, **more: str) -> Json:
        delta = {"role": "assistant", "content": text} | more
        return self.completion([{"index": 0, "delta": delta, "finish_reason": None}])

    def whole(self, text: str, usage: bool) -> Json:
        message = {"role": "assistant", "content": text}
        choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
        return self.completion(choices, "") | (OPENAI_USAGE if usage else {})

    def ending(self, does: Behaviour, usage_wanted: bool) -> list[Json]:
        last = self.completion([{"index": 0, "delta": {}, "finish_reason": "stop"}])
        counts = self.completion(None if does.null_choices else []) | OPENAI_USAGE
        return [last, counts] if usage_wanted and does.usage else [last]


@dataclass(eq=False)
class LoopbackServer:
    """A running server, to be given another `behaviour` at will; `answering` must become empty."""

    speaks: Ollama | OpenAI
    behaviour: Behaviour
    url: str = ""
    requests: list[Request] = field(default_factory=list)
    answering: set[asyncio.StreamWriter] = field(default_factory=set)
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks |= asyncio.all_tasks() & {asyncio.current_task()}
        with suppress(ConnectionError, EOFError, asyncio.CancelledError), closing(writer):
            while True:
                request = await _read(reader)
                self.requests.append(request)
                self.answering.add(writer)
                async for raw in self._answer(request, reader):
                    writer.write(raw)
                    await writer.drain()
                self.answering.discard(writer)
        self.answering.discard(writer)

    async def _answer(self, request: Request, reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
        does, speaks = self.behaviour, self.speaks
        known = {*does.models, *(name.removesuffix(":latest") for name in does.models)}
        if request.method == "GET":
            found = speaks.get(request.path, does.models)
            yield _response(200 if found else 404, found or speaks.error("not found"))
        elif request.path != speaks.chat_path or request.body["model"] not in known:
            yield _response(404, speaks.error("model not found"))
        elif status := {"http_500": 500, "queue_full": 503}.get(does.breaks):
            yield _response(status, speaks.error(f"broken on purpose: {does.breaks}"))
        elif does.breaks == "hang":
            await reader.read(1)  # returns when the client hangs up
        elif not request.body.get("stream", speaks.streams):
            yield _response(200, speaks.whole("".join(does.pieces), does.usage))
        else:
            yield _response(200, None, speaks.content_type)
            async for text in self._stream(request, reader):
                yield b"%x\r\n%b\r\n" % (len(text.encode()), text.encode())
            yield b"0\r\n\r\n"

    async def _stream(self, request: Request, reader: asyncio.StreamReader) -> AsyncIterator[str]:
        does, speaks, whole = self.behaviour, self.speaks, self.behaviour.breaks == "never"
        events = [speaks.piece("", **{speaks.thought: does.thinking})] if does.thinking else []
        events += map(speaks.piece, does.pieces if whole else does.pieces[: does.breaks_after])
        if whole:
            events += speaks.ending(does, usage_wanted="stream_options" in request.body)
        elif does.breaks == "error_line":
            events.append(speaks.error("the model runner has stopped"))
        for event in events:
            yield speaks.line % json.dumps(event, ensure_ascii=False)
            await asyncio.sleep(does.pause_s)
        if whole and speaks.root:
            yield speaks.line % "[DONE]"
        elif does.breaks == "malformed":
            yield speaks.line % '{"never": "sai'
        elif does.breaks == "stall":
            await reader.read(1)  # returns when the client hangs up
        elif does.breaks == "cut":
            raise ConnectionAbortedError


@dataclass(eq=False)
class HeadsServer(LoopbackServer):
    """State heads: POST /predict_main answers with `answer`, as JSON unless it is bytes."""

    answer: Json | bytes | list[Any] | None = None
    status: int = 200
    slow_s: float = 0.0

    async def _answer(self, request: Request, reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
        if (request.method, request.path) != ("POST", "/predict_main"):
            yield _response(404, {"detail": "Not Found"})
            return
        await asyncio.sleep(self.slow_s)
        if isinstance(self.answer, bytes):
            head = f"HTTP/1.1 {self.status} -\r\nContent-Length: {len(self.answer)}\r\n\r\n"
            yield head.encode() + self.answer
        else:
            raw = json.dumps(self.answer).encode()
            head = f"HTTP/1.1 {self.status} -\r\nContent-Length: {len(raw)}\r\n\r\n"
            yield head.encode() + raw


def _response(status: int, body: Json | None, kind: str = "application/json") -> bytes:
    raw = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    framing = "Transfer-Encoding: chunked" if body is None else f"Content-Length: {len(raw)}"
    return f"HTTP/1.1 {status} -\r\nContent-Type: {kind}\r\n{framing}\r\n\r\n".encode() + raw


async def _read(reader: asyncio.StreamReader) -> Request:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode().strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (x.partition(": ") for x in lines)}
    method, path, _ = first.split(" ")
    raw = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(method, path, headers, json.loads(raw or b"{}"))


@asynccontextmanager
async def _serve(
    speaks: Ollama | OpenAI, behaviour: Behaviour | None = None
) -> AsyncIterator[LoopbackServer]:
    async with _listening(LoopbackServer(speaks, behaviour or Behaviour())) as server:
        yield server


@asynccontextmanager
async def serve_heads(answer: Any = None) -> AsyncIterator[HeadsServer]:
    """Serve state heads; the URL is what STATE_HEADS_URL holds."""
    heads = HeadsServer(Ollama(), Behaviour(), answer=answer)
    async with _listening(heads):
        yield heads


@asynccontextmanager
async def _listening(server: LoopbackServer) -> AsyncIterator[LoopbackServer]:
    listener = await asyncio.start_server(server.connected, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}{server.speaks.root}"
    try:
        yield server
    finally:
        listener.close()
        for task in server.tasks:
            task.cancel()
        await asyncio.gather(*server.tasks, return_exceptions=True)


serve_ollama = partial(_serve, Ollama())  # its url is a base URL as OLLAMA_BASE_URL holds it
serve_openai = partial(_serve, OpenAI())  # its url ends in /v1
