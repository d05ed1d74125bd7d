"""Composes a reply from what the author wrote and what retrieval found. No language model.

It answers what was asked from the lore in the NPC's own register, chats when there is nothing to
look up, and says in character that it does not know where nothing good enough was found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from langchain_app.domain.lines import pick
from langchain_app.domain.lore import OWN_WORDS, ScoredChunk
from langchain_app.domain.npc import SpeechLevel, VoiceLines
from langchain_app.domain.text import Language
from langchain_app.domain.turn import Brief
from langchain_app.language.dialogue_act import asks
from langchain_app.language.korean import KoreanAnalyser
from langchain_app.language.speech_level import speak_at_level
from langchain_app.language.tokens import sentences
from langchain_app.llm.telling import Teller

WHOLE_PASSAGE: dict[Language, int] = {"en": 230, "ko": 120}
"""A passage of at most so many characters is told whole; of a longer one, two sentences are."""
SURE = 0.9
"""A remark that asks nothing is answered from lore only if a passage is so sure to be meant."""

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
_RECALLED: dict[SpeechLevel, str] = {
    "hapsyo": "전에 “{said}”라고 하셨습니다. 똑똑히 기억합니다.",
    "haeyo": "전에 “{said}”라고 하셨잖아요. 기억하고 있어요.",
    "hao": "전에 “{said}”라고 하지 않았소. 기억하고 있소.",
    "hage": "전에 “{said}”라고 했지 않나. 기억하고말고.",
    "hae": "전에 “{said}”라고 했잖아. 기억하지.",
}
_RECALLED_ENGLISH = "You said to me once: “{said}” I remember."


class Composer:
    """Turns a brief into a reply."""

    def __init__(self, korean: KoreanAnalyser) -> None:
        self._korean = korean
        self._teller = Teller(korean)

    def compose(self, brief: Brief) -> str:
        """Return the reply. The same brief gives the same reply."""
        language = brief.utterance.language
        lines = brief.scene.npc.lines[language]
        act, mood = brief.tone.act, brief.tone.mood
        if brief.triggers.fired is not None:
            return brief.triggers.fired.trigger.line[language]
        if act != "question" and act != "small_talk":
            return self._pick(brief, lines.small_talk_lines(act, mood))
        if recalled := self._recalled(brief):
            return recalled
        if told := self._teller.tell(brief):
            return f"{self._pick(brief, lines.openers[mood])} {told}"
        asked = asks(brief.utterance.text, language)
        if brief.lore.grounded and (asked or brief.lore.chunks[0].confidence >= SURE):
            return self._answer(brief, lines)
        return self._pick(brief, lines.unknown if asked else lines.small_talk)

    def _answer(self, brief: Brief, lines: VoiceLines) -> str:
        mood = brief.tone.mood
        parts = [self._pick(brief, lines.openers[mood]), self._told(brief.lore.chunks[0], brief)]
        if len(parts[1]) < WHOLE_PASSAGE[brief.utterance.language] and brief.scene.seq % 3 == 1:
            parts.append(self._pick(brief, lines.closers[mood]))
        return " ".join(parts)

    def _told(self, found: ScoredChunk, brief: Brief) -> str:
        """Return the passage, or of a long one the sentence that answers and its neighbour."""
        text, language = found.chunk.text, brief.utterance.language
        said = sentences(text)
        if len(text) > WHOLE_PASSAGE[language] and found.best_sentence in said and len(said) > 2:
            at = said.index(found.best_sentence)
            said = said[at : at + 2] if at + 1 < len(said) else said[at - 1 :]
        return " ".join(self._in_register(sentence, found, brief) for sentence in said)

    def _in_register(self, sentence: str, found: ScoredChunk, brief: Brief) -> str:
        if brief.utterance.language == "en" or found.chunk.kind in OWN_WORDS:
            return sentence
        return speak_at_level(sentence, brief.scene.npc.speech_level, self._korean)

    def _recalled(self, brief: Brief) -> str:
        language = brief.utterance.language
        if not brief.memories or not _ABOUT_MEMORY[language].search(brief.utterance.text):
            return ""
        told = [m for m in brief.memories if m.player and not asks(m.player, language)]
        if not told or not asks(brief.utterance.text, language):
            return ""
        said = told[0].player.strip()
        if language == "en":
            said = said if said[-1:] in ".!?" else f"{said}."
            return _RECALLED_ENGLISH.format(said=said)
        return _RECALLED[brief.scene.npc.speech_level].format(said=said)

    def _pick(self, brief: Brief, lines: Sequence[str]) -> str:
        said = [exchange.npc for exchange in brief.scene.recent]
        return pick(lines, f"{brief.scene.timeline_id}{brief.scene.seq}", said)
