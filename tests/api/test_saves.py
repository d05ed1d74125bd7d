"""Saves over HTTP: made, listed, loaded, and what a load brings back."""

from __future__ import annotations

import asyncio

import pytest

from langchain_app.domain.people.relationship import Relationship
from langchain_app.domain.story.staging import Staged
from langchain_app.domain.story.story import StoryState
from langchain_app.persistence.timelines import PostgresTimelines
from tests.playing import THEFT, error_of, fresh

BELL = "What happened to the bell? Why is it cracked?"
RUMOUR = "cracked_bell.rumour"
TOLD = {"en": "I live up in the mountains.", "ko": "저는 산골에 살아요."}
WHERE = {"en": "Where do I live?", "ko": "제가 어디 산다고 했죠?"}
HOME = {"en": "mountains", "ko": "산골"}
STOLEN = {"en": "Who stole the silver lantern?", "ko": "은등을 누가 훔쳐 갔어요?"}
LANTERN = {"en": "stole a silver lantern", "ko": "은등"}


async def test_a_save_says_where_it_stands(game) -> None:
    answer = await game.say("Hello.", "dorrik", game_time=30.0)
    save = await game.saved(answer["session_id"], name="before the storm")
    assert save.pop("created_at")
    assert save.pop("save_id").startswith("save-")
    assert save == {
        "session_id": answer["session_id"],
        "player_id": game.player,
        "npc_id": "dorrik",
        "turn": 1,
        "game_time": 30.0,
        "name": "before the storm",
    }


async def test_a_save_needs_no_body(game) -> None:
    session = (await game.say("Hello."))["session_id"]
    response = await game.http.post(f"/api/sessions/{session}/saves")
    assert (response.status_code, response.json()["name"]) == (201, "")


async def test_a_players_saves_are_listed_from_any_of_their_sessions_newest_first(game) -> None:
    first = (await game.say("Hello."))["session_id"]
    one = await game.saved(first, name="one")
    second = (await game.say("Hello."))["session_id"]
    assert second != first
    two = await game.saved(second, name="둘")
    other = game.another()
    await other.saved((await other.say("Hello."))["session_id"])
    for session in (first, second):
        listed = (await game.http.get(f"/api/sessions/{session}/saves")).json()
        assert listed == {"saves": [two, one]}
    some = await game.http.get(f"/api/sessions/{first}/saves", params={"limit": 1})
    assert some.json() == {"saves": [two]}


async def test_the_same_save_sent_again_is_kept_once_as_it_was_made(game) -> None:
    session = (await game.say("Hello."))["session_id"]
    name = fresh("slot")
    first = await game.saved(session, save_id=name, name="slot")
    await game.say("Thank you!", session_id=session)
    again = await asyncio.gather(
        *(game.saved(session, save_id=name, name="slot") for _ in range(4))
    )
    assert again == [first] * 4
    assert first["turn"] == 1
    other = await game.http.post(
        f"/api/sessions/{session}/saves", json={"save_id": name, "name": "another"}
    )
    assert error_of(other) == (409, "save_id_reused")


async def test_a_save_id_is_not_taken_from_another_player(game) -> None:
    other = game.another()
    taken = await other.saved((await other.say("Hello."))["session_id"])
    session = (await game.say("Hello."))["session_id"]
    response = await game.http.post(
        f"/api/sessions/{session}/saves", json={"save_id": taken["save_id"]}
    )
    assert error_of(response) == (409, "save_id_reused")


