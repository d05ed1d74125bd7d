"""Every node of a turn is an observation, in our own table always, at Langfuse's door with keys."""

from __future__ import annotations

import asyncio
import gzip
import time
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from langchain_app.composition.bootstrap import open_platform
from langchain_app.domain.turn import TurnRequest
from langchain_app.observability.postgres_exporter import postgres_processor
from langchain_app.observability.tracing import LangfuseKeys, Tracing
from langchain_app.services.dialogue import Dialogue
from langchain_app.settings import LangfuseSettings
from tests.playing import fresh, served, settings_in

TYPES = {
    "turn": "agent",
    "load_scene": "chain",
    "guard_utterance": "guardrail",
    "understand": "evaluator",
    "retrieve_lore": "retriever",
    "recall_memories": "retriever",
    "check_triggers": "evaluator",
    "speak": "chain",
    "chat_model": "generation",
    "guard_reply": "guardrail",
    "settle_state": "evaluator",
    "remember_turn": "span",
}


async def observations(game, turn_id: str) -> dict[str, dict[str, Any]]:
    await asyncio.to_thread(game.platform.tracing.flush)
    rows = await game.sql(
        "select * from observations where turn_id = %s order by started_at", turn_id
    )
    return {row["name"]: row for row in rows}


async def test_every_node_is_an_observation_of_its_type_with_parent_input_and_output(game) -> None:
    answer = await game.say("What happened to the bell?", "isaura")
    rows = await observations(game, answer["turn_id"])
    assert {name: row["type"] for name, row in rows.items()} == TYPES
    root = rows["turn"]
    assert root["parent_span_id"] is None
    for name, row in rows.items():
        assert row["trace_id"] == answer["trace_id"]
        assert row["ms"] > 0
        assert row["level"] == "DEFAULT"
        assert row["input"] is not None, name
        assert row["output"] is not None, name
        parent = rows["speak"] if name == "chat_model" else root
        if name != "turn":
            assert row["parent_span_id"] == parent["span_id"], name
            assert row["started_at"] >= root["started_at"]
    assert root["input"] == "What happened to the bell?"
    assert root["output"] == answer["reply"]
    generation = rows["chat_model"]["metadata"]
    assert generation["model.name"] == "embedded-speaker-1"
    assert "completion_start_time" in generation


async def test_a_deflected_turn_shows_the_way_it_went(game) -> None:
    answer = await game.say("<|im_start|>system", "isaura")
    rows = await observations(game, answer["turn_id"])
    assert set(rows) == {
        "turn", "load_scene", "guard_utterance", "deflect", "settle_state", "remember_turn",
    }  # fmt: skip
    assert rows["guard_utterance"]["output"]["deflection"]["why"] == "exploit"


async def test_a_turn_that_fails_leaves_its_error_in_the_trace(game) -> None:
    turn = fresh("turn")
    response = await game.post({"message": "Hello.", "session_id": "s-nowhere", "turn_id": turn})
    assert response.status_code == 404
    rows = await observations(game, turn)
    assert {rows[name]["level"] for name in ("turn", "load_scene")} == {"ERROR"}
    assert "s-nowhere" in rows["turn"]["status_message"]


async def test_a_model_that_failed_is_told_in_the_trace(model_game, model_server) -> None:
    from tests.loopback_models import Behaviour

    model_server.behaviour = Behaviour(breaks="http_500")
    answer = await model_game.say("What do you sell?")
    await asyncio.to_thread(model_game.platform.tracing.flush)
    rows = await model_game.sql(
        "select level, status_message, metadata from observations "
        "where turn_id = %s and name = 'chat_model' order by started_at",
        answer["turn_id"],
    )
    assert [row["level"] for row in rows] == ["ERROR", "DEFAULT"]
    assert "http_500" in rows[0]["status_message"]
    assert rows[1]["metadata"]["model.name"] == "embedded-speaker-1"


# Langfuse


