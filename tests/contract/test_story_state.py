"""Feelings that fade, levels that unlock, and events that gates wait for, over real Postgres."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from langchain_app.domain.memory.chronicle import EventReport
from langchain_app.domain.people.relationship import Decay, Relationship
from langchain_app.domain.ports import Whose
from langchain_app.domain.story.policy import policy_of
from langchain_app.domain.story.staging import Staged
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.turn import TurnRequest
from langchain_app.services.dialogue import Dialogue
from tests.playing import Game, fresh

SONG = {"en": "Do you and Tomas have a song?", "ko": "토마스 아저씨랑 둘만의 노래가 있어요?"}


def fading(game: Game) -> Dialogue:
    """The platform's dialogue in a world where trust fades by a tenth a day."""
    parts = game.platform.dialogue.parts
    manifest = parts.world.manifest
    trust = manifest.axes["trust"].model_copy(update={"decay": Decay(per_day=0.1)})
    axes = manifest.axes | {"trust": trust}
    world = replace(parts.world, manifest=manifest.model_copy(update={"axes": axes}))
    return Dialogue(
        replace(parts, world=world, policy=policy_of(world)),
        game.platform.tracing,
        game.platform.embeddings.aembed_query,
        turn_seconds=20,
        max_message_chars=2000,
        max_concurrent_turns=8,
    )


async def says(dialogue: Dialogue, game: Game, text: str, at: float, **more: Any) -> dict[str, Any]:
    request = TurnRequest(
        text, fresh("turn"), True, more.pop("npc", "maren"), game.player, game_time=at, **more
    )
    return await dialogue.play(request)


async def test_trust_fades_in_game_time_and_the_ledger_says_so(game) -> None:
    dialogue = fading(game)
    staged = Staged(relationships={"maren": Relationship(trust=0.5)}, game_time=10.0)
    await dialogue.parts.timelines.stage("ebbhold", game.player, staged)
    at_once = await says(dialogue, game, "Is it raining?", 10.0)
    assert at_once["state"]["relationship"]["trust"] == 0.5
    later = await says(dialogue, game, "Is it raining?", 58.0)
    assert later["state"]["relationship"]["trust"] == pytest.approx(0.3, abs=0.001)
    faded = [entry for entry in await game.ledger() if entry["source"] == "decay"]
    assert [(e["name"], e["amount"]) for e in faded] == [("trust", pytest.approx(-0.2, abs=0.001))]
    assert "48 hours" in faded[0]["reason"]


async def test_what_fades_with_one_npc_stays_with_another(game) -> None:
    dialogue = fading(game)
    both = {"maren": Relationship(trust=0.5), "bruna": Relationship(trust=0.5)}
    await dialogue.parts.timelines.stage("ebbhold", game.player, Staged(relationships=both))
    await says(dialogue, game, "Is it raining?", 24.0)
    await says(dialogue, game, "Is it raining?", 48.0)
    bruna = await says(dialogue, game, "Is it raining?", 48.0, npc="bruna")
    assert bruna["state"]["relationship"]["trust"] == pytest.approx(0.3, abs=0.001)
    maren = (await game.timeline())["relationships"]["maren"]
    assert maren["trust"] == pytest.approx(0.3, abs=0.001)


async def test_an_abandoned_future_does_not_fade_what_a_load_brings_back(game) -> None:
    dialogue = fading(game)
    staged = Staged(relationships={"maren": Relationship(trust=0.5)})
    await dialogue.parts.timelines.stage("ebbhold", game.player, staged)
    await says(dialogue, game, "Is it raining?", 1.0)
    await says(dialogue, game, "Is it raining?", 200.0)
    timeline = await game.timeline()
    session, _ = await dialogue.parts.timelines.fork(timeline["id"], 1)
    again = await says(dialogue, game, "Is it raining?", 1.0, session_id=session)
    assert again["state"]["relationship"]["trust"] == pytest.approx(0.496, abs=0.001)


async def test_a_staged_beginning_is_what_a_load_of_turn_nought_brings_back(game) -> None:
    timelines = game.platform.dialogue.parts.timelines
    staged = Staged(
        story=StoryState(items=frozenset({"moonwort"}), game={"weather": "rain"}),
        relationships={"maren": Relationship(trust=0.2)},
        game_time=30.0,
    )
    await timelines.stage("ebbhold", game.player, staged)
    await game.say("Hello.")
    session, _ = await timelines.fork((await game.timeline())["id"], 0)
    request = TurnRequest("?", fresh("turn"), True, "maren", session_id=session)
    scene = await timelines.load_scene(request, game.platform.world)
    assert scene.story == staged.story
    assert (scene.relationship.trust, scene.game_time) == (0.2, 30.0)


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_a_level_of_the_relationship_opens_lore(game, language) -> None:
    timelines = game.platform.dialogue.parts.timelines
    for closeness, told in ((0.39, False), (0.4, True)):
        felt = {"bruna": Relationship(trust=0.2, relationship=closeness)}
        session = await timelines.stage("ebbhold", fresh("player"), Staged(relationships=felt))
        body = {"message": SONG[language], "npc_id": "bruna", "session_id": session}
        answer = (await game.http.post("/api/chat", json=body)).json()
        sources = [source["id"] for source in answer["sources"]]
        assert ("bruna-first-song" in sources) is told
        assert (answer["state"]["levels"].get("relationship") == "friend") is told


async def reports(game: Game, kind: str, place: str, *, trusted: bool, at: float = 5.0) -> None:
    report = EventReport(
        fresh("event"),
        kind,
        {"en": "A purse was cut."},
        place,
        game_time=at,
        now=at,
        trusted=trusted,
    )
    await game.platform.intake.report(report, Whose(player_id=game.player))


async def test_a_goal_waits_for_an_event_that_the_game_server_reports(game) -> None:
    line = game.platform.world.goals["harl-theft"].line.en
    await reports(game, "theft", "north_gate", trusted=False)
    claimed = await game.say("Is the gate open?", "harl")
    assert line not in claimed["reply"]
    await reports(game, "theft", "north_gate", trusted=True)
    told = await game.say("Is the gate open?", "harl")
    assert told["reply"].endswith(line)
    assert told["state"]["flags"] == {"goal.harl-theft": True}
    assert line not in (await game.say("Is the gate open?", "harl"))["reply"]


async def test_an_npc_who_knows_nothing_of_an_event_does_not_act_on_it(game) -> None:
    report = EventReport(
        fresh("event"), "theft", {"en": "A purse was cut."}, "mudflats", secret=True, trusted=True
    )
    await game.platform.intake.report(report, Whose(player_id=game.player))
    assert (await game.say("Is the gate open?", "harl"))["state"]["flags"] == {}