async def test_a_load_brings_back_flags_trust_and_clock_and_leaves_the_other_story(game) -> None:
    session = (await game.say("Hello.", "isaura", game_time=10.0))["session_id"]
    save = await game.saved(session)
    before = await game.lived(session)
    later = await game.say(BELL, "isaura", session_id=session, game_time=50.0)
    assert later["state"]["flags"] == {RUMOUR: True}
    left = await game.lived(session)
    loaded = await game.loaded(save)
    assert loaded["session_id"] not in (session, "")
    assert (loaded["save_id"], loaded["turn"]) == (save["save_id"], 1)
    now = await game.lived(loaded["session_id"])
    assert (now["state"], now["game_time"]) == (before["state"], 10.0)
    again = await game.say(BELL, "isaura", session_id=loaded["session_id"])
    assert again["state"] == later["state"]
    assert await game.lived(session) == left


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_what_was_told_after_the_save_is_not_remembered_once_it_is_loaded(
    game, language
) -> None:
    session = (await game.say("Hello.", "bruna"))["session_id"]
    save = await game.saved(session)
    await game.say(TOLD[language], "bruna", session_id=session)
    loaded = (await game.loaded(save))["session_id"]
    asked = {"message": WHERE[language], "npc": "bruna"}
    assert HOME[language] not in (await game.say(**asked, session_id=loaded))["reply"]
    assert HOME[language] in (await game.say(**asked, session_id=session))["reply"]


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_what_was_told_before_the_save_is_remembered_once_it_is_loaded(
    game, language
) -> None:
    session = (await game.say(TOLD[language], "bruna"))["session_id"]
    save = await game.saved(session)
    await game.say("Thank you!", "bruna", session_id=session)
    loaded = (await game.loaded(save))["session_id"]
    reply = (await game.say(WHERE[language], "bruna", session_id=loaded))["reply"]
    assert HOME[language] in reply


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_an_event_after_the_save_was_never_lived(game, language) -> None:
    session = (await game.say("Hello.", "maren", game_time=10.0))["session_id"]
    save = await game.saved(session)
    await game.say("Thank you!", "maren", session_id=session)
    await game.happens(**THEFT, session_id=session, game_time=12.0, now=14.0)
    loaded = (await game.loaded(save))["session_id"]
    asked = {"message": STOLEN[language], "npc": "maren"}
    assert LANTERN[language] not in (await game.say(**asked, session_id=loaded))["reply"]
    assert LANTERN[language] in (await game.say(**asked, session_id=session))["reply"]


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_an_event_between_the_last_turn_and_the_save_was_lived(game, language) -> None:
    session = (await game.say("Hello.", "maren", game_time=10.0))["session_id"]
    event = {**THEFT, "event_id": fresh("theft"), "session_id": session}
    first = await game.happens(**event, game_time=12.0, now=14.0)
    save = await game.saved(session)
    assert save["game_time"] == 14.0
    await game.say("Thank you!", "maren", session_id=session)
    loaded = await game.loaded(await game.saved((await game.loaded(save))["session_id"]))
    assert loaded["game_time"] == 14.0
    repeated = await game.happens(**event | {"session_id": loaded["session_id"]}, game_time=12.0)
    for answer in (repeated, first):
        answer["witnesses"].sort(key=str)
    assert repeated == first
    reply = (await game.say(STOLEN[language], "maren", session_id=loaded["session_id"]))["reply"]
    assert LANTERN[language] in reply


async def test_a_save_made_before_an_event_has_not_lived_it_though_a_later_one_has(game) -> None:
    session = (await game.say("Hello.", "maren", game_time=10.0))["session_id"]
    before = await game.saved(session)
    await game.happens(**THEFT, session_id=session, game_time=12.0, now=14.0)
    after = await game.saved(session)
    replies = []
    for save in (before, after):
        loaded = (await game.loaded(save))["session_id"]
        answer = await game.say(STOLEN["en"], "maren", session_id=loaded, game_time=14.0)
        replies.append(LANTERN["en"] in answer["reply"])
    assert replies == [False, True]


async def test_the_talk_goes_on_with_whom_the_player_spoke_to_however_often_it_is_loaded(
    game,
) -> None:
    session = (await game.say("My sister keeps bees.", "bruna"))["session_id"]
    await game.say("Hello.", "maren")  # another sitting on the same story
    save = await game.saved(session)
    for _ in range(10):
        loaded = await game.loaded(save)
        assert loaded["npc_id"] == "bruna"
        save = await game.saved(loaded["session_id"])
    answer = (await game.post({"message": "And honey?", "session_id": loaded["session_id"]})).json()
    assert answer["npc_id"] == "bruna"
    rows = await game.sql("select earlier from sessions where id = %s", loaded["session_id"])
    assert rows[0]["earlier"] == [session]


async def test_one_save_loaded_twice_opens_two_sessions_that_know_nothing_of_each_other(
    game,
) -> None:
    save = await game.saved((await game.say("Hello.", "bruna"))["session_id"])
    one, two = [(await game.loaded(save))["session_id"] for _ in range(2)]
    assert one != two
    await game.say(TOLD["en"], "bruna", session_id=one)
    assert HOME["en"] not in (await game.say(WHERE["en"], "bruna", session_id=two))["reply"]
    assert [turn["turn"] for turn in (await game.lived(two))["turns"]] == [1, 2]


