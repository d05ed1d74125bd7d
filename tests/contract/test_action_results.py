"""What became of an action: reported by the game, known to who acted in the very next turn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from langchain_app.api.routes.events import _report
from langchain_app.api.schemas_events import EventRequest
from langchain_app.domain.memory.chronicle import EventReport
from langchain_app.domain.ports import Whose
from langchain_app.domain.story.staging import Staged
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.turn import TurnRequest
from langchain_app.persistence.timelines import PostgresTimelines
from langchain_app.prompts.recollection import shown
from tests.playing import Game, error_of, fresh

RING = {
    "en": "Corvin, ring the bell once more.",
    "ko": "종을 한 번 더 쳐 주세요.",
}
FAILED = {
    "en": "The attempt to ring the Tide Bell failed.",
    "ko": "물때종을 치려 했으나 뜻대로 되지 않았다.",
}
CLOSED = {"en": "The door did not open.", "ko": "문은 열리지 않았다."}
RUNG = frozenset({"cracked_bell.rumour", "cracked_bell.entrusted", "cracked_bell.rehung"})


async def rings(game: Game) -> dict[str, Any]:
    """Let Corvin ask the game to ring the bell; return the answer."""
    staged = Staged(story=StoryState(flags=RUNG))
    timelines = PostgresTimelines(game.platform.postgres)
    session = await timelines.stage(game.platform.world.id, game.player, staged)
    answer = await game.does(RING["en"], "corvin", session_id=session)
    assert [action["name"] for action in answer["state"]["actions"]] == ["ring_bell"]
    return answer


async def report(game: Game, **action: Any) -> Any:
    more = action.pop("event", {})
    body = {"player_id": game.player, "action": {"name": "ring_bell", "succeeded": False} | action}
    return await game.http.post("/api/events", json=body | more)


async def in_mind(game: Game, npc: str, language: Any = "en", **scene: Any) -> list[str]:
    """Return what an NPC's prompt shows before anything else, whatever is said."""
    request = TurnRequest("?", fresh("turn"), True, npc, game.player, game_time=0.0, **scene)
    world, chronicle = game.platform.world, game.platform.dialogue.parts.chronicle
    at = await PostgresTimelines(game.platform.postgres).load_scene(request, world)
    return [shown(just, language) for just in await chronicle.just_happened(at, language)]


async def test_who_acted_knows_in_the_next_turn_and_only_then(game: Game) -> None:
    answer = await rings(game)
    response = await report(game, turn_id=answer["turn_id"])
    assert response.status_code == 200, response.text
    assert response.json()["witnesses"] == [{"npc_id": "corvin", "how": "took part"}]
    assert await in_mind(game, "corvin") == [
        f"This has just happened. You were part of it: {FAILED['en']}"
    ]
    assert await in_mind(game, "corvin", "ko") == [
        f"방금 일어난 일이다. 함께 겪은 일: {FAILED['ko']}"
    ]
    assert await in_mind(game, "maren") == []  # she stands elsewhere
    await game.say("Lovely weather.", "corvin")
    assert await in_mind(game, "corvin") == []  # by now it is a memory like others


async def test_the_last_turn_that_asked_for_it_is_meant_where_none_is_named(game: Game) -> None:
    await rings(game)
    assert (await report(game)).json()["witnesses"] == [{"npc_id": "corvin", "how": "took part"}]
    other = game.another()  # nobody ever asked for it there
    assert (await report(other)).json()["witnesses"] == []


async def test_the_games_own_words_and_witnesses_come_first(game: Game) -> None:
    answer = await rings(game)
    event = {"text": CLOSED, "witnesses": ["maren"], "kind": "door"}
    told = await report(game, turn_id=answer["turn_id"], event=event)
    assert told.json()["witnesses"] == [{"npc_id": "maren", "how": "saw"}]
    assert await in_mind(game, "maren", "ko") == [f"방금 일어난 일이다. 직접 본 일: {CLOSED['ko']}"]
    assert await in_mind(game, "corvin") == []


async def test_a_save_from_before_has_not_lived_it(game: Game) -> None:
    answer = await rings(game)
    assert (await report(game, event={"text": CLOSED})).status_code == 200
    assert await in_mind(game, "corvin") != []
    timelines = PostgresTimelines(game.platform.postgres)
    parent = (await game.sql(
        "select t.id, t.seq from timelines t join sessions s on s.timeline_id = t.id "
        "where s.id = %s", answer["session_id"],
    ))[0]  # fmt: skip
    await timelines.fork(parent["id"], parent["seq"])
    assert await in_mind(game, "corvin") == []
    assert await in_mind(game, "corvin", session_id=answer["session_id"]) != []


async def test_the_embedded_speaker_tells_of_it_only_when_asked(game: Game) -> None:
    session = (await rings(game))["session_id"]
    assert (await report(game)).status_code == 200
    quiet = await game.say("What do you think of gulls?", "corvin", session_id=session)
    assert "attempt" not in quiet["reply"]
    assert (await report(game, event={"event_id": fresh("event")})).status_code == 200
    told = await game.say("Why did the attempt fail?", "corvin", session_id=session)
    assert FAILED["en"] in told["reply"]


