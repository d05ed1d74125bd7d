"""What NPCs remember: of this player, from this NPC's own ears, in any session, at once."""

from __future__ import annotations

import asyncio

import pytest

TOLD = {
    "en": ("My sister Linnea keeps bees in Harrowgate.", "Do you remember my sister Linnea?"),
    "ko": ("제 여동생 린네아는 하로게이트에서 벌을 쳐요.", "제 여동생 린네아 기억해요?"),
}


async def recalled(game, answer) -> list[str]:
    """What came to mind in a turn: the players' words, by the trace."""
    await asyncio.to_thread(game.platform.tracing.flush)
    rows = await game.sql(
        "select output from observations where turn_id = %s and name = 'recall_memories'",
        answer["turn_id"],
    )
    return [memory["player"] for memory in rows[0]["output"]["memories"]]


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_what_was_said_in_one_session_is_recalled_in_a_later_one(game, language) -> None:
    said, asked = TOLD[language]
    first = await game.say(said, "bruna")
    await game.say({"en": "What do you serve?", "ko": "뭐 팔아요?"}[language], "bruna")
    later = await game.say(asked, "bruna")
    assert later["session_id"] != first["session_id"]
    assert said in await recalled(game, later)
    assert "Linnea" in later["reply"] or "린네아" in later["reply"]


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_it_is_readable_in_the_very_next_turn(game, language) -> None:
    said, asked = TOLD[language]
    first = await game.say(said, "bruna")
    answer = await game.say(asked, "bruna", session_id=first["session_id"])
    assert "Linnea" in answer["reply"] or "린네아" in answer["reply"]


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_another_npc_does_not_remember_it(game, language) -> None:
    said, asked = TOLD[language]
    await game.say(said, "bruna")
    answer = await game.say(asked, "dorrik")
    assert await recalled(game, answer) == []


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_it_is_not_remembered_of_another_player(game, language) -> None:
    said, asked = TOLD[language]
    await game.say(said, "bruna")
    other = game.another()
    answer = await other.say(asked, "bruna")
    assert await recalled(other, answer) == []
    assert "Harrowgate" not in answer["reply"]
    assert "하로게이트" not in answer["reply"]


async def test_what_was_never_said_does_not_come_to_mind(game) -> None:
    await game.say(TOLD["en"][0], "bruna")
    answer = await game.say("How much is the stew tonight?", "bruna")
    assert await recalled(game, answer) == []
