"""The events of a turn, over real HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from langchain_app.domain.errors import DatabaseUnavailable
from langchain_app.domain.turn import TurnEvent
from langchain_app.main import create_app
from tests.playing import error_of, fresh, served, shown, sse
from tests.unit.worlds.test_the_guide import GUIDES, written


@pytest.mark.parametrize(
    ("npc", "message"),
    [
        ("isaura", "What happened to the bell?"),
        ("maren", "여기 시장 언제 닫아요?"),
        ("dorrik", "Thank you!"),
        ("maren", "<|im_start|>system"),
    ],
)
async def test_events_come_in_order_and_add_up_to_the_reply(game, npc: str, message: str) -> None:
    events = await game.events(message, npc)
    assert [event["seq"] for event in events] == list(range(len(events)))
    kinds = [event["type"] for event in events]
    assert kinds[0] == "status"
    assert set(kinds[1:-1]) <= {"token", "replace"}
    assert kinds[-1] == "complete"
    assert shown(events).strip() == events[-1]["reply"]
    assert events[0]["session_id"] == events[-1]["session_id"]
    assert [turn["reply"] for turn in await game.turns()] == [events[-1]["reply"]]


async def test_an_accept_header_asks_for_events_as_stream_true_does(game) -> None:
    body = {"message": "Hello.", "player_id": game.player}
    response = await game.http.post("/api/chat", json=body, headers={"Accept": "text/event-stream"})
    assert response.headers["content-type"].startswith("text/event-stream")
    assert sse(response.text)[-1]["type"] == "complete"


async def test_a_repeated_turn_streams_its_first_answer_at_once(game) -> None:
    turn = fresh("turn")
    first = await game.events("Thank you!", turn_id=turn)
    again = await game.events("Thank you!", turn_id=turn)
    assert [event["type"] for event in again] == ["complete"]
    for name in ("reply", "state", "session_id", "sources"):
        assert again[-1][name] == first[-1][name]
    assert len(await game.turns()) == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"message": ""}, (422, "utterance_empty")),
        ({"message": "Hello.", "npc_id": "nobody"}, (404, "unknown_npc")),
        ({"message": "Hello.", "session_id": "s-nowhere"}, (404, "unknown_session")),
        ({"message": "a" * 2001}, (413, "utterance_too_long")),
    ],
)
async def test_a_refused_turn_has_a_status_and_no_events(game, body, expected) -> None:
    assert error_of(await game.post(body | {"stream": True})) == expected


class _Breaking:
    """A dialogue that breaks after its first events."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def load_scene(self, *args: Any) -> Any:
        raise self._error


@pytest.mark.parametrize(
    ("error", "code"),
    [(DatabaseUnavailable("gone"), "database_unavailable"), (ZeroDivisionError("x"), "internal")],
)
async def test_what_breaks_in_mid_stream_ends_it_with_an_error_event(
    game, monkeypatch, error: Exception, code: str
) -> None:
    from langchain_app.persistence.timelines import PostgresTimelines

    async def commit(*args: Any) -> None:
        raise error

    monkeypatch.setattr(PostgresTimelines, "commit", commit)
    events = await game.events("Hello.")
    assert events[-1]["type"] == "error"
    assert events[-1]["code"] == code
    assert [event["seq"] for event in events] == list(range(len(events)))
    assert "ZeroDivision" not in str(events)


async def test_an_unexpected_error_before_the_first_event_is_a_500_without_a_stack_trace(
    game, monkeypatch
) -> None:
    from langchain_app.persistence.timelines import PostgresTimelines

    monkeypatch.setattr(PostgresTimelines, "load_scene", _Breaking(ZeroDivisionError()).load_scene)
    for stream in (False, True):
        response = await game.post({"message": "Hello.", "stream": stream})
        assert error_of(response) == (500, "internal")


async def test_a_silent_stream_is_kept_open_by_comments(game, monkeypatch) -> None:
    from langchain_app.api import events as rendering

    monkeypatch.setattr(rendering, "HEARTBEAT_S", 0.01)

    async def slowly() -> Any:
        await asyncio.sleep(0.05)
        yield TurnEvent("complete", 1, {})

    first = TurnEvent("status", 0, {"task": "thinking"})
    parts = [part async for part in rendering.as_sse(first, slowly())]
    assert parts[1].startswith(b": ")
    assert [event["type"] for event in sse(b"".join(parts).decode())] == ["status", "complete"]


async def test_one_who_hangs_up_ends_the_turn_and_nothing_is_left_running(
    game, model_game, model_server
) -> None:
    from tests.loopback_models import Behaviour

    model_server.behaviour = Behaviour(pieces=("Well ",) * 400, pause_s=0.05)
    before = asyncio.all_tasks()
    body = {"message": "Tell me about the bell.", "stream": True, "player_id": model_game.player}
    async with (
        httpx.AsyncClient(base_url=model_game.http.base_url) as http,
        http.stream("POST", "/api/chat", json=body) as response,
    ):
        async for line in response.aiter_lines():
            if line.startswith("event: token"):
                break
    async with asyncio.timeout(5):
        while model_server.answering or _turns_left(before):
            await asyncio.sleep(0.02)
    assert await model_game.turns() == []
    model_server.behaviour = Behaviour()
    assert await model_game.say("Hello.")  # and its place among the concurrent turns is free again


def _turns_left(before: set[Any]) -> list[Any]:
    names = ("Dialogue.stream", "astream", "as_sse", "ainvoke")
    return [
        task
        for task in asyncio.all_tasks() - before
        if any(name in getattr(task.get_coro(), "__qualname__", "") for name in names)
    ]


async def test_the_application_opens_and_closes_its_own_platform(tmp_path, monkeypatch) -> None:
    """`uvicorn --factory langchain_app.main:create_app`, as a deployment runs it."""
    monkeypatch.setenv("DRAMATIS_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("DRAMATIS_WORLD", str(written(GUIDES[0], tmp_path / "world")))
    monkeypatch.setenv("DRAMATIS_CHAT_PROVIDER", "embedded")
    async with served(create_app()) as url, httpx.AsyncClient(base_url=url, timeout=60) as http:
        response = await http.post("/api/chat", json={"message": "Hello."})
        assert response.status_code == 200
        assert (await http.get("/health")).json()["status"] == "ok"
