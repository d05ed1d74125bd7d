"""Reflections: what an NPC makes of many exchanges, once enough that matters has gathered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from langchain_app.domain.text import Language

THRESHOLD = 6.0
"""Importance that has to gather since the last reflection: a dozen exchanges that matter. Generative
Agents reflect at 150 on a scale of ten, some two or three times a day.
"""
OFTEN = 3
"""A word that the player comes back to so often is a topic."""
MOST = 3

_TIMES: dict[Language, Mapping[int, str]] = {
    "en": {3: "three times", 4: "four times", 5: "five times"},
    "ko": {3: "세 번", 4: "네 번", 5: "다섯 번"},
}
_MANY: dict[Language, str] = {"en": "again and again", "ko": "여러 번"}
_SPOKEN: dict[Language, str] = {
    "en": "The player has spoken of “{topic}” {times}.",
    "ko": "플레이어는 ‘{topic}’ 이야기를 {times} 했다.",
}


@dataclass(frozen=True, slots=True)
class Remembered:
    """One exchange that is reflected upon."""

    turn_id: str
    player: str
    language: Language
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reflected:
    """A thought, and the words by which it comes to mind."""

    text: str
    tokens: tuple[str, ...]


def recurring(remembered: Sequence[Remembered], language: Language) -> list[Reflected]:
    """Return a thought for each topic that the player keeps coming back to, the commonest first.

    A topic is shown by the word of the player that holds its stem.
    """
    counts: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for memory in remembered:
        if memory.language != language:
            continue
        for token in dict.fromkeys(memory.tokens):
            word = _surface(token, memory.player)
            if word:
                counts[token] += 1
                shown.setdefault(token, word)
    often = [(token, count) for token, count in counts.most_common() if count >= OFTEN]
    return [
        Reflected(
            _SPOKEN[language].format(
                topic=shown[token], times=_TIMES[language].get(count, _MANY[language])
            ),
            (token,),
        )
        for token, count in often[:MOST]
    ]


def _surface(token: str, text: str) -> str:
    """Return the word that a token stands for; empty for topics and for stems too short to show."""
    if token.startswith("~") or len(token) < 2:
        return ""
    at = text.lower().find(token)
    if at < 0:
        return ""
    if not text[at].isascii():  # a Korean word ends where its particle begins
        return token
    end = at
    while end < len(text) and text[end].isalnum():
        end += 1
    return text[at:end].lower()
