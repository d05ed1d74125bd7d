"""Understands what the player said: one reading of it, and how it feels."""

from __future__ import annotations

import asyncio

from langgraph.runtime import Runtime

from langchain_app.domain.errors import UnderstandingFailed
from langchain_app.domain.story.gates import closed_triggers, open_triggers
from langchain_app.domain.story.helping import offering_help
from langchain_app.domain.story.story_acts import story_acts
from langchain_app.domain.story.triggers import asked_back_of, plays
from langchain_app.domain.understanding.hearing import heard
from langchain_app.domain.understanding.tone import choose_tone
from langchain_app.domain.understanding.understanding import Before, StoryAct, ToRead, Understood
from langchain_app.graph.context import TurnContext
from langchain_app.graph.observed import Update, observed
from langchain_app.graph.state import TurnState

READING_S = 3.5
"""What a reading may take: 20 ms as a rule, the first one with an NPC some hundreds, when what its
acts are compared with is worked out. A turn without one answers, and moves nothing that is costly."""
BEFORE = 2
"""Turns before the utterance that it is read with: a play may go on."""


@observed("evaluator", "utterance")
async def understand(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Read the utterance against what the story waits for; rate its feeling, choose how to answer."""
    parts, scene, utterance = runtime.context.parts, state["scene"], state["utterance"]
    understood = await _read(state, runtime.context)
    sentiment = parts.listener.sentiment(utterance)
    tone = choose_tone(sentiment, understood.manner, scene.mood)
    return {"understood": understood, "tone": tone}


async def _read(state: TurnState, context: TurnContext) -> Understood:
    """Read; a reading that fails or is late costs understanding, not the turn."""
    parts, scene, utterance = context.parts, state["scene"], state["utterance"]
    triggers = parts.world.triggers[scene.npc.id]
    opened = open_triggers(triggers, scene, parts.policy)
    closed = closed_triggers(triggers, opened, scene)
    acts = story_acts((*opened, *closed), scene.npc, utterance, parts.world.items)
    to_read = ToRead(
        heard(utterance.text) or utterance.text,
        utterance.language,
        scene.npc,
        tuple(Before(turn.player, turn.npc) for turn in scene.recent[-BEFORE:]),
        (*_held_against(acts), *offering_help(parts.world, scene)) if heard(utterance.text) else (),
        tuple(filter(None, [asked_back_of(scene.recent)])),
    )
    try:
        async with asyncio.timeout(min(context.remaining, READING_S)):
            understood = await parts.understanding.read(to_read)
            return understood.as_played() if plays(scene.recent) else understood
    except TimeoutError:
        return Understood(failure="the reading was late")
    except UnderstandingFailed as error:
        return Understood(failure=error.message)


def _held_against(acts: tuple[StoryAct, ...]) -> tuple[StoryAct, ...]:
    """Return the acts that the words are held against; despair has a head of its own."""
    return tuple(act for act in acts if not act.despairs)