async def test_a_story_that_was_loaded_can_be_saved_and_loaded_again(game) -> None:
    session = (await game.say(TOLD["en"], "bruna"))["session_id"]
    first = await game.loaded(await game.saved(session))
    await game.say(BELL, "isaura", session_id=first["session_id"])
    save = await game.saved(first["session_id"])
    await game.say("Let me help you mend it.", "isaura", session_id=first["session_id"])
    second = await game.loaded(save)
    lived = await game.lived(second["session_id"])
    assert [turn["message"] for turn in lived["turns"]] == [TOLD["en"], BELL]
    assert lived["state"]["flags"] == [RUMOUR]
    answer = await game.say(WHERE["en"], "bruna", session_id=second["session_id"])
    assert HOME["en"] in answer["reply"]


async def test_a_staged_story_is_loaded_as_it_was_staged(game) -> None:
    staged = Staged(
        story=StoryState(flags=[RUMOUR], items=["bronze_clapper"]),
        relationships={"maren": Relationship(trust=0.5, relationship=0.25)},
        game_time=40.0,
    )
    timelines = PostgresTimelines(game.platform.postgres)
    session = await timelines.stage(game.platform.world.id, game.player, staged)
    save = await game.saved(session)
    before = await game.lived(session)
    await game.say("Thank you!", "maren", session_id=session)
    again = await game.loaded(await game.saved((await game.loaded(save))["session_id"]))
    now = await game.lived(again["session_id"])
    assert (now["state"], now["game_time"]) == (before["state"], 40.0)
    assert now["state"]["items"] == ["bronze_clapper"]


async def test_the_story_is_told_with_its_reasons_its_saves_and_its_fork(game) -> None:
    session = (await game.say("Hello.", "isaura"))["session_id"]
    told = await game.say(BELL, "isaura", session_id=session)
    save = await game.saved(session, name="rumour")
    root = (await game.lived(session))["timeline_id"]
    loaded = await game.loaded(save)
    resaved = await game.saved(loaded["session_id"], name="again")
    await game.say("Thank you so much!", "isaura", session_id=loaded["session_id"])
    lived = await game.lived(loaded["session_id"])
    assert lived["forked_from"] == {"timeline_id": root, "turn": 2}
    first, second, third = lived["turns"]
    assert [t["timeline_id"] for t in lived["turns"]] == [root, root, lived["timeline_id"]]
    assert (second["turn_id"], second["reply"]) == (told["turn_id"], told["reply"])
    flag = next(change for change in second["changes"] if change["kind"] == "flag")
    assert (flag["name"], flag["amount"]) == (RUMOUR, 1.0)
    assert flag["source"].startswith("trigger:")
    assert flag["reason"]
    assert flag["evidence"]
    trust = sum(c["amount"] for t in lived["turns"] for c in t["changes"] if c["name"] == "trust")
    initial = game.platform.world.npc("isaura").initial.trust
    assert lived["state"]["relationships"]["isaura"]["trust"] == pytest.approx(initial + trust)
    assert [[s["name"] for s in turn["saves"]] for turn in lived["turns"]] == [
        [], ["again", "rumour"], [],
    ]  # fmt: skip
    assert resaved["turn"] == 2
    assert (await game.lived(session))["forked_from"] is None
    assert first["changes"] == [] or first["changes"][0]["kind"] in ("trust", "relationship")
    assert third["turn"] == lived["turn"] == 3


async def test_a_long_story_is_told_in_pages(game) -> None:
    session = (await game.say("Hello."))["session_id"]
    for _ in range(4):
        await game.say("Hello.", session_id=session)
    pages, before = [], None
    while True:
        asked = {"limit": 2} | ({"before": before} if before else {})
        page = await game.lived(session, **asked)
        pages.append([turn["turn"] for turn in page["turns"]])
        if (before := page["before"]) is None:
            break
    assert pages == [[4, 5], [2, 3], [1]]


async def test_a_deleted_save_cannot_be_loaded_and_what_was_loaded_goes_on(game) -> None:
    session = (await game.say("Hello."))["session_id"]
    save = await game.saved(session)
    loaded = (await game.loaded(save))["session_id"]
    url = f"/api/saves/{save['save_id']}"
    assert (await game.http.delete(url)).status_code == 204
    assert error_of(await game.http.post(f"{url}/load")) == (404, "unknown_save")
    assert error_of(await game.http.delete(url)) == (404, "unknown_save")
    for each in (session, loaded):
        assert (await game.say("Hello.", session_id=each))["session_id"] == each


