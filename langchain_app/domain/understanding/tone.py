"""How the player speaks, and how warmly the NPC is to answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from langchain_app.domain.people.emotion import Emotion
from langchain_app.domain.people.npc import SmallTalk
from langchain_app.domain.people.relationship import Mood

DialogueAct = SmallTalk | Literal["question"]
"""What the utterance does: asks or tells something about the world, or small talk of a kind."""


Style = Literal["warm", "plain", "cool"]
"""How an answer meets the tone of what was said, whatever the NPC feels in the long run."""


@dataclass(frozen=True, slots=True)
class Sentiment:
    """VADER's scale: compound from -1 to 1; the three shares sum to 1."""

    compound: float = 0.0
    positive: float = 0.0
    negative: float = 0.0
    neutral: float = 1.0


@dataclass(frozen=True, slots=True)
class Tone:
    """The tone of one turn: what was heard, and the settings it asks of the model."""

    sentiment: Sentiment
    act: DialogueAct
    mood: Mood
    emotion: Emotion
    style: Style
    temperature: float
    top_p: float


def choose_tone(sentiment: Sentiment, act: DialogueAct, mood: Mood) -> Tone:
    """Choose mood, style and sampling from what was said and what the NPC feels.

    A compound above 0.5 warms style and temperature and one below -0.3 cools them (the persona
    engine's rule); 0.7 and 0.9 are its defaults.
    """
    style: Style = "plain"
    temperature, top_p = 0.7, 0.9
    if sentiment.compound > 0.5:
        style, temperature, top_p = "warm", 0.8, 0.95
    elif sentiment.compound < -0.3:
        style, temperature, top_p = "cool", 0.5, 0.8
    if act == "insult":
        mood, style = "cold", "cool"
    emotion = _emotion(sentiment, act, mood)
    return Tone(sentiment, act, mood, emotion, style, temperature, top_p)


def _emotion(sentiment: Sentiment, act: DialogueAct, mood: Mood) -> Emotion:
    if act in ("insult", "threat"):
        return "anger"
    if act == "sorrow" and mood != "cold":
        return "sadness"
    if act in ("thanks", "compliment", "affection", "laughter", "joy", "joke") and mood != "cold":
        return "joy"
    if mood == "cold":
        return "suspicion"
    return "joy" if mood == "warm" and sentiment.compound > 0.5 else "neutral"
