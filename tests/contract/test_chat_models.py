"""What every chat model must do, played against servers that speak Ollama's and OpenAI's API."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from langchain_app.domain.errors import ChatModelFailed, SettingsInvalid, TurnDeadlineExceeded
from langchain_app.llm.ollama import ollama_chat_model, probe_ollama
from langchain_app.llm.openai import openai_chat_model, probe_openai
from langchain_app.llm.streaming import stream_reply
from tests.loopback_models import Behaviour, LoopbackServer, serve_ollama, serve_openai

MESSAGES: list[BaseMessage] = [SystemMessage("You are Mira."), HumanMessage("안녕하세요?")]
NOWHERE = "http://127.0.0.1:9"  # the discard port: nothing listens


class Ollama:
    serve = staticmethod(serve_ollama)

    def model(self, url: str, name: str = "npc", timeout_s: float = 5.0) -> BaseChatModel:
        return ollama_chat_model(url, name, timeout_s)

    async def probe(self, url: str, name: str = "npc", timeout_s: float = 1.0) -> Any:
        return await probe_ollama(url, name, timeout_s)


class OpenAI:
    serve = staticmethod(serve_openai)

    def model(self, url: str, name: str = "npc:latest", timeout_s: float = 5.0) -> BaseChatModel:
        return openai_chat_model(url, name, "", timeout_s)

    async def probe(self, url: str, name: str = "npc:latest", timeout_s: float = 1.0) -> Any:
        return await probe_openai(url, name, "sk-test", timeout_s)


@pytest.fixture(params=[Ollama(), OpenAI()], ids=["ollama", "openai"])
def provider(request: pytest.FixtureRequest) -> Any:
    return request.param


@asynccontextmanager
async def nothing_left_behind(server: LoopbackServer) -> AsyncIterator[None]:
    before = asyncio.all_tasks()
    yield
    async with asyncio.timeout(1.0):
        while server.answering or asyncio.all_tasks() - before - server.tasks:
            await asyncio.sleep(0.001)


async def reply(model: BaseChatModel, seconds: float = 5.0, **settings: Any) -> list[str]:
    pieces = stream_reply(model, MESSAGES, label="npc@test", seconds=seconds, **settings)
    return [piece async for piece in pieces]


@pytest.mark.parametrize(
    "pieces", [("Well met, ", "traveller", "!"), ("어서 ", "오게, ", "여행자여.")]
)
async def test_a_reply_streams_in_order_in_korean_and_english(
    provider: Any, pieces: tuple[str, ...]
) -> None:
    async with provider.serve(Behaviour(pieces)) as server, nothing_left_behind(server):
        assert await reply(provider.model(server.url)) == list(pieces)
    [request] = server.requests
    assert [message["content"] for message in request.body["messages"]] == [
        "You are Mira.",
        "안녕하세요?",
    ]


async def test_the_first_words_arrive_before_the_last_are_written(provider: Any) -> None:
    async with provider.serve(Behaviour(breaks="stall")) as server, nothing_left_behind(server):
        stream = stream_reply(provider.model(server.url), MESSAGES, label="npc", seconds=5.0)
        async with aclosing(stream) as pieces:
            assert await anext(pieces) == "Well met, "


async def test_sampling_settings_of_one_call_reach_the_wire_and_stay_out_of_the_next(
    provider: Any,
) -> None:
    async with provider.serve() as server:
        model = provider.model(server.url)
        await reply(model, temperature=0.3, top_p=0.8)
        await reply(model)
    warm, plain = (request.body.get("options", request.body) for request in server.requests)
    assert (warm["temperature"], warm["top_p"]) == (0.3, 0.8)
    assert not {"temperature", "top_p"} & plain.keys()
    assert warm.get("num_ctx") == plain.get("num_ctx")


async def test_ollama_keeps_the_model_loaded_with_room_for_the_scene_and_does_not_think() -> None:
    async with serve_ollama() as server:
        await reply(Ollama().model(server.url), temperature=0.3)
    body = server.requests[0].body
    assert (body["options"]["num_ctx"], body["keep_alive"], body["think"]) == (8192, "30m", False)


async def test_a_reasoning_model_is_not_sent_the_temperature_that_it_refuses() -> None:
    async with serve_openai(Behaviour(models=("o3",))) as server:
        await reply(OpenAI().model(server.url, "o3"), temperature=0.3, top_p=0.8)
    assert not {"temperature", "top_p"} & server.requests[0].body.keys()


async def test_a_model_named_codex_is_asked_over_chat_completions() -> None:
    async with serve_openai(Behaviour(models=("codex-7b",))) as server:
        assert await reply(OpenAI().model(server.url, "codex-7b"))


async def test_a_server_without_a_key_is_not_sent_the_one_in_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-somebody-elses")
    async with serve_openai() as server:
        await reply(OpenAI().model(server.url))
    assert server.requests[0].headers["authorization"] == "Bearer none"


async def test_an_unknown_model_takes_sampling_settings_and_need_not_mark_its_end() -> None:
    seen: dict[str, Any] = {}

    class Scripted(GenericFakeChatModel):
        async def _astream(self, *args: Any, **settings: Any) -> AsyncIterator[Any]:
            seen.update(settings)
            async for chunk in super()._astream(*args, **settings):
                yield chunk

    model = Scripted(messages=iter([AIMessage("Well met.")]))
    assert "".join(await reply(model, temperature=0.3, top_p=0.8)) == "Well met."
    assert (seen["temperature"], seen["top_p"]) == (0.3, 0.8)


@pytest.mark.parametrize("breaks", ["http_500", "queue_full"])
async def test_a_refusal_says_why_and_the_next_turn_succeeds(provider: Any, breaks: Any) -> None:
    async with provider.serve(Behaviour(breaks=breaks)) as server, nothing_left_behind(server):
        model = provider.model(server.url)
        with pytest.raises(ChatModelFailed, match=f"npc@test failed.*broken on purpose: {breaks}"):
            await reply(model)
        assert len(server.requests) == 1  # no retry behind the turn's back
        server.behaviour = Behaviour()
        assert await reply(model)


@pytest.mark.parametrize(
    ("breaks", "why"),
    [
        ("error_line", "the model runner has stopped"),
        ("cut", "peer closed connection"),
        ("malformed", "JSONDecodeError"),
        ("unfinished", "ended in mid-reply"),
    ],
)
async def test_a_stream_that_breaks_fails_after_the_words_that_came(
    provider: Any, breaks: Any, why: str
) -> None:
    spoken = []
    async with provider.serve(Behaviour(breaks=breaks)) as server, nothing_left_behind(server):
        with pytest.raises(ChatModelFailed, match=why):
            async for piece in stream_reply(
                provider.model(server.url), MESSAGES, label="npc", seconds=5.0
            ):
                spoken.append(piece)
    assert spoken == ["Well met, "]


async def test_a_server_that_is_not_there_fails_at_once(provider: Any) -> None:
    with pytest.raises(ChatModelFailed, match="All connection attempts failed"):
        await reply(provider.model(NOWHERE))


async def test_a_model_that_the_server_lacks_fails(provider: Any) -> None:
    async with provider.serve() as server, nothing_left_behind(server):
        with pytest.raises(ChatModelFailed, match="model not found"):
            await reply(provider.model(server.url, "other"))


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(breaks="hang"),
        Behaviour(breaks="stall"),
        Behaviour(pieces=("drip ",) * 100, pause_s=0.05),
    ],
    ids=["hang", "stall", "drip"],
)
async def test_a_reply_that_takes_too_long_runs_out_of_time(
    provider: Any, behaviour: Behaviour
) -> None:
    async with provider.serve(behaviour) as server, nothing_left_behind(server):
        started = time.monotonic()
        with pytest.raises(TurnDeadlineExceeded, match="speak"):
            await reply(provider.model(server.url), seconds=0.3)
        assert 0.29 < time.monotonic() - started < 0.6


async def test_silence_longer_than_the_models_own_timeout_fails_before_the_deadline(
    provider: Any,
) -> None:
    async with provider.serve(Behaviour(breaks="stall")) as server, nothing_left_behind(server):
        with pytest.raises(ChatModelFailed):
            await reply(provider.model(server.url, timeout_s=0.2))


async def test_a_turn_without_time_left_asks_nobody(provider: Any) -> None:
    async with provider.serve() as server:
        with pytest.raises(TurnDeadlineExceeded):
            await reply(provider.model(server.url), seconds=0.0)
    assert server.requests == []


@pytest.mark.parametrize("spoken", [1, 50], ids=["waiting", "more_is_there"])
async def test_a_consumer_that_stops_early_closes_the_connection(
    provider: Any, spoken: int
) -> None:
    behaviour = Behaviour(("word ",) * spoken, breaks="stall", breaks_after=spoken)
    async with provider.serve(behaviour) as server, nothing_left_behind(server):
        stream = stream_reply(provider.model(server.url), MESSAGES, label="npc", seconds=5.0)
        async with aclosing(stream) as pieces:
            await anext(pieces)
            await asyncio.sleep(0.02)


async def test_a_cancelled_turn_stays_cancelled_and_closes_the_connection(provider: Any) -> None:
    async with provider.serve(Behaviour(breaks="stall")) as server, nothing_left_behind(server):
        turn = asyncio.create_task(reply(provider.model(server.url)))
        await asyncio.sleep(0.1)
        turn.cancel()
        with pytest.raises(asyncio.CancelledError):
            await turn


@pytest.mark.parametrize("null_choices", [False, True])
async def test_tokens_are_counted_once(provider: Any, null_choices: bool) -> None:
    counts: list[dict[str, int]] = []
    async with provider.serve(Behaviour(null_choices=null_choices)) as server:
        await reply(provider.model(server.url), on_usage=counts.append)
    assert counts == [{"input_tokens": 11, "output_tokens": 7, "total_tokens": 18}]


async def test_a_server_that_counts_nothing_still_answers(provider: Any) -> None:
    counts: list[dict[str, int]] = []
    async with provider.serve(Behaviour(usage=False)) as server:
        assert await reply(provider.model(server.url), on_usage=counts.append)
    assert counts == []


@pytest.mark.parametrize(
    "pieces",
    [
        ("Well ", "met."),
        ("<think>a lie", "</think>\n\n", "Well ", "met."),
        ("<th", "ink>a ", "lie</th", "ink>", "\n", "Well met."),
    ],
)
async def test_what_a_model_thinks_is_never_said(provider: Any, pieces: tuple[str, ...]) -> None:
    async with provider.serve(Behaviour(pieces, thinking="a secret")) as server:
        assert "".join(await reply(provider.model(server.url))) == "Well met."


async def test_a_bracket_that_begins_no_thought_is_said(provider: Any) -> None:
    async with provider.serve(Behaviour(("two < ", "three <", "thin"))) as server:
        assert "".join(await reply(provider.model(server.url))) == "two < three <thin"


async def test_a_probe_finds_the_server_and_the_model(provider: Any) -> None:
    async with provider.serve(Behaviour(models=("other:7b", "npc:latest"))) as server:
        for name in ("npc", "npc:latest", "other:7b"):
            found = await provider.probe(server.url, name)
            assert (found.reachable, found.has_model) == (True, True)
        for name in ("other", "npc:7b", ""):
            found = await provider.probe(server.url, name)
            assert (found.reachable, found.has_model) == (True, False)


@pytest.mark.parametrize("url", [NOWHERE, "not a url", "http://[", ""])
async def test_a_probe_of_nothing_says_so(provider: Any, url: str) -> None:
    found = await provider.probe(url)
    assert (found.reachable, found.has_model) == (False, False)
    assert found.detail


def test_ollama_is_never_looked_for_somewhere_else_than_asked() -> None:
    for url in ("tcp://gpu:11434", "http://gpu:port", ""):
        with pytest.raises(SettingsInvalid):
            ollama_chat_model(url, "npc", 1.0)
