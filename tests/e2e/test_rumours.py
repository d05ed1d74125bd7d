"""A theft at the market, from the game's report to what is said of it in the town."""

from __future__ import annotations

import pytest

from langchain_app.persistence.timelines import PostgresTimelines

THEFT = {
    "kind": "theft",
    "text": {
        "en": "A hooded stranger stole a silver lantern from a stall.",
        "ko": "두건 쓴 사람이 가판에서 은등을 훔쳐 갔다.",
    },
    "place": "keel_market",
    "importance": 0.7,
    "game_time": 34.0,
    "now": 34.5,
    "gate": {"audience": ["npc:maren", "npc:bruna"]},
}
ASKED = {
    "en": ("What happened at the market today?", "What happened at the market yesterday?"),
    "ko": ("오늘 시장에서 무슨 일 있었어요?", "어제 시장에서 무슨 일 있었어요?"),
}
SEEN = {"en": "I saw it with my own eyes.", "ko": "제 눈으로 봤어요."}
LANTERN = {"en": "silver lantern", "ko": "은등"}
HEARD = {
    "en": ("I had it from Maren:", "I wasn't there myself."),
    "ko": ("마렌한테 들은 얘기예요.", "훔쳐 갔대요."),
}


async def ask(game, language: str, npc: str, at: float) -> str:
    today, yesterday = ASKED[language]
    question = today if at < 48 else yesterday
    return (await game.say(question, npc, game_time=at))["reply"]


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_who_stood_there_tells_it_in_the_next_turn(game, language) -> None:
    reported = await game.happens(**THEFT)
    assert reported["witnesses"] == [{"npc_id": "maren", "how": "saw"}]
    reply = await ask(game, language, "maren", 35)
    assert SEEN[language] in reply
    assert LANTERN[language] in reply


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_who_was_told_says_so_and_is_less_sure(game, language) -> None:
    await game.happens(**THEFT)
    assert LANTERN[language] not in await ask(game, language, "bruna", 35)
    reply = await ask(game, language, "bruna", 50)
    assert LANTERN[language] in reply
    assert all(words in reply for words in HEARD[language])


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_whom_the_gate_leaves_out_never_hears_of_it(game, language) -> None:
    await game.happens(**THEFT)
    for npc in ("dorrik", "harl", "teck"):
        assert LANTERN[language] not in await ask(game, language, npc, 60)


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_after_a_load_of_an_earlier_save_it_never_happened(game, language) -> None:
    await game.say("Hello.", "maren", game_time=30)
    await game.happens(**THEFT)
    assert LANTERN[language] in await ask(game, language, "maren", 35)
    timeline = await game.timeline()
    await PostgresTimelines(game.platform.postgres).fork(timeline["id"], 1)
    for npc in ("maren", "bruna"):
        assert LANTERN[language] not in await ask(game, language, npc, 60)


async def test_a_rumour_names_its_way_through_the_town(game) -> None:
    await game.happens(**(THEFT | {"gate": None}))
    known = await game.sql(
        "select h.* from hearsay h join timelines t on t.id = h.timeline_id "
        "where t.player_id = %s order by since",
        game.player,
    )
    assert known[0]["npc_id"] == "maren"
    far = next(row for row in known if len(row["told_by"]) == 2)
    reply = await ask(game, "en", far["npc_id"], far["since"] + 12)
    assert "who had it from Maren:" in reply
    assert "I wouldn't swear to it." in reply
