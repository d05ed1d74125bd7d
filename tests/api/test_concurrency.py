"""Many turns at once on one session, over HTTP: one after another, none lost and none twice."""

from __future__ import annotations

import asyncio
from collections import defaultdict

import pytest

from tests.playing import fresh

TURNS = 50
NPCS = ("maren", "dorrik", "isaura", "bruna")
WORDS = (
    "Thank you so much!",
    "What happened to the bell? Why is it cracked?",
    "What do you sell?",
    "You are a fool.",
)


async def test_fifty_turns_at_once_on_one_session_settle_one_after_another(game) -> None:
    session = (await game.say("Hello."))["session_id"]
    ids = [fresh("turn") for _ in range(TURNS)]

    async def turn(n: int) -> dict:
        npc, word = NPCS[n % 4], WORDS[n // 4 % 4]
        return await game.say(word, npc, session_id=session, turn_id=ids[n])

    answers = await asyncio.gather(*map(turn, range(TURNS)))
    assert [answer["turn_id"] for answer in answers] == ids
    assert {answer["session_id"] for answer in answers} == {session}
    lived = await game.lived(session, limit=200)
    assert [each["turn"] for each in lived["turns"]] == list(range(1, TURNS + 2))
    assert sorted(each["turn_id"] for each in lived["turns"][1:]) == sorted(ids)
    replies = {each["turn_id"]: each["reply"] for each in lived["turns"]}
    assert all(replies[answer["turn_id"]] == answer["reply"] for answer in answers)
    assert len(await game.memories()) == TURNS + 1
    flags, moved = [], defaultdict(float)
    for each in lived["turns"]:
        for change in each["changes"]:
            if change["kind"] == "flag":
                flags.append(change["name"])
            elif change["kind"] == "axis":
                moved[each["npc_id"], change["name"]] += change["amount"]
    assert flags
    assert lived["state"]["flags"] == sorted(flags)
    for npc, feelings in lived["state"]["relationships"].items():
        initial = game.platform.world.npc(npc).initial
        for axis in ("trust", "relationship"):
            expected = initial[axis] + moved[npc, axis]
            assert feelings[axis] == pytest.approx(expected, abs=1e-9)


async def test_a_turn_sent_fifty_times_at_once_is_settled_once(game) -> None:
    session = (await game.say("Hello."))["session_id"]
    turn = fresh("turn")
    said = {"message": WORDS[0], "session_id": session, "turn_id": turn}
    answers = await asyncio.gather(*(game.say(**said) for _ in range(TURNS)))
    assert {answer["reply"] for answer in answers} == {answers[0]["reply"]}
    assert [each["turn"] for each in (await game.lived(session))["turns"]] == [1, 2]


async def test_a_save_made_while_turns_settle_stands_at_one_of_them(game) -> None:
    session = (await game.say("Hello."))["session_id"]
    saves = asyncio.gather(*(game.saved(session) for _ in range(10)))
    await asyncio.gather(*(game.say(WORDS[0], session_id=session) for _ in range(10)))
    for save in await saves:
        loaded = (await game.loaded(save))["session_id"]
        lived = await game.lived(loaded)
        assert lived["turn"] == len(lived["turns"]) == save["turn"]
        felt = lived["state"]["relationships"]["maren"]["trust"]
        moved = sum(
            c["amount"] for t in lived["turns"] for c in t["changes"] if c["kind"] == "trust"
        )
        initial = game.platform.world.npc("maren").initial.trust
        assert felt == pytest.approx(initial + moved, abs=1e-9)