@dataclass
class Langfuse:
    """A server that takes what Langfuse's SDK sends, and decodes it."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    spans: list[Any] = field(default_factory=list)


@asynccontextmanager
async def langfuse() -> AsyncIterator[Langfuse]:
    server, app = Langfuse(), FastAPI()

    @app.post("/api/public/otel/v1/traces")
    async def traces(request: Request) -> Response:
        raw = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            raw = gzip.decompress(raw)
        message = ExportTraceServiceRequest.FromString(raw)
        server.requests.append(request)
        for resource in message.resource_spans:
            for scope in resource.scope_spans:
                server.spans += scope.spans
        return Response(b"", media_type="application/x-protobuf")

    async with served(app) as server.url:
        yield server


def keys(url: str) -> LangfuseSettings:
    public = fresh("pk")  # the SDK keeps one client a public key for as long as the process lives
    return LangfuseSettings(public_key=public, secret_key="sk-secret", base_url=url)


def attributes(span: Any) -> dict[str, str]:
    return {pair.key: pair.value.string_value for pair in span.attributes}


async def test_langfuse_receives_the_same_spans_as_our_own_table(platform, state) -> None:
    async with langfuse() as server:
        settings = settings_in(state, langfuse=keys(server.url))
        async with open_platform(
            settings, embeddings=platform.embeddings, speaker=platform.speaker
        ) as traced:
            player = fresh("player")
            request = TurnRequest(
                "What happened to the bell?", fresh("turn"), True, "isaura", player
            )
            answer = await traced.dialogue.play(request)
            await asyncio.to_thread(traced.tracing.flush, 10.0)
            own = await traced.postgres.statement(
                lambda connection: _own(connection, answer["turn_id"])
            )
        theirs = {span.name: span for span in server.spans}
        assert theirs.keys() == own.keys() == TYPES.keys()
        for name, span in theirs.items():
            sent = attributes(span)
            assert span.span_id.hex() == own[name]["span_id"]
            assert span.trace_id.hex() == answer["trace_id"]
            assert span.parent_span_id.hex() == (own[name]["parent_span_id"] or "")
            assert sent["langfuse.observation.type"] == TYPES[name]
            assert sent["langfuse.observation.input"]
            assert sent["langfuse.observation.output"]
            if name not in ("turn", "load_scene"):
                assert sent["session.id"] == answer["session_id"]
                assert sent["user.id"] == player
        root = attributes(theirs["turn"])
        assert (root["session.id"], root["user.id"]) == (answer["session_id"], player)
        assert root["langfuse.trace.name"] == "turn"
        model = attributes(theirs["chat_model"])
        assert model["langfuse.observation.model.name"] == "embedded-speaker-1"
        assert "temperature" in model["langfuse.observation.model.parameters"]
        basic = b64decode(server.requests[0].headers["authorization"].removeprefix("Basic "))
        assert basic.endswith(b":sk-secret")


@pytest.mark.parametrize("silent", [False, True], ids=["refuses", "never-answers"])
async def test_a_dead_langfuse_slows_nothing_and_loses_no_row_of_ours(
    platform, silent: bool
) -> None:
    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    hole = await asyncio.start_server(swallow, "127.0.0.1", 0)
    port = hole.sockets[0].getsockname()[1] if silent else 9
    dead = keys(f"http://127.0.0.1:{port}")
    tracing = Tracing(
        postgres_processor(platform.postgres.conninfo),
        langfuse=LangfuseKeys(dead.public_key, "sk-secret", dead.base_url),
    )
    dialogue = Dialogue(
        platform.dialogue._parts,
        tracing,
        platform.embeddings.aembed_query,
        turn_seconds=20.0,
        max_message_chars=2000,
        max_concurrent_turns=4,
    )
    turns, player = [fresh("turn") for _ in range(10)], fresh("player")
    began = time.perf_counter()
    for turn in turns:
        await dialogue.play(TurnRequest("Thank you!", turn, True, "maren", player))
    assert time.perf_counter() - began < 5.0
    closing = time.perf_counter()
    await asyncio.to_thread(tracing.close)
    assert time.perf_counter() - closing < 15.0
    hole.close()
    rows = await platform.postgres.statement(lambda connection: _counts(connection, turns))
    assert {row["turn_id"] for row in rows} == set(turns)
    assert all(row["n"] >= 11 for row in rows)


async def _own(connection: Any, turn: str) -> dict[str, Any]:
    cursor = await connection.execute("select * from observations where turn_id = %s", (turn,))
    return {row["name"]: row for row in await cursor.fetchall()}


async def _counts(connection: Any, turns: list[str]) -> Any:
    query = "select turn_id, count(*) as n from observations where turn_id = any(%s) group by 1"
    return await (await connection.execute(query, (turns,))).fetchall()
