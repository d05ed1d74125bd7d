"""POST /api/sentiment over real HTTP."""

from __future__ import annotations

import asyncio
import threading

import pytest

from tests.playing import error_of

LONG = "정말 고맙지만 이 국은 너무 맛없고 종소리는 아름다워요 " * 60


async def rate(game, body):
    return await game.http.post("/api/sentiment", json=body)


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("정말 고마워요, 덕분에 살았어요!", 1),
        ("Thank you so much, you are very kind!", 1),
        ("꺼져, 이 거짓말쟁이야.", -1),
        ("I hate you, you liar.", -1),
        ("시장은 몇 시에 열어요?", 0),
        ("Where is the lighthouse?", 0),
    ],
)
async def test_a_text_alone_is_rated_in_its_own_language(game, text, sign) -> None:
    response = await rate(game, {"text": text})
    answer = response.json()
    assert response.status_code == 200
    assert list(answer) == ["compound", "positive", "negative", "neutral"]
    assert all(isinstance(value, float) for value in answer.values())
    assert answer["compound"] * sign > 0.3 if sign else abs(answer["compound"]) < 0.2
    shares = answer["positive"] + answer["negative"] + answer["neutral"]
    assert shares == pytest.approx(1, abs=0.01)


async def test_the_language_that_is_named_is_the_one_in_which_it_is_rated(game) -> None:
    english, korean = [
        (await rate(game, {"text": "good!", "language": language})).json()["compound"]
        for language in ("en", "ko")
    ]
    assert english > 0.3
    assert korean == 0


async def test_a_turn_hears_what_the_route_tells(game) -> None:
    text = "정말 실망이에요, 종이 왜 그래요?"
    turn = await game.say(text)
    await asyncio.to_thread(game.platform.tracing.flush)
    rows = await game.sql(
        "select output from observations where turn_id = %s and name = 'understand'",
        turn["turn_id"],
    )
    compound = (await rate(game, {"text": text})).json()["compound"]
    assert compound < -0.3
    assert str(compound) in str(rows[0]["output"])


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"text": ""}, 422, "utterance_empty"),
        ({"text": " \n\t "}, 422, "utterance_empty"),
        ({"text": "x" * 2001}, 413, "utterance_too_long"),
        ({"text": "좋아\x00요"}, 422, "text_unprintable"),
        ({"text": "red \x1b[31m"}, 422, "text_unprintable"),
        ({"text": 7}, 422, "request_invalid"),
        ({"text": None}, 422, "request_invalid"),
        ({"text": ["좋아요"]}, 422, "request_invalid"),
        ({}, 422, "request_invalid"),
        ([], 422, "request_invalid"),
        ({"text": "bonjour", "language": "fr"}, 422, "request_invalid"),
        ({"text": "x" * 70_000}, 413, "body_too_large"),
    ],
)
async def test_what_cannot_be_rated_is_refused_with_the_reason(game, body, status, code) -> None:
    assert error_of(await rate(game, body)) == (status, code)


async def test_half_a_character_is_refused(game) -> None:
    response = await game.http.post(
        "/api/sentiment",
        content=rb'{"text": "\ud800"}',
        headers={"content-type": "application/json"},
    )
    assert error_of(response) == (422, "text_unprintable")


async def test_line_breaks_and_tabs_are_typed_by_players(game) -> None:
    assert (await rate(game, {"text": "고마워요\n\t정말로\r\n"})).json()["compound"] > 0.3


@pytest.mark.parametrize(("length", "on_the_loop"), [(20, True), (1_990, False)])
async def test_a_long_text_is_read_beside_the_event_loop(
    platform, monkeypatch, length, on_the_loop
) -> None:
    listener, threads = platform.dialogue.parts.listener, []
    heard = type(listener).sentiment

    def noted(self, utterance):
        threads.append(threading.current_thread() is threading.main_thread())
        return heard(self, utterance)

    monkeypatch.setattr(type(listener), "sentiment", noted)
    rated = await platform.dialogue.sentiment(LONG[:length])
    assert threads == [on_the_loop]
    assert rated.compound != 0


async def test_nothing_of_a_rating_is_kept(game) -> None:
    counted = "select (select count(*) from turns) + (select count(*) from timelines) as n"
    before = (await game.sql(counted))[0]["n"]
    await rate(game, {"text": "고마워요", "player_id": game.player})
    assert (await game.sql(counted))[0]["n"] == before
