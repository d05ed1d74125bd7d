"""A chat model writes queries over a real loopback server; one that fails costs nothing."""

from __future__ import annotations

import json

import pytest

from langchain_app.domain.turn import Exchange, Utterance
from langchain_app.llm.ollama import ollama_chat_model
from langchain_app.llm.query_writer import ModelQueryWriter
from tests.loopback_models import Behaviour, serve_ollama

RECENT = (Exchange("밧줄 있어요?", "있지."),)
ASKED = Utterance("그건 얼마예요?", "ko")


async def written(behaviour: Behaviour, seconds: float = 2.0) -> tuple[tuple[str, ...], str]:
    async with serve_ollama() as server:
        server.behaviour = behaviour
        writer = ModelQueryWriter(ollama_chat_model(server.url, "npc", 5.0, 2048), seconds)
        queries = await writer.queries(ASKED, RECENT)
        return queries, server.requests[-1].body["messages"][-1]["content"]


async def test_the_model_is_shown_the_talk_and_its_queries_are_read() -> None:
    answer = "Sure! " + json.dumps(["밧줄 값", "밧줄 가격", "밧줄 값"], ensure_ascii=False)
    queries, prompt = await written(Behaviour(pieces=(answer,)))
    assert queries == ("밧줄 값", "밧줄 가격")
    assert "플레이어: 밧줄 있어요?" in prompt
    assert prompt.endswith("플레이어: 그건 얼마예요?")


@pytest.mark.parametrize(
    "pieces", [("no array",), ("[1, 2, {}]",), ('["unfinished',), ("[]",), ('["", "  "]',)]
)
async def test_an_answer_that_is_no_list_of_queries_adds_nothing(pieces) -> None:
    assert (await written(Behaviour(pieces=pieces)))[0] == ()


async def test_at_most_three_queries_of_bounded_length_are_taken() -> None:
    queries, _ = await written(Behaviour(pieces=(json.dumps([f"{n}" * 900 for n in range(9)]),)))
    assert len(queries) == 3
    assert all(len(query) <= 200 for query in queries)


@pytest.mark.parametrize("breaks", ["http_500", "hang", "cut"])
async def test_a_model_that_fails_or_is_late_adds_nothing(breaks) -> None:
    assert (await written(Behaviour(breaks=breaks), seconds=0.3))[0] == ()
