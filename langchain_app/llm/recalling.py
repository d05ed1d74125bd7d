"""What the embedded speaker says when the player asks what it remembers of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from langchain_app.domain.facts import Asked
from langchain_app.domain.memory import Recollection
from langchain_app.domain.npc import SpeechLevel
from langchain_app.domain.text import Language
from langchain_app.domain.turn import Brief
from langchain_app.language.dialogue_act import asks
from langchain_app.language.fact_sentences import reminded
from langchain_app.language.facts import asked, told

_ABOUT_MEMORY: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:remember|recall|forgot|forget|did i (?:say|tell)|i told you|my name|we talked|"
        r"what (?:was|is) i|last time|my|am i|do i|did i)\b",
        re.IGNORECASE,
    ),
    "ko": re.compile(
        r"기억|잊었|잊으|까먹|내가 ?(?:뭐|뭘|무슨|어디|누구|전에)|제가 ?(?:뭐|뭘|무슨|어디|누구|전에)|"
        r"(?:^|\s)(?:내|제)\s?(?!가|생각|말|보기)[가-힣]+|(?:내|제)가 .*(?:했|랬|라고|다고)|지난번|저번|아까|말했(?:잖|었|지|죠)"
    ),
}
_QUOTED: dict[SpeechLevel, str] = {
    "hapsyo": "전에 “{said}”라고 하셨습니다. 똑똑히 기억합니다.",
    "haeyo": "전에 “{said}”라고 하셨잖아요. 기억하고 있어요.",
    "hao": "전에 “{said}”라고 하지 않았소. 기억하고 있소.",
    "hage": "전에 “{said}”라고 했지 않나. 기억하고말고.",
    "hae": "전에 “{said}”라고 했잖아. 기억하지.",
}
_QUOTED_ENGLISH = "You said to me once: “{said}” I remember."
AT_ONCE = 3
"""So many facts are told to somebody who asks for everything."""


def recalled(brief: Brief) -> str | None:
    """Return the answer out of memory: a fact, or the player's own words.

    None where nothing was remembered of what only the player can have told; "" where the question
    is none about memory.
    """
    text, language = brief.utterance.text, brief.utterance.language
    if not asks(text, language):
        return ""
    wanted = asked(text, language)
    facts = [memory for memory in brief.memories if memory.kind == "fact"]
    if facts:
        return " ".join(_of_fact(memory, brief) for memory in _answering(facts, wanted))
    said = [m for m in brief.memories if m.kind == "said" and not asks(m.player, language)]
    if (
        wanted.subjects and wanted.slots
    ):  # what was understood, and is no such fact, answers nothing
        said = [m for m in said if not told(m.player, language)]
    if said and (wanted.of_player or _ABOUT_MEMORY[language].search(text)):
        return _quoted(said[0].player, brief)
    thoughts = [m.text for m in brief.memories if m.kind == "reflection"]
    if thoughts and wanted.of_player:
        return thoughts[0]
    return None if wanted.of_player else ""


def _answering(facts: Sequence[Recollection], wanted: Asked) -> Sequence[Recollection]:
    """Return what is told: the one that answers, or of everything asked for the first few."""
    alike = {(memory.facts[0].told.subject, memory.facts[0].told.slot) for memory in facts}
    return facts[:AT_ONCE] if len(alike) > 1 and len(wanted.slots) != 1 else facts[:1]


def _of_fact(memory: Recollection, brief: Brief) -> str:
    level, language = brief.scene.npc.speech_level, brief.utterance.language
    said = reminded(list(memory.facts), memory.renewed, language, level)
    return said or _quoted(memory.player, brief)


def _quoted(said: str, brief: Brief) -> str:
    said = said.strip()
    if brief.utterance.language == "en":
        return _QUOTED_ENGLISH.format(said=said if said[-1:] in ".!?" else f"{said}.")
    return _QUOTED[brief.scene.npc.speech_level].format(said=said)
