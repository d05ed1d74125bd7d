"""Facts out of an utterance, and what a question asks for, in either language."""

from __future__ import annotations

from langchain_app.domain.facts import Asked, Told
from langchain_app.domain.text import Language
from langchain_app.language import asked_english, asked_korean, facts_english, facts_korean
from langchain_app.language.dialogue_act import asks
from langchain_app.language.tokens import sentences

MOST = 6
"""So many facts are kept of one utterance: nobody tells more in a breath, a flood is hostile."""


def told(text: str, language: Language) -> tuple[Told, ...]:
    """Return what the player told: not what was asked, supposed, quoted or said of the NPC."""
    read = facts_english.told if language == "en" else facts_korean.told
    found: list[Told] = []
    for sentence in sentences(text):
        if not asks(sentence, language):
            found += read(sentence, found)
        if len(found) > MOST:
            break
    return tuple(dict.fromkeys(found))[:MOST]


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
