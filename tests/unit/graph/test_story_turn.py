"""A turn's words and a turn's state are one, whoever speaks and whoever reads."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from langchain_app.domain.errors import ChatModelFailed, GameStateInvalid
from langchain_app.domain.people.relationship import Deltas, Relationship
from langchain_app.domain.story.reading import Reading
from langchain_app.domain.story.story import Action, StoryState
from tests.unit.graph.scripted import ScriptedSpeaker, Timeline, performing, play

ENTRUSTED = StoryState(flags=frozenset({"cracked_bell.rumour", "cracked_bell.entrusted"}))
TRUSTING = Relationship(trust=0.3)


def at(ebbhold, npc: str, story: StoryState = ENTRUSTED, felt: Relationship = TRUSTING) -> Timeline:
    return Timeline(ebbhold.npc(npc), story=story, felt=felt)


@dataclass
class Reader:
    """Reads what it is told to read."""

    reading: Reading | Exception | float
    seconds: float = 0.2
    asked: int = 0

    async def read(self, question) -> Reading:
        self.asked += 1
        if isinstance(self.reading, Exception):
            raise self.reading
        if isinstance(self.reading, float):
            await asyncio.sleep(self.reading)
        assert isinstance(self.reading, Reading)
        return self.reading


@pytest.mark.parametrize(
    ("message", "promise", "sound"),
    [
        ("Is the forge warm?", "Here, take the bronze clapper!", "Warm enough to singe you."),
        ("대장간 따뜻해?", "자, 청동 추 가져가.", "덥다 못해 델 정도야."),
    ],
)
async def test_a_model_that_gives_what_nothing_gives_is_asked_again(
    ebbhold, message, promise, sound
) -> None:
    turn = await play(
        ebbhold, message, [promise], [sound], npc="dorrik", timelines=at(ebbhold, "dorrik")
    )
    assert turn.answer["reply"] == turn.shown == sound
    assert turn.answer["state"]["items"] == []


async def test_a_model_that_insists_on_its_promise_is_not_heard(ebbhold) -> None:
    lie = ["Take the bronze clapper, it is yours."]
    turn = await play(
        ebbhold, "Is the forge warm?", lie, lie, npc="dorrik", timelines=at(ebbhold, "dorrik")
    )
    assert turn.answer["model_info"]["deflected"] == "bad_reply"
    assert "clapper" not in turn.shown


async def test_the_same_words_pass_where_the_trigger_gives_it(ebbhold) -> None:
    words = "Here, take the bronze clapper."
    turn = await play(
        ebbhold,
        "Where is the old clapper? I need the clapper.",
        [words],
        npc="dorrik",
        timelines=at(ebbhold, "dorrik"),
        understood=performing({"ask-clapper": 0.95}, "requests"),
    )
    assert turn.answer["reply"] == words
    assert turn.answer["state"]["items"] == [{"item": "bronze_clapper", "amount": 1}]


DOUBTED = performing({"ask-clapper": 0.2}, "asks")
"""The reading hears nothing, and does not rule the act out."""


async def test_a_state_reader_opens_a_gate_that_the_reading_only_doubts(ebbhold) -> None:
    said = "Where do you keep the heavy thing that swings inside her?"
    reader = Reader(Reading("heads", flags={"cracked_bell.clapper_found": 0.9}, evidence=said))
    turn = await play(
        ebbhold,
        said,
        ["Aye, have it."],
        npc="dorrik",
        reader=reader,
        understood=DOUBTED,
        timelines=at(ebbhold, "dorrik"),
    )
    assert turn.answer["state"]["flags"] == {"cracked_bell.clapper_found": True}
    assert turn.answer["state"]["why"][0]["evidence"] == said


@pytest.mark.parametrize(
    "reading",
    [
        Reading("heads", flags={"cracked_bell.clapper_found": 0.49}, evidence="swings inside"),
        Reading(
            "heads", flags={"cracked_bell.clapper_found": float("nan")}, evidence="swings inside"
        ),
        Reading("heads", flags={"cracked_bell.clapper_found": 0.9}, evidence="nobody said this"),
        Reading("heads", flags={"cracked_bell.clapper_found": 0.9}),
        Reading("heads", flags={"cracked_bell.rehung": 0.99}, evidence="swings inside"),
        Reading("heads", flags={"i.win": 0.99}, evidence="swings inside"),
        Reading(
            "heads",
            actions=(Action(name="give_item", arguments={"item": "crowbar"}),),
            evidence="swings inside",
        ),
        Reading("heads", Deltas(trust=2.0), evidence="nobody said this"),
        ChatModelFailed("heads", "down"),
        30.0,
    ],
    ids=[
        "unsure",
        "nan",
        "unsaid",
        "no-evidence",
        "closed-gate",
        "no-such-flag",
        "not-offered",
        "unsaid-deltas",
        "down",
        "slow",
    ],
)
async def test_a_state_reader_that_lies_doubts_fails_or_is_late_settles_nothing(
    ebbhold, reading
) -> None:
    turn = await play(
        ebbhold,
        "What is it that swings inside her?",
        ["I could not say."],
        npc="dorrik",
        reader=Reader(reading),
        understood=DOUBTED,
        timelines=at(ebbhold, "dorrik"),
    )
    state = turn.answer["state"]
    assert (state["flags"], state["items"], state["actions"]) == ({}, [], [])
    assert set(state["deltas"].values()) == {0.0}
    assert turn.answer["reply"] == "I could not say."


async def test_a_reader_may_let_an_npc_do_what_it_is_offered(ebbhold) -> None:
    act = Action(name="open_shop")
    reader = Reader(Reading("model", actions=(act,), evidence="got anything nice"))
    turn = await play(
        ebbhold, "Got anything nice today?", ["Look around."], npc="maren", reader=reader
    )
    assert turn.answer["state"]["actions"] == [{"name": "open_shop", "arguments": {}}]
    prompt = turn.speaker.heard[0][-1].content
    assert ebbhold.manifest.actions["open_shop"].does.en in prompt


async def test_a_goal_whose_moment_has_come_is_told_to_the_model_beside_its_answer(ebbhold) -> None:
    friends = at(ebbhold, "nele", StoryState(), Relationship(trust=0.3, relationship=0.5))
    turn = await play(
        ebbhold,
        "How is the patient?",
        ["Asleep. And take this kelp bandage."],
        npc="nele",
        timelines=friends,
    )
    assert turn.answer["state"]["items"] == [{"item": "kelp_bandage", "amount": 1}]
    assert turn.answer["emotion"] == "joy"
    assert "of your own accord" in turn.speaker.heard[0][-1].content


async def test_a_verbatim_line_is_said_to_the_letter_and_no_model_is_asked(ebbhold) -> None:
    runs = performing({"goal.sable-slips-off": 0.6}, "brings_news")
    turn = await play(ebbhold, "Run, the wardens are coming!", npc="sable", understood=runs)
    goal = ebbhold.goals["sable-slips-off"]
    assert turn.answer["reply"] == turn.shown == goal.line["en"]
    assert turn.answer["state"]["actions"] == [{"name": "leave", "arguments": {}}]
    assert (turn.answer["emotion"], turn.answer["model_info"]["origin"]) == ("fear", "authored")


async def test_the_game_servers_state_counts_in_the_same_turn(ebbhold) -> None:
    turn = await play(
        ebbhold,
        "Good evening, Corvin.",
        ["The fog, friend."],
        npc="corvin",
        game_state={"weather": "fog", "relationship": {"trust": 0.45}},
    )
    state = turn.answer["state"]
    assert state["relationship"]["trust"] == 0.45
    assert state["levels"]["trust"] == "trusted"
    assert state["flags"] == {"goal.corvin-fog": True}
    assert [entry["source"] for entry in state["why"]][:2] == ["game", "game"]


async def test_a_game_state_that_the_world_does_not_know_refuses_the_turn(ebbhold) -> None:
    with pytest.raises(GameStateInvalid):
        await play(ebbhold, "Hello.", game_state={"items": ["a_dragon"]})


async def test_the_game_servers_state_is_stated_again_where_another_turn_came_first(
    ebbhold,
) -> None:
    timeline = Timeline(ebbhold.npc("maren"), moves=2)
    turn = await play(
        ebbhold,
        "Hello.",
        ["Hello."],
        timelines=timeline,
        game_state={"items": ["rope"]} if "rope" in ebbhold.items else {"items": ["moonwort"]},
    )
    assert turn.nodes.count("settle_state") == 3
    assert len(timeline.commits[0].settlement.story.items) == 1


async def test_what_a_level_asks_for_is_in_the_prompt(ebbhold) -> None:
    trusted = at(ebbhold, "maren", StoryState(), Relationship(trust=0.5))
    turn = await play(ebbhold, "What news?", ["None."], timelines=trusted)
    manner = ebbhold.manifest.axes["trust"].levels[-1].manner
    assert manner is not None
    assert manner.en in turn.speaker.heard[0][-1].content


async def test_the_fallback_too_says_what_a_goal_says(ebbhold) -> None:
    friends = at(ebbhold, "nele", StoryState(), Relationship(trust=0.3, relationship=0.5))
    light = ScriptedSpeaker([["Asleep. And take this kelp bandage."]], "light", "embedded")
    turn = await play(
        ebbhold,
        "How is he?",
        [ChatModelFailed("x", "down")],
        npc="nele",
        timelines=friends,
        fallback=light,
    )
    assert turn.answer["state"]["items"] == [{"item": "kelp_bandage", "amount": 1}]
