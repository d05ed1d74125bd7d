"""A timeline may begin at a moment that nobody played towards."""

from __future__ import annotations

from langchain_app.domain.people.relationship import Relationship
from langchain_app.domain.story.staging import Staged
from langchain_app.domain.story.story import StoryState
from tests.playing import Game


async def test_a_staged_timeline_is_played_from_its_moment(game: Game) -> None:
    staged = Staged(
        story=StoryState(
            flags=frozenset({"cracked_bell.clapper_found"}), items=frozenset({"bronze_clapper"})
        ),
        relationships={"corvin": Relationship(trust=0.2)},
    )
    timelines = game.platform.dialogue.parts.timelines
    session = await timelines.stage("ebbhold", game.player, staged)
    answer = await game.does(
        "I brought the bronze clapper for the bell.", npc="corvin", session_id=session
    )
    assert answer["state"]["flags"] == {"cracked_bell.rehung": True}
    assert answer["state"]["relationship"]["trust"] > 0.2


async def test_staging_again_leaves_the_earlier_timeline_as_it_is(game: Game) -> None:
    timelines = game.platform.dialogue.parts.timelines
    first = await timelines.stage("ebbhold", game.player, Staged())
    await game.say("hello", session_id=first)
    second = await timelines.stage("ebbhold", game.player, Staged(game_time=30.0))
    assert first != second
    rows = await game.sql(
        "select seq, game_time, current from timelines where player_id = %s order by seq desc",
        game.player,
    )
    assert [(r["seq"], r["current"]) for r in rows] == [(1, False), (0, True)]
    assert rows[1]["game_time"] == 30.0