@pytest.mark.parametrize(
    ("language", "asked"),
    [
        ("en", "Did it work?"),
        ("en", "What happened with the bell?"),
        ("en", "Did you manage it?"),
        ("ko", "잘 됐어요?"),
        ("ko", "종은 어떻게 됐어요?"),
    ],
)
async def test_the_embedded_speaker_tells_how_it_went(game: Game, language, asked) -> None:
    session = (await rings(game))["session_id"]
    assert (await report(game)).status_code == 200
    told = await game.say(asked, "corvin", session_id=session)
    assert FAILED[language] in told["reply"] or (
        language == "ko" and "뜻대로 되지" in told["reply"]
    )


async def test_a_model_is_shown_it_first_whatever_the_player_says(
    model_game: Game, model_server: Any
) -> None:
    event = {"text": CLOSED, "witnesses": ["maren"]}
    assert (await report(model_game, event=event)).status_code == 200
    await model_game.say("What do you sell?", "maren")
    prompt = model_server.requests[-1].body["messages"][-1]["content"]
    remembered = prompt.partition("[What you remember")[2]
    assert remembered.split("\n")[1] == (f"- This has just happened. You saw: {CLOSED['en']}")


@pytest.mark.parametrize(
    ("action", "error"),
    [
        ({"name": "fly"}, (422, "event_invalid")),
        ({"turn_id": "no-such-turn"}, (404, "unknown_turn")),
        ({"name": ""}, (422, "request_invalid")),
        ({"succeeded": None}, (422, "request_invalid")),
        ({"arguments": [1]}, (422, "request_invalid")),
        ({"event": {"text": ""}}, (422, "event_invalid")),
    ],
)
async def test_what_was_never_asked_for_has_no_result(game: Game, action: Any, error: Any) -> None:
    assert error_of(await report(game, **action)) == error
    assert await game.sql("select id from timelines where player_id = %s", game.player) == []


async def test_a_turn_of_another_story_or_without_the_action_is_refused(game: Game) -> None:
    turn = (await rings(game))["turn_id"]
    assert error_of(await report(game.another(), turn_id=turn)) == (404, "unknown_turn")
    wrong = await report(game, name="heal", turn_id=turn)
    assert error_of(wrong) == (422, "event_invalid")


async def test_a_result_is_reported_once_however_often_it_is_sent(game: Game) -> None:
    answer = await rings(game)
    same = {"event_id": fresh("event")}
    first = await report(game, turn_id=answer["turn_id"], event=same)
    again = await report(game, turn_id=answer["turn_id"], event=same)
    assert again.json() == first.json()
    other = await report(game, turn_id=answer["turn_id"], succeeded=True, event=same)
    assert error_of(other) == (409, "event_id_reused")


async def test_an_event_without_text_or_action_is_refused(game: Game) -> None:
    body = {"player_id": game.player, "kind": "weather"}
    response = await game.http.post("/api/events", json=body)
    assert error_of(response) == (422, "request_invalid")


# Events that gates wait for


async def heard(game: Game, npc: str, monkeypatch: Any, *kinds: str) -> frozenset[str]:
    world = game.platform.world
    monkeypatch.setitem(world.__dict__, "awaited", kinds)
    request = TurnRequest("?", fresh("turn"), True, npc, game.player, game_time=0.0)
    return (await PostgresTimelines(game.platform.postgres).load_scene(request, world)).heard


async def test_gates_hear_of_events_by_a_game_servers_word_alone(
    game: Game, monkeypatch: Any
) -> None:
    saw = EventReport(fresh("event"), "storm", CLOSED, place="keel_market", trusted=True)
    claimed = replace(saw, event_id=fresh("event"), kind="coronation", trusted=False)
    for told in (saw, claimed):
        await game.platform.intake.report(told, Whose(player_id=game.player))
    asked = ("storm", "coronation", "flood")
    assert await heard(game, "maren", monkeypatch, *asked) == {"storm"}
    assert await heard(game, "corvin", monkeypatch, *asked) == frozenset()  # not yet, if ever
    assert await heard(game, "maren", monkeypatch, "flood") == frozenset()
    assert await heard(game, "maren", monkeypatch) == frozenset()


async def test_a_branch_from_before_has_not_heard_it(game: Game, monkeypatch: Any) -> None:
    await game.say("Hello.", "maren")
    parent = (await game.timeline())["id"]
    saw = EventReport(fresh("event"), "storm", CLOSED, place="keel_market", trusted=True)
    await game.platform.intake.report(saw, Whose(player_id=game.player))
    assert await heard(game, "maren", monkeypatch, "storm") == {"storm"}
    await PostgresTimelines(game.platform.postgres).fork(parent, 1)
    assert await heard(game, "maren", monkeypatch, "storm") == frozenset()


def test_a_report_is_trusted_only_where_its_reporter_is() -> None:
    body = EventRequest(kind="storm", text="It hailed.")
    assert _report(body, trusted=False).trusted is False
    assert _report(body, trusted=True).trusted is True
