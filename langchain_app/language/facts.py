"""Facts out of an utterance, and what a question asks for, in either language."""

from __future__ import annotations

import re

from langchain_app.domain.facts import PLAYER, Asked, Told
from langchain_app.domain.text import Language
from langchain_app.language import asked_english, asked_korean, facts_english, facts_korean
from langchain_app.language.dialogue_act import asks
from langchain_app.language.tokens import sentences

MOST = 6
"""So many facts are kept of one utterance: nobody tells more in a breath, a flood is hostile."""
_ASKED_BACK: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"(?:,|\s[-–—])\s*(?:and |but |so )?(?:what|who|how|where|why|which|and yours?\b|yours?\b)[^,]*\?\s*$"
        r"|\s(?:and|but) (?:what|who|how|where|yours?)\b[^,]*\?\s*$",
        re.IGNORECASE,
    ),
    "ko": re.compile(
        r"(?:,\s*|(?<=는데)\s+|(?<=인데)\s+|(?<=인데요)\s+|(?<=이고)\s+|(?<=지만)\s+)"
        r"(?=(?:그럼 |그쪽|너|넌|네|니|당신|자네|댁|아저씨|아주머니|성함))[^,]*\?\s*$"
    ),
}
_ARRIVED = re.compile(r"\b(?:moved|came) (?:over )?here\b|(?:여기|이곳)\S*\s.*이사", re.IGNORECASE)


def told(text: str, language: Language) -> tuple[Told, ...]:
    """Return what the player told: not what was asked, supposed, quoted or said of the NPC."""
    read = facts_english.told if language == "en" else facts_korean.told
    found: list[Told] = []
    for sentence in sentences(text):
        telling = _before_the_question(sentence, language)
        if not asks(telling, language):
            found += read(telling, found)
        if len(found) > MOST:
            break
    return tuple(dict.fromkeys(_where_they_stayed(found, text)))[:MOST]


def _before_the_question(sentence: str, language: Language) -> str:
    """Return what is told before it is asked back: "My name is Jun, what's yours?"."""
    back = _ASKED_BACK[language].search(sentence)
    return sentence[: back.start()] if back and asks(sentence, language) else sentence


def _where_they_stayed(found: list[Told], text: str) -> list[Told]:
    """Leave out the town somebody arrived in, where the same breath tells the house they live in."""
    homes = [fact for fact in found if (fact.subject, fact.slot) == (PLAYER, "home")]
    if len(homes) < 2 or not _ARRIVED.search(text):
        return found
    return [fact for fact in found if fact not in homes[:-1] or fact.stance != "holds"]


def asked(text: str, language: Language) -> Asked:
    """Return what a question wants to be reminded of; nothing where nothing is asked."""
    if not asks(text, language):
        return Asked()
    return asked_english.asked(text) if language == "en" else asked_korean.asked(text)


def of_player(text: str, language: Language) -> bool:
    """Tell whether a question may be about what the player told."""
    if not asks(text, language):
        return False
    return asked_english.of_me(text) if language == "en" else asked_korean.of_me(text)