async def test_nobody_saves_loads_lists_reads_or_deletes_in_another_players_name(game) -> None:
    session = (await game.say("Hello."))["session_id"]
    save, me = await game.saved(session), {"player_id": fresh("somebody-else")}
    own, url = f"/api/sessions/{session}", f"/api/saves/{save['save_id']}"
    refused = [
        await game.http.post(f"{own}/saves", json=me),
        await game.http.get(f"{own}/saves", params=me),
        await game.http.get(f"{own}/timeline", params=me),
    ]
    assert {error_of(response) for response in refused} == {(403, "session_of_another_player")}
    refused = [
        await game.http.post(f"{url}/load", json=me),
        await game.http.delete(url, params=me),
    ]
    assert {error_of(response) for response in refused} == {(403, "save_of_another_player")}
    assert (await game.http.post(f"{url}/load", json={"player_id": game.player})).is_success
    rows = await game.sql("select count(*) as n from timelines where player_id = %s", game.player)
    assert rows == [{"n": 2}]


async def test_what_was_never_opened_or_saved_is_unknown(game) -> None:
    own = "/api/sessions/s-nowhere"
    for response in (
        await game.http.post(f"{own}/saves"),
        await game.http.get(f"{own}/saves"),
        await game.http.get(f"{own}/timeline"),
    ):
        assert error_of(response) == (404, "unknown_session")
    assert error_of(await game.http.post("/api/saves/nothing/load")) == (404, "unknown_save")


@pytest.mark.parametrize(
    "body",
    [{"name": "a\x00b"}, {"name": "x" * 201}, {"save_id": ""}, {"save_id": "a" * 129}, {"name": 3}],
)
async def test_a_save_that_is_none_is_refused(game, body) -> None:
    session = (await game.say("Hello."))["session_id"]
    response = await game.http.post(f"/api/sessions/{session}/saves", json=body)
    assert error_of(response) == (422, "request_invalid")


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"before": 0}, {"before": 2**31}])
async def test_a_page_without_bounds_is_refused(game, query) -> None:
    session = (await game.say("Hello."))["session_id"]
    response = await game.http.get(f"/api/sessions/{session}/timeline", params=query)
    assert error_of(response) == (422, "request_invalid")


async def test_a_turn_repeated_after_a_load_returns_the_first_answer_to_its_own_session(
    game,
) -> None:
    session = (await game.say("Hello."))["session_id"]
    save = await game.saved(session)
    turn = {"message": "Thank you so much!", "npc": "maren", "turn_id": fresh("turn")}
    first = await game.say(**turn, session_id=session)
    loaded = (await game.loaded(save))["session_id"]
    again = await game.say(**turn, session_id=session)
    assert (again["reply"], again["session_id"]) == (first["reply"], session)
    assert (await game.lived(loaded))["turn"] == 1
    body = {"message": turn["message"], "turn_id": turn["turn_id"], "session_id": loaded}
    assert error_of(await game.post(body)) == (409, "turn_id_reused")


async def test_two_clients_that_load_one_save_and_speak_at_once_each_have_their_own_story(
    game,
) -> None:
    save = await game.saved((await game.say("Hello.", "maren"))["session_id"])

    async def client(word: str) -> dict:
        session = (await game.loaded(save))["session_id"]
        for _ in range(3):
            await game.say(word, "maren", session_id=session)
        return await game.lived(session)

    words = ("Thank you so much!", "What do you sell?")
    for lived, word in zip(
        await asyncio.gather(*(client(word) for word in words)), words, strict=True
    ):
        assert [turn["turn"] for turn in lived["turns"]] == [1, 2, 3, 4]
        assert [turn["message"] for turn in lived["turns"]] == ["Hello."] + [word] * 3
    rows = await game.sql(
        "select count(*) as n from timelines where player_id = %s and current", game.player
    )
    assert rows == [{"n": 1}]


async def test_saves_are_the_players_data_and_are_erased_with_the_player(game) -> None:
    session = (await game.say("Hello."))["session_id"]
    save = await game.saved(session, name="mine")
    await game.loaded(save)
    other = game.another()
    kept = await other.saved((await other.say("Hello."))["session_id"])
    listed = (await game.http.get(f"/api/players/{game.player}")).json()["saves"]
    assert [(row["id"], row["name"]) for row in listed] == [(save["save_id"], "mine")]
    erased = (await game.http.delete(f"/api/players/{game.player}")).json()
    assert erased["deleted"]["saves"] == 1
    assert erased["remaining"] == {}
    rows = await game.sql("select id from saves where id = %s", save["save_id"])
    assert rows == []
    assert (await other.loaded(kept))["turn"] == 1
