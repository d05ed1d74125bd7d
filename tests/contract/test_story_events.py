"""Story events in Postgres: who knows what by when, on which timeline, at what cost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from langchain_app.domain.lore.lore import Gate
from langchain_app.domain.memory.chronicle import SECRET_FROM, EventReport, TimeWindow
from langchain_app.domain.people.relationship import Relationship
from langchain_app.domain.ports import Whose
from langchain_app.domain.turn import TurnRequest, Utterance
from langchain_app.persistence.timelines import PostgresTimelines
from tests.playing import fresh

FIRE = {"en": "A brazier set fire to a sail.", "ko": "화로에서 돛에 불이 옮겨붙었다."}
WEDDING = {"en": "A ropemaker married a weaver.", "ko": "밧줄장이와 베 짜는 이가 혼인했다."}


async def happens(game, text, at: float, **more) -> None:
    more = {"place": "keel_market", "importance": 0.7, **more}
    report = EventReport(fresh("event"), "test", text, game_time=at, now=at, **more)
    await game.platform.intake.report(report, Whose(player_id=game.player))


async def scene(game, npc: str, at: float):
    request = TurnRequest("?", fresh("turn"), True, npc, game.player, game_time=at)
    return await PostgresTimelines(game.platform.postgres).load_scene(request, game.platform.world)


async def recalled(game, npc: str, at: float, question: str, language="en") -> list[str]:
    parts = game.platform.dialogue._parts
    found = await parts.chronicle.recall(
        await scene(game, npc, at), Utterance(question, language), ()
    )
    return [recollection.text for recollection in found]


async def test_events_are_recalled_by_meaning(game) -> None:
    await happens(game, FIRE, 10)
    await happens(game, WEDDING, 11)
    assert await recalled(game, "maren", 12, "Which sail caught fire?") == [FIRE["en"]]
    assert await recalled(game, "maren", 12, "밧줄장이가 누구랑 혼인했어요?", "ko") == [
        WEDDING["ko"]
    ]
    assert await recalled(game, "maren", 12, "How much is a rope?") == []


async def test_events_are_recalled_by_time(game) -> None:
    await happens(game, FIRE, 10)
    await happens(game, WEDDING, 34)
    for question, language in (
        ("What happened here yesterday?", "en"),
        ("어제 무슨 일 있었어요?", "ko"),
    ):
        assert await recalled(game, "maren", 60, question, language) == [WEDDING[language]]
    for question, language in (
        ("What happened the day before yesterday?", "en"),
        ("그저께 무슨 일 있었어요?", "ko"),
        ("What happened the day before the wedding of the ropemaker?", "en"),
        ("밧줄장이가 혼인하기 전날 무슨 일 있었어요?", "ko"),
    ):
        assert await recalled(game, "maren", 60, question, language) == [FIRE[language]]


async def test_the_worlds_past_is_recalled_by_its_time_behind_its_gate(game) -> None:
    for question, language, word in (
        ("What happened four years ago?", "en", "Library"),
        ("사 년 전에 무슨 일 있었어요?", "ko", "등불 서고"),
    ):
        (text,) = await recalled(game, "maren", 1, question, language)
        assert word in text
    for question in ("What happened two weeks ago?", "What happened 13 days ago?"):
        told = " ".join(await recalled(game, "maren", 1, question))
        assert "Thwarts" not in told
        assert "petrel" not in told


async def test_what_an_npc_is_not_told_yet_is_not_recalled(game) -> None:
    await happens(game, FIRE, 10)
    hearsay = await game.sql(
        "select h.* from hearsay h join timelines t on t.id = h.timeline_id "
        "where t.player_id = %s and cardinality(told_by) > 0 order by since",
        game.player,
    )
    last = hearsay[-1]
    assert await recalled(game, last["npc_id"], last["since"] - 0.5, "What about the fire?") == []
    assert await recalled(game, last["npc_id"], last["since"], "What about the fire?") != []


async def test_a_gate_of_trust_and_of_story_is_asked_at_every_telling(game) -> None:
    shy = Gate(audience=("public",), trust=0.9)
    late = Gate(audience=("public",), after="cracked_bell.rumour")
    await happens(game, FIRE, 10, gate=shy)
    await happens(game, WEDDING, 10, gate=late)
    assert await recalled(game, "maren", 12, "What happened today?") == []
    await game.say("What happened to the bell? Why is it cracked?", "isaura", game_time=12)
    assert await recalled(game, "maren", 12, "What happened today?") == [WEDDING["en"]]


async def test_a_fork_knows_what_was_lived_before_it_and_nothing_after(game) -> None:
    await happens(game, FIRE, 10)
    await game.say("Hello.", "maren", game_time=12)
    await happens(game, WEDDING, 14)
    await game.say("Hello again.", "maren", game_time=15)
    parent = (await game.timeline())["id"]
    await PostgresTimelines(game.platform.postgres).fork(parent, 1)
    assert await recalled(game, "maren", 20, "What happened today?") == [FIRE["en"]]
    await happens(game, {"en": "A gull stole a fish."}, 18)
    assert len(await recalled(game, "maren", 20, "What happened today?")) == 2


async def test_an_event_may_be_told_anew_after_a_load(game) -> None:
    name = fresh("event")
    report = EventReport(name, "test", FIRE, place="keel_market", game_time=10, now=10)
    whose = Whose(player_id=game.player)
    await game.say("Hello.", "maren", game_time=9)
    await game.platform.intake.report(report, whose)
    parent = (await game.timeline())["id"]
    await PostgresTimelines(game.platform.postgres).fork(parent, 1)
    assert await recalled(game, "maren", 12, "What happened today?") == []
    await game.platform.intake.report(report, whose)
    assert await recalled(game, "maren", 12, "What happened today?") == [FIRE["en"]]


async def test_story_events_are_retrieved_by_window_and_query(game) -> None:
    await happens(game, FIRE, 10)
    await happens(game, WEDDING, 34)
    chronicle = game.platform.dialogue._parts.chronicle
    at = await scene(game, "maren", 40)
    query = Utterance("ropemaker", "en")
    for window, found in (
        (None, [WEDDING["en"]]),
        (TimeWindow(30, 40), [WEDDING["en"]]),
        (TimeWindow(0, 30), []),
    ):
        texts = [r.text for r in await chronicle.retrieve(at, window, query, (), 5)]
        assert texts == found


async def test_what_a_turn_did_is_known_to_who_stood_by_and_goes_no_further(game) -> None:
    await game.say("What happened to the bell? Why is it cracked?", "isaura", game_time=12)
    rows = await game.sql(
        "select h.npc_id, h.how, e.text, e.seq from story_events e join hearsay h "
        "on h.timeline_id = e.timeline_id and h.event_id = e.id join timelines t "
        "on t.id = e.timeline_id where t.player_id = %s order by h.npc_id",
        game.player,
    )
    assert [(row["npc_id"], row["how"]) for row in rows] == [
        ("corvin", "saw"),
        ("isaura", "took part"),
    ]
    assert rows[0]["seq"] == 1
    assert "‘금 간 종’" in rows[0]["text"]["ko"]


async def test_a_turn_that_was_not_committed_left_no_event(game) -> None:
    answer = await game.say("What happened to the bell? Why is it cracked?", "isaura")
    await game.say(
        "What happened to the bell? Why is it cracked?", "isaura", turn_id=answer["turn_id"]
    )
    rows = await game.sql(
        "select e.id from story_events e join timelines t on t.id = e.timeline_id "
        "where t.player_id = %s",
        game.player,
    )
    assert len(rows) == 1


async def test_no_id_that_a_game_chose_stops_a_turn(game) -> None:
    report = EventReport("turn-x.0", "test", FIRE, place="keel_market")
    await game.platform.intake.report(report, Whose(player_id=game.player))
    taken = await game.sql("select id from turns where id = 'turn-x'")
    assert taken == []
    await game.say("What happened to the bell? Why is it cracked?", "isaura", turn_id="turn-x")
    rows = await game.sql(
        "select e.kind from story_events e join timelines t on t.id = e.timeline_id "
        "where t.player_id = %s",
        game.player,
    )
    assert [row["kind"] for row in rows] == ["test"]


async def test_a_players_events_are_erased_with_their_story(game) -> None:
    await happens(game, FIRE, 10)
    timeline = (await game.timeline())["id"]
    await game.sql("delete from timelines where id = %s returning id", timeline)
    for table in ("story_events", "hearsay"):
        assert (
            await game.sql(f"select * from {table} where timeline_id = %s limit 1", timeline) == []
        )


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_an_npc_without_events_is_not_asked_for_any(game, language) -> None:
    assert (await scene(game, "maren", 1)).eventful is False
    await happens(game, FIRE, 10)
    assert (await scene(game, "maren", 10)).eventful is True


@pytest.mark.parametrize("loud", [False, True])
@pytest.mark.parametrize(
    ("language", "question"), [("en", "Which sail caught fire?"), ("ko", "어느 돛에 불이 났어요?")]
)
async def test_a_secret_is_told_only_to_whom_the_witness_trusts(
    game, language, question, loud
) -> None:
    await happens(game, FIRE, 10, secret=True, loud=loud)
    for trust, told in ((SECRET_FROM - 0.01, []), (SECRET_FROM, [FIRE[language]])):
        at = await scene(game, "maren", 12)
        trusting = replace(at, relationship=Relationship(trust=trust))
        chronicle = game.platform.dialogue._parts.chronicle
        found = await chronicle.recall(trusting, Utterance(question, language), ())
        assert [recollection.text for recollection in found] == told


async def test_the_author_of_a_secret_may_say_at_which_trust_it_is_told(game) -> None:
    gate = Gate(audience=("public",), trust=-1)
    await happens(game, FIRE, 10, secret=True, gate=gate)
    assert await recalled(game, "maren", 12, "Which sail caught fire?") == [FIRE["en"]]
