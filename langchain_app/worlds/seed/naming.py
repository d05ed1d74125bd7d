"""Ids and feelings of that system in our words."""

from __future__ import annotations

import re

from langchain_app.domain.people.emotion import Emotion
from langchain_app.domain.people.relationship import WIDEST
from langchain_app.worlds.cards.korean import slug

_SAFE = re.compile(r"\w[\w.-]{0,63}")

_EMOTIONS: dict[Emotion, tuple[str, ...]] = {
    "neutral": ("neutral", "calm", "thoughtful", "resolute"),
    "joy": ("joy", "joyful", "happy", "grateful", "excited", "proud", "relieved", "amused", "warm"),
    "sadness": (
        "sadness", "sad", "grief", "melancholy", "somber", "sombre", "nostalgic", "hurt", "guilty",
        "disappointed",
    ),
    "anger": ("anger", "angry", "furious", "annoyed", "irritated", "hostile", "offended"),
    "fear": ("fear", "afraid", "scared", "anxious", "nervous", "worried", "hesitant"),
    "disgust": ("disgust", "disgusted", "contempt", "contemptuous"),
    "suspicion": ("suspicion", "suspicious", "wary", "guarded", "distrustful", "cautious"),
}  # fmt: skip
_BY_WORD = {word: emotion for emotion, words in _EMOTIONS.items() for word in words}


def kept_id(name: str, prefix: str) -> str:
    """Return an id as it stands, so that a game may go on saying it, or one that ids may be."""
    return name if _SAFE.fullmatch(name) else slug(name, prefix)


def spelled(name: str) -> str:
    """Return an id as a name: "silver_key" is "silver key"."""
    return " ".join(name.replace("_", " ").split()) or name


def emotion_of(word: str | None) -> Emotion | None:
    """Return our emotion for that system's word; None where there is none."""
    return _BY_WORD.get(word.strip().lower()) if word else None


def within_axis(deltas: dict[str, float], axes: tuple[str, ...]) -> dict[str, float]:
    """Return the deltas of known axes, none larger than a whole axis."""
    return {
        axis: round(min(WIDEST, max(-WIDEST, amount)), 4)
        for axis, amount in deltas.items()
        if axis in axes
    }


def short_title(text: str) -> str:
    """Return the first words of a text, as its title."""
    words = re.split(r"(?<=[.!?…])\s", text)[0].rstrip(".!?…")
    return words if len(words) <= 60 else f"{words[:60].rsplit(' ', 1)[0]}…"
