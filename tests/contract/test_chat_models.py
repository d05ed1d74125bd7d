"""What every chat model must do, played against servers that speak Ollama's and OpenAI's API."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from langchain_app.domain.errors import ChatModelFailed, SettingsInvalid, TurnDeadlineExceeded
from langchain_app.llm.ollama import ollama_chat_model, probe_ollama
from langchain_app.llm.openai import openai_chat_model, probe_openai
from langchain_app.llm.streaming import stream_reply
from tests.loopback_models import Behaviour, serve_ollama, serve_openai

MESSAGES = [SystemMessage("You are Mira."), HumanMessage("안녕하세요?")]
NOWHERE = "http://127.0.0.1:9"  # the discard port: nothing listens
OLLAMA = SimpleNamespace(
    serve=serve_ollama,
    model=lambda url, name="npc:latest", timeout_s=5.0: ollama_chat_model(url, name, timeout_s),
    probe=probe_ollama,
)
OPENAI = SimpleNamespace(
    serve=serve_openai,
    model=lambda url, name="npc:latest", timeout_s=5.0: openai_chat_model(url, name, "", timeout_s),
    probe=lambda url, name: probe_openai(url, name, "sk-test", 1.0),
)


@pytest.fixture(params=[OLLAMA, OPENAI], ids=["ollama", "openai"])
def provider(request: Any) -> Any:
    return request.param


@asynccontextmanager  # sees to it that neither a task nor an open request is left at the end
async def played(provider: Any, **behaviour: Any) -> Any:
    async with provider.serve(Behaviour(**behaviour)) as server:
        before = asyncio.all_tasks()
        yield server
        async with asyncio.timeout(1.0):
            while server.answering or asyncio.all_tasks() - before - server.tasks:
                await asyncio.sleep(0.001)


async def reply(model: BaseChatModel, seconds: float = 5.0, **settings: Any) -> list[str]:
    pieces = stream_reply(model, MESSAGES, label="npc@test", seconds=seconds, **settings)
    return [piece async for piece in pieces]


@pytest.mark.parametrize("pieces", [("Well met, ", "you", "!"), ("어서 ", "오게, ", "여행자여.")])
async def test_a_reply_streams_in_order_in_korean_and_english(provider: Any, pieces: Any) -> None:
    async with played(provider, pieces=pieces) as server:
        assert await reply(provider.model(server.url)) == list(pieces)
    contents = [message["content"] for message in server.requests[0].body["messages"]]
    assert contents == ["You are Mira.", "안녕하세요?"]


async def test_sampling_settings_reach_the_wire_for_one_call_only(provider: Any) -> None:
    async with played(provider) as server:
        model = provider.model(server.url)
        await reply(model, temperature=0.3, top_p=0.8)
        await reply(model)
    warm, plain = (request.body.get("options", request.body) for request in server.requests)
    assert (warm["temperature"], warm["top_p"]) == (0.3, 0.8)
    assert not {"temperature", "top_p"} & plain.keys()


async def test_ollama_stays_loaded_has_room_for_the_scene_and_does_not_think() -> None:
    async with played(OLLAMA) as server:
        await reply(OLLAMA.model(server.url), temperature=0.3)
    body = server.requests[0].body
    assert (body["options"]["num_ctx"], body["keep_alive"], body["think"]) == (8192, "30m", False)


async def test_openai_gets_no_guessed_path_wrong_key_or_refused_sampling(monkeypatch: Any) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-somebody-elses")
    async with played(OPENAI, models=("codex-7b", "o3")) as server:
        for name in server.behaviour.models:  # "codex" would mean /v1/responses
            assert await reply(OPENAI.model(server.url, name), temperature=0.3, top_p=0.8)
    codex, o3 = server.requests
    assert codex.headers["authorization"] == "Bearer none"
    assert codex.body.keys() - o3.body.keys() == {"temperature", "top_p"}


async def test_an_unknown_model_takes_sampling_settings_and_need_not_mark_its_end() -> None:
    seen: dict[str, Any] = {}

    class Scripted(GenericFakeChatModel):
        def _stream(self, *args: Any, **settings: Any) -> Any:
            seen.update(settings)
            return super()._stream(*args, **settings)

    model = Scripted(messages=iter([AIMessage("Well met.")]))
    assert "".join(await reply(model, temperature=0.3, top_p=0.8)) == "Well met."
    assert (seen["temperature"], seen["top_p"]) == (0.3, 0.8)


@pytest.mark.parametrize(
    ("breaks", "why"),
    [
        ("http_500", "broken on purpose: http_500"),
        ("queue_full", "broken on purpose: queue_full"),
        ("error_line", "the model runner has stopped"),
        ("cut", "peer closed connection"),
        ("malformed", "JSONDecodeError"),
        ("unfinished", "ended in mid-reply"),
    ],
)
async def test_a_failure_is_told_after_what_was_said(provider: Any, breaks: str, why: str) -> None:
    said: list[str] = []
    async with played(provider, breaks=breaks) as server:
        model = provider.model(server.url)
        with pytest.raises(ChatModelFailed, match=f"npc failed: .*{why}"):
            async for piece in stream_reply(model, MESSAGES, label="npc", seconds=5.0):
                said.append(piece)
        assert said == ([] if breaks in ("http_500", "queue_full") else ["Well met, "])
        assert len(server.requests) == 1  # no retry behind the turn's back
        server.behaviour = Behaviour()
        assert await reply(model)


async def test_a_missing_server_or_model_is_told_by_reply_and_probe(provider: Any) -> None:
    with pytest.raises(ChatModelFailed, match="All connection attempts failed"):
        await reply(provider.model(NOWHERE))
    found = await provider.probe(NOWHERE, "npc")
    assert not found.reachable and found.detail
    async with played(provider) as server:
        with pytest.raises(ChatModelFailed, match="model not found"):
            await reply(provider.model(server.url, "other"))


@pytest.mark.parametrize(
    "case",  # behaviour, seconds left, the model's own patience, what happens
    [
        ({"breaks": "hang"}, 0.3, 5.0, TurnDeadlineExceeded),
        ({"breaks": "stall"}, 0.3, 5.0, TurnDeadlineExceeded),
        ({"pieces": ("drip ",) * 100, "pause_s": 0.05}, 0.3, 5.0, TurnDeadlineExceeded),
        ({}, 0.0, 5.0, TurnDeadlineExceeded),
        ({"breaks": "stall"}, 5.0, 0.3, ChatModelFailed),
    ],
)
async def test_a_turn_never_waits_longer_than_it_may(provider: Any, case: Any) -> None:
    behaviour, seconds, timeout_s, error = case
    async with played(provider, **behaviour) as server, asyncio.timeout(1.5):
        with pytest.raises(error):
            await reply(provider.model(server.url, timeout_s=timeout_s), seconds=seconds)
    assert bool(server.requests) == (seconds > 0)


async def test_a_consumer_that_stops_early_closes_the_stream(provider: Any) -> None:
    async with played(provider, pieces=("a ",) * 50, breaks="stall", breaks_after=50) as server:
        before = asyncio.all_tasks()
        stream = stream_reply(provider.model(server.url), MESSAGES, label="npc", seconds=5.0)
        async with aclosing(stream) as pieces:
            assert await anext(pieces) == "a "  # long before the end
            await asyncio.sleep(0.02)
        assert asyncio.all_tasks() - before - server.tasks == set()  # none to finish the closing


async def test_a_cancelled_turn_stays_cancelled_and_closes_the_stream(provider: Any) -> None:
    async with played(provider, breaks="stall") as server:
        with pytest.raises(TimeoutError):  # which wait_for makes of CancelledError alone
            await asyncio.wait_for(reply(provider.model(server.url)), 0.1)


@pytest.mark.parametrize("does", [{}, {"null_choices": True}, {"usage": False}])
async def test_tokens_are_counted_once_if_at_all(provider: Any, does: dict[str, bool]) -> None:
    counts: list[dict[str, int]] = []
    async with played(provider, **does) as server:
        assert await reply(provider.model(server.url), on_usage=counts.append)
    count = {"input_tokens": 11, "output_tokens": 7, "total_tokens": 18}
    assert counts == ([] if "usage" in does else [count])


@pytest.mark.parametrize("text", ["A<|B<", "<think>x|</think>\n|\nA<B<", "<th|ink>x</th|ink>A<B<"])
async def test_what_a_model_thinks_is_never_said(provider: Any, text: str) -> None:
    async with played(provider, pieces=tuple(text.split("|")), thinking="a secret") as server:
        assert "".join(await reply(provider.model(server.url))) == "A<B<"


async def test_a_probe_finds_the_server_and_the_model(provider: Any) -> None:
    there = {"npc": True, "npc:latest": True, "other:7b": True, "other": False, "npc:7b": False}
    async with played(provider, models=("other:7b", "npc:latest")) as server:
        for name, has_model in there.items():
            found = await provider.probe(server.url, name)
            assert (found.reachable, found.has_model) == (True, has_model)


async def test_what_is_no_address_is_refused_and_not_replaced_by_another(provider: Any) -> None:
    for url in ("tcp://gpu:11434", "http://gpu:port", "http://[", ""):
        assert not (await provider.probe(url, "npc")).reachable
        with pytest.raises(SettingsInvalid):
            provider.model(url)
