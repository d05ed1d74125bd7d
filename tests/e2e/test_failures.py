"""What happens when a part breaks: servers that break on purpose, a database that is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.loopback_models import Behaviour
from tests.playing import error_of, fresh, shown

ASKED = "What do you sell here?"
SPOKEN = Behaviour(pieces=("Rope, ", "rainwater and ", "lamp oil, friend."))


@pytest.mark.parametrize("model_provider", ["ollama", "openai"], indirect=True, scope="session")
class TestAChatModel:
    async def test_that_works_is_heard(self, model_game, model_server) -> None:
        model_server.behaviour = SPOKEN
        events = await model_game.events(ASKED)
        assert shown(events) == events[-1]["reply"] == "Rope, rainwater and lamp oil, friend."
        info = events[-1]["model_info"]
        assert (info["origin"], info["deflected"]) == ("model", None)
        assert info["spoken_by"] == info["model"]

    @pytest.mark.parametrize(
        ("breaks", "why"),
        [
            ("http_500", "model_failed"),
            ("queue_full", "model_failed"),
            ("error_line", "model_failed"),
            ("cut", "model_failed"),
            ("malformed", "model_failed"),
            ("unfinished", "model_failed"),
            ("hang", "out_of_time"),
            ("stall", "out_of_time"),
        ],
    )
    async def test_that_breaks_leaves_the_npc_answering_in_character(
        self, model_game, model_server, breaks: Any, why: str
    ) -> None:
        model_server.behaviour = SPOKEN._replace(breaks=breaks)
        events = await model_game.events(ASKED)
        answer = events[-1]
        assert answer["type"] == "complete"
        assert answer["model_info"]["origin"] == "fallback"
        assert answer["model_info"]["deflected"] == why
        assert answer["model_info"]["spoken_by"] == "embedded-speaker-1"
        assert shown(events).strip() == answer["reply"]
        assert "lamp oil, friend" not in answer["reply"]
        assert answer["timing_ms"]["total"] < 7000
        assert len(await model_game.turns()) == 1
        assert not model_server.answering
        model_server.behaviour = SPOKEN
        assert (await model_game.say(ASKED))["model_info"]["origin"] == "model"

    async def test_that_leaves_its_role_is_asked_once_more_and_then_replaced(
        self, model_game, model_server
    ) -> None:
        model_server.behaviour = Behaviour(pieces=("As an AI ", "language model, ", "I cannot."))
        asked = len(model_server.requests)
        events = await model_game.events(ASKED)
        chats = [r for r in model_server.requests[asked:] if r.method == "POST"]
        assert len(chats) == 2
        assert "AI" not in "".join(e["content"] for e in events if e["type"] == "token")
        assert events[-1]["model_info"]["deflected"] == "bad_reply"
        assert shown(events).strip() == events[-1]["reply"]

    async def test_that_gives_a_gated_secret_away_is_not_heard(
        self, model_game, model_server
    ) -> None:
        world = model_game.platform.world
        secret = next(
            passage
            for passage in world.passages.values()
            if "public" not in passage.gate.audience
            and "npc:maren" not in passage.gate.audience
            and passage.gate.audience[0].startswith("npc:")
        )
        model_server.behaviour = Behaviour(pieces=(secret.body.en,))
        answer = await model_game.say(ASKED)
        assert answer["model_info"]["deflected"] == "bad_reply"
        assert secret.body.en not in answer["reply"]

    async def test_that_is_told_to_answer_in_korean_and_speaks_english_is_replaced(
        self, model_game, model_server
    ) -> None:
        model_server.behaviour = SPOKEN
        answer = await model_game.say("여기 뭐 팔아요?")
        assert answer["model_info"]["deflected"] == "bad_reply"
        assert any("가" <= letter <= "힣" for letter in answer["reply"])


async def test_a_database_killed_in_mid_turn_loses_nothing_that_was_acknowledged(
    model_game, model_server
) -> None:
    model_server.behaviour = SPOKEN
    acknowledged = [(await model_game.say(ASKED))["turn_id"] for _ in range(3)]
    for _ in range(2):
        turn = fresh("turn")
        model_server.behaviour = SPOKEN._replace(pause_s=0.3)
        playing = asyncio.create_task(
            model_game.post({"message": ASKED, "npc_id": "maren", "turn_id": turn})
        )
        while not model_server.answering:  # past load_scene, before the commit
            await asyncio.sleep(0.01)
        _kill_postmaster(model_game.platform.settings.platform.state_dir)
        response = await playing
        if response.status_code != 200:
            assert error_of(response) == (503, "database_unavailable")
            assert "turn_id" in response.json()["error"]["hint"]
        model_server.behaviour = SPOKEN
        repeated = await _until_answered(model_game, turn)
        assert repeated["turn_id"] == turn
        acknowledged.append(turn)
    turns = await model_game.turns()
    assert [row["id"] for row in turns] == acknowledged
    assert [row["seq"] for row in turns] == [1, 2, 3, 4, 5]
    assert len(await model_game.memories()) == 5
    assert (await model_game.http.get("/health")).json()["parts"]["database"]["ok"]


async def test_traces_go_on_after_the_database_was_killed(model_game) -> None:
    _kill_postmaster(model_game.platform.settings.platform.state_dir)
    answer = await _until_answered(model_game, fresh("turn"))
    await asyncio.to_thread(model_game.platform.tracing.flush)
    rows = await model_game.sql(
        "select name from observations where turn_id = %s", answer["turn_id"]
    )
    assert "remember_turn" in {row["name"] for row in rows}


async def test_knowledge_that_another_process_holds_is_told_and_read_once_released(
    ingested, tmp_path
) -> None:
    from langchain_app.domain.errors import KnowledgeStoreLocked
    from langchain_app.retrieval.milvus_store import MilvusStore
    from tests.playing import state_with

    folder = state_with(ingested, tmp_path / "state") / "milvus.db"
    holder = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import sys; from langchain_app.retrieval.milvus_store import MilvusStore\n"
        "with MilvusStore(sys.argv[1]).client(): print('open', flush=True); sys.stdin.read()",
        str(folder),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert holder.stdout is not None
    try:
        assert await asyncio.wait_for(holder.stdout.readline(), 60) == b"open\n"
        store = MilvusStore(str(folder), lock_wait_s=0.3)
        with pytest.raises(KnowledgeStoreLocked) as told:
            await asyncio.to_thread(store.read, "ebbhold")
        assert str(folder) in told.value.message
        assert told.value.hint
        waiting = asyncio.to_thread(MilvusStore(str(folder)).read, "ebbhold")
        reading = asyncio.create_task(waiting)
        await asyncio.sleep(0.3)
        assert not reading.done()
        assert holder.stdin is not None
        holder.stdin.close()
        knowledge = await asyncio.wait_for(reading, 20)
    finally:
        if holder.returncode is None:
            holder.terminate()
        await holder.wait()
    assert knowledge is not None
    assert len(knowledge.stored) > 1000


async def test_embeddings_that_fail_or_hang_cost_the_meaning_and_not_the_turn(game) -> None:
    from langchain_app.domain.errors import EmbeddingsUnavailable
    from langchain_app.domain.turn import TurnRequest
    from langchain_app.services.dialogue import Dialogue

    async def fail(text: str) -> list[float]:
        raise EmbeddingsUnavailable("down")

    async def hang(text: str) -> list[float]:
        await asyncio.sleep(3600)
        return []

    for embed in (fail, hang):
        dialogue = Dialogue(
            game.platform.dialogue._parts,
            game.platform.tracing,
            embed,
            turn_seconds=2.0,
            max_message_chars=2000,
            max_concurrent_turns=4,
        )
        request = TurnRequest("What do you sell?", fresh("turn"), True, "maren", game.player)
        answer = await dialogue.play(request)
        assert answer["reply"]
        assert answer["timing_ms"]["total"] < 5000
    assert len(await game.turns()) == 2


async def _until_answered(game: Any, turn: str) -> dict[str, Any]:
    """Repeat a turn as a game would, as long as it is told to."""
    for _ in range(20):
        response = await game.post({"message": ASKED, "npc_id": "maren", "turn_id": turn})
        if response.status_code == 200:
            return dict(response.json())
        assert error_of(response)[0] == 503
        await asyncio.sleep(float(response.headers["retry-after"]) / 4)
    raise AssertionError("the database never came back")


def _kill_postmaster(state: Path) -> None:
    pid = int((state / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
