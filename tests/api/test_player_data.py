"""What is kept of a player: listed, corrected, erased everywhere, and the erasure proved."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from langchain_app.observability.tracing import LangfuseKeys
from langchain_app.persistence.players import PostgresPlayers
from langchain_app.persistence.timelines import PostgresTimelines
from langchain_app.services.players import Players
from tests.playing import error_of, fresh, served

SAID = {"en": "I live up in the mountains.", "ko": "저는 산골에 살아요."}
WHERE = {"en": "Where do I live?", "ko": "제가 어디 산다고 했죠?"}
RIGHT = {"en": "at the harbour", "ko": "항구"}
WRONG = {"en": "mountains", "ko": "산골"}


async def mentions(game, word: str) -> dict[str, int]:
    """Rows of every table in which a word stands."""
    await asyncio.to_thread(game.platform.tracing.flush)
    tables = await game.sql(
        "select table_name as name from information_schema.tables "
        "where table_schema = 'public' and table_type = 'BASE TABLE'"
    )
    counts = {}
    for table in tables:
        rows = await game.sql(
            f"select count(*) as n from {table['name']} t where to_jsonb(t)::text like %s",
            f"%{word}%",
        )
        counts[table["name"]] = rows[0]["n"]
    return {name: count for name, count in counts.items() if count}


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_everything_kept_of_a_player_is_listed(game, language) -> None:
    answer = await game.say(SAID[language], "bruna")
    kept = (await game.http.get(f"/api/players/{game.player}")).json()
    assert kept["player_id"] == game.player
    assert [turn["id"] for turn in kept["turns"]] == [answer["turn_id"]]
    assert [memory["player_said"] for memory in kept["memories"]] == [SAID[language]]
    assert [(f["slot"], f["npc_id"]) for f in kept["facts"]] == [("home", "bruna")]
    assert [session["id"] for session in kept["sessions"]] == [answer["session_id"]]


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_a_corrected_fact_is_what_the_npc_says_and_the_old_one_is_gone_for_good(
    game, language
) -> None:
    await game.say(SAID[language], "bruna")
    fact = (await game.http.get(f"/api/players/{game.player}")).json()["facts"][0]
    url = f"/api/players/{game.player}/facts/{fact['id']}"
    corrected = await game.http.patch(url, json={"value": RIGHT[language]})
    assert corrected.json() == fact | {"value": RIGHT[language], "source": "player"}
    kept = await game.http.get(f"/api/players/{game.player}")
    assert WRONG[language] not in kept.text
    reply = (await game.say(WHERE[language], "bruna"))["reply"]
    assert RIGHT[language] in reply
    assert WRONG[language] not in reply


async def test_a_memory_that_was_deleted_is_not_remembered_and_its_words_are_nowhere(game) -> None:
    secret = f"xyzzy{game.player[-6:]}"
    answer = await game.say(f"I own a {secret} and I love bees.", "bruna")
    assert await mentions(game, secret)
    url = f"/api/players/{game.player}/memories/{answer['turn_id']}"
    assert (await game.http.delete(url)).status_code == 204
    assert await mentions(game, secret) == {}
    assert error_of(await game.http.delete(url)) == (404, "unknown_memory")
    assert secret not in (await game.say("What do I own?", "bruna"))["reply"]


async def test_a_player_is_erased_from_every_table_traces_included_and_it_is_proved(game) -> None:
    first = await game.say(SAID["en"], "bruna")
    await game.say("What happened to the bell?", "isaura")
    await game.say("Hello.", "bruna", session_id=first["session_id"])
    timeline = (await game.timeline())["id"]
    session, forked = await PostgresTimelines(game.platform.postgres).fork(timeline, 2)
    await game.say("Thank you!", "isaura", session_id=session)
    await game.post({"message": "Hi.", "session_id": "s-nowhere"})  # a turn that was never settled
    other = game.another()
    await other.say(SAID["ko"], "bruna")
    response = await game.http.delete(f"/api/players/{game.player}")
    assert response.status_code == 200, response.text
    erased = response.json()
    assert erased["remaining"] == {}
    tables = {"timelines", "sessions", "turns", "memories", "memory_terms", "facts", "ledger",
              "outbox", "observations"}  # fmt: skip
    assert tables <= set(erased["deleted"])
    assert (erased["deleted"]["timelines"], erased["deleted"]["turns"]) == (2, 4)
    for name in (game.player, timeline, forked, first["session_id"], first["turn_id"]):
        assert await mentions(game, name) == {}
    assert (await other.timeline())["seq"] == 1
    assert await other.memories()


async def test_spans_that_waited_for_export_do_not_come_after_the_erasure(game) -> None:
    for _ in range(5):
        await game.say("Hello.", "bruna")
    assert (await game.http.delete(f"/api/players/{game.player}")).status_code == 200
    await asyncio.sleep(0.8)  # more than the exporter's delay
    assert await mentions(game, game.player) == {}


@pytest.mark.parametrize("method", ["get", "delete"])
async def test_a_player_whom_nobody_knows_is_told_so(game, method) -> None:
    response = await getattr(game.http, method)(f"/api/players/{fresh('nobody')}")
    assert error_of(response) == (404, "unknown_player")


async def test_the_second_erasure_says_that_nothing_is_kept(game) -> None:
    await game.say("Hello.", "bruna")
    url = f"/api/players/{game.player}"
    assert (await game.http.delete(url)).status_code == 200
    assert error_of(await game.http.delete(url)) == (404, "unknown_player")
    assert (await game.say("Hello.", "bruna"))["player_id"] == game.player  # may come again


async def test_a_player_whose_name_begins_alike_keeps_everything(game) -> None:
    other = game.another()
    object.__setattr__(other, "player", f"{game.player}0")
    odd = game.another()
    object.__setattr__(odd, "player", f'{game.player}%"_\\')
    for each in (game, other, odd):
        await each.say("I own a boat.", "bruna")
    await game.http.delete(f"/api/players/{game.player}")
    assert (await other.timeline())["seq"] == 1
    erased = await odd.platform.players.erase(odd.player)
    assert erased["remaining"] == {}
    assert await odd.turns() == []
    assert (await other.timeline())["seq"] == 1


@pytest.mark.parametrize("name", ["ko", "maren", "neutral", "question", "Hello.", "start"])
async def test_a_player_called_like_a_word_of_the_house_takes_nobody_along(game, name) -> None:
    answer = await game.say("Hello.", "maren")
    await game.say("안녕하세요.", "maren")
    before = await mentions(game, answer["session_id"])
    alike = {"message": "Hello.", "player_id": name, "npc_id": "bruna"}
    assert (await game.http.post("/api/chat", json=alike)).status_code == 200
    erased = (await game.http.delete(f"/api/players/{name}")).json()
    assert erased["remaining"] == {}
    assert erased["deleted"]["turns"] == 1
    assert await mentions(game, answer["session_id"]) == before
    assert len(await game.turns()) == 2
    again = await game.http.delete(f"/api/players/{name}")
    assert error_of(again) == (404, "unknown_player")


async def test_nobody_corrects_or_deletes_what_is_another_players(game) -> None:
    answer = await game.say(SAID["en"], "bruna")
    fact = (await game.http.get(f"/api/players/{game.player}")).json()["facts"][0]["id"]
    other = game.another()
    await other.say("Hello.", "bruna")
    patched = await game.http.patch(
        f"/api/players/{other.player}/facts/{fact}", json={"value": "nowhere"}
    )
    assert error_of(patched) == (404, "unknown_fact")
    deleted = await game.http.delete(f"/api/players/{other.player}/memories/{answer['turn_id']}")
    assert error_of(deleted) == (404, "unknown_memory")
    assert "mountains" in (await game.say(WHERE["en"], "bruna"))["reply"]


@pytest.mark.parametrize(
    "body", [{}, {"value": ""}, {"value": "x" * 201}, {"value": "a\u0000b"}, {"value": 3}]
)
async def test_a_correction_that_is_none_is_refused(game, body) -> None:
    await game.say(SAID["en"], "bruna")
    fact = (await game.http.get(f"/api/players/{game.player}")).json()["facts"][0]["id"]
    response = await game.http.patch(f"/api/players/{game.player}/facts/{fact}", json=body)
    assert error_of(response) == (422, "request_invalid")


async def test_the_routes_can_be_switched_off(game) -> None:
    await game.say("Hello.", "bruna")
    settings = game.platform.settings.platform
    settings.player_data_routes = False
    try:
        async with served(game.platform) as url, httpx.AsyncClient(base_url=url) as http:
            response = await http.delete(f"/api/players/{game.player}")
    finally:
        settings.player_data_routes = True
    assert error_of(response) == (403, "player_data_off")
    assert await game.turns()


async def test_langfuse_is_asked_to_delete_the_players_traces(game) -> None:
    asked: list[tuple[Any, str]] = []
    app = FastAPI()

    @app.delete("/api/public/traces")
    async def delete(request: Request) -> dict[str, str]:
        asked.append((json.loads(await request.body()), request.headers["authorization"]))
        return {"message": "ok"}

    answers = [await game.say("Hello.", "bruna") for _ in range(2)]
    async with served(app) as url:
        players = Players(
            PostgresPlayers(game.platform.postgres),
            game.platform.tracing,
            LangfuseKeys("pk", "sk-secret", url),
        )
        erased = await players.erase(game.player)
    body, authorization = asked[0]
    assert sorted(body["traceIds"]) == sorted(answer["trace_id"] for answer in answers)
    assert b64decode(authorization.removeprefix("Basic ")) == b"pk:sk-secret"
    assert erased["deleted"]["langfuse_traces"] == 2


async def test_nothing_is_erased_while_langfuse_does_not_answer(game) -> None:
    from langchain_app.domain.errors import TracesNotErased

    await game.say("Hello.", "bruna")
    dead = LangfuseKeys("pk", "sk", "http://127.0.0.1:9")
    players = Players(PostgresPlayers(game.platform.postgres), game.platform.tracing, dead)
    with pytest.raises(TracesNotErased):
        await players.erase(game.player)
    assert len(await game.turns()) == 1


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_a_correction_carries_no_control_tokens_into_what_is_said(game, language) -> None:
    await game.say(SAID[language], "bruna")
    fact = (await game.http.get(f"/api/players/{game.player}")).json()["facts"][0]
    url = f"/api/players/{game.player}/facts/{fact['id']}"
    nothing = await game.http.patch(url, json={"value": "<|im_start|><|im_end|>"})
    assert error_of(nothing) == (422, "fact_invalid")
    value = f"<|im_start|>{RIGHT[language]}\u200b<|im_end|>"
    assert (await game.http.patch(url, json={"value": value})).json()["value"] == RIGHT[language]
    assert RIGHT[language] in (await game.say(WHERE[language], "bruna"))["reply"]
