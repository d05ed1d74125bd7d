"""What NPCs make of many talks afterwards, and the facts that a model reads: once, and lived."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from langchain_app.domain.memory.facts import Asked, Told
from langchain_app.domain.memory.reflection import OFTEN, Remembered, recurring
from langchain_app.domain.turn import TurnRequest, Utterance
from langchain_app.llm.fact_reader import ComposedReflector, ModelFactReader, ModelReflector
from langchain_app.persistence.reflections import PostgresReflections
from langchain_app.persistence.timelines import PostgresTimelines
from langchain_app.services.afterthoughts import Settled, Thinker

OBSESSED = {
    "en": (
        "I dream about lighthouses every night, I am afraid of it.",
        "lighthouses",
        "The player",
    ),
    "ko": ("저는 밤마다 등대 꿈을 꿔요, 저는 등대가 무서워요.", "등대", "플레이어는"),
}


async def reflections(game) -> list[dict[str, Any]]:
    await game.platform.thinker.idle()
    return [memory for memory in await game.memories() if memory["kind"] == "reflection"]


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_what_a_player_keeps_coming_back_to_is_reflected_upon(game, language) -> None:
    said, topic, begins = OBSESSED[language]
    for _ in range(17):
        await game.say(said, "bruna")
    found = await reflections(game)
    assert any(topic in thought["text"] for thought in found)
    assert all(thought["text"].startswith(begins) for thought in found)
    assert len({thought["seq"] for thought in found}) <= 2  # not after every turn


async def test_a_reflection_belongs_to_the_lineage_it_was_lived_on(game) -> None:
    said = OBSESSED["en"][0]
    session = None
    for _ in range(17):
        answer = await game.say(said, "bruna", **({"session_id": session} if session else {}))
        session = answer["session_id"]
    first, *others = await reflections(game)
    thoughts = {first["id"], *(other["id"] for other in others if other["seq"] == first["seq"])}
    timelines = PostgresTimelines(game.platform.postgres)
    book = game.platform.dialogue._parts.memory_book
    timeline = (await game.timeline())["id"]
    for at, lived in ((first["seq"], True), (first["seq"] - 1, False)):
        opened, _ = await timelines.fork(timeline, at)
        scene = await timelines.load_scene(
            TurnRequest("?", "t", session_id=opened), game.platform.world
        )
        found = await book.recall(scene, Utterance("What about lighthouses?", "en"), (), Asked())
        assert bool(thoughts & {memory.memory_id for memory in found}) is lived


def test_only_what_recurs_is_a_topic() -> None:
    told = [
        Remembered(f"t{n}", "The old bell rings.", "en", ("old", "bell", f"x{n}")) for n in range(3)
    ]
    assert OFTEN == 3
    assert [thought.tokens for thought in recurring(told, "en")] == [("old",), ("bell",)]
    assert recurring(told[:2], "en") == []
    assert recurring(told, "ko") == []


def model(*answers: str) -> FakeListChatModel:
    return FakeListChatModel(responses=list(answers))


def item(**values: str) -> dict[str, str]:
    return {
        "subject": "player",
        "slot": "home",
        "value": "the windmill",
        "stance": "holds",
    } | values


SAID = Utterance("Everyone knows the windmill is where I hang my hat.", "en")


async def test_a_model_reads_facts_that_are_told_in_a_roundabout_way() -> None:
    answer = f"Sure! Here it is:\n```json\n{json.dumps([item()])}\n```"
    assert await ModelFactReader(model(answer)).read(SAID) == (
        Told("player", "home", "the windmill"),
    )
    korean = Utterance("풍차가 내 보금자리지.", "ko")
    answer = json.dumps([item(value="풍차")], ensure_ascii=False)
    assert await ModelFactReader(model(answer)).read(korean) == (Told("player", "home", "풍차"),)


@pytest.mark.parametrize(
    "answer",
    [
        "I cannot say.",
        "[]",
        "[not json]",
        '{"slot": "home"}',
        json.dumps([item(slot="password")]),
        json.dumps([item(stance="maybe")]),
        json.dumps([item(value="a castle in Spain")]),
        json.dumps([item(value="windmill " * 50)]),
        json.dumps(["home", 3, None, [item()]]),
        json.dumps([item(subject="")]),
    ],
)
async def test_what_a_model_makes_up_or_garbles_is_no_fact(answer) -> None:
    assert await ModelFactReader(model(answer)).read(SAID) == ()


async def test_facts_of_a_model_are_added_once_and_the_reading_is_not_contradicted(game) -> None:
    answer = await game.say("I live at the harbour. Guess whose windmill that is.", "bruna")
    kept = PostgresReflections(game.platform.postgres)
    read = (Told("player", "home", "in the windmill"), Told("player", "owns", "the windmill"))
    for _ in range(2):
        await kept.learn(answer["turn_id"], read)
    rows = await game.sql(
        "select slot, value, source from facts where turn_id = %s order by id", answer["turn_id"]
    )
    assert [tuple(row.values()) for row in rows] == [
        ("home", "at the harbour", "reading"),
        ("owns", "the windmill", "model"),
    ]


async def test_a_turn_that_was_erased_meanwhile_learns_nothing(game) -> None:
    answer = await game.say("Hello.", "bruna")
    await game.platform.players.erase(game.player)
    kept = PostgresReflections(game.platform.postgres)
    await kept.learn(answer["turn_id"], [Told("player", "home", "here")])
    assert await game.sql("select 1 from facts where turn_id = %s", answer["turn_id"]) == []


async def test_a_model_that_fails_is_logged_and_the_next_turn_is_thought_about(
    game, caplog
) -> None:
    answer = await game.say("Hello.", "bruna")
    request = TurnRequest("?", "t", session_id=answer["session_id"])
    timelines = PostgresTimelines(game.platform.postgres)
    scene = await timelines.load_scene(request, game.platform.world)

    class Broken:
        calls = 0

        async def read(self, utterance: Utterance) -> tuple[Told, ...]:
            self.calls += 1
            if self.calls == 1:
                raise RuntimeError("the model is gone")
            return (Told("player", "pet", "a cat"),)

    thinker = Thinker(PostgresReflections(game.platform.postgres), ComposedReflector(), Broken())
    with caplog.at_level(logging.ERROR, "dramatis.afterthoughts"):
        for _ in range(2):
            thinker.put(Settled(answer["turn_id"], scene, Utterance("Hello.", "en")))
        await asyncio.wait_for(thinker.idle(), 10)
    await thinker.close()
    assert "the model is gone" in caplog.text
    rows = await game.sql("select value from facts where turn_id = %s", answer["turn_id"])
    assert [row["value"] for row in rows] == ["a cat"]


async def test_a_model_reflects_in_its_own_words_beside_the_topics(game) -> None:
    listener = game.platform.dialogue._parts.listener
    reflector = ModelReflector(model("The player fears the bell.<|im_end|>"), listener)
    told = [Remembered(f"t{n}", "The bell!", "en", ("bell",)) for n in range(3)]
    own, topic = await reflector.reflect(told, "en")
    assert own.text == "The player fears the bell."
    assert "three times" in topic.text
