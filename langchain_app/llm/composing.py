"""Composes a reply from what the author wrote and what retrieval found. No language model.

It answers what was asked from the lore in the NPC's own register, chats when there is nothing to
look up, and says in character that it does not know where nothing good enough was found.
"""

from __future__ import annotations

from collections.abc import Sequence

from langchain_app.domain.lines import pick
from langchain_app.domain.lore import OWN_WORDS, ScoredChunk
from langchain_app.domain.npc import VoiceLines
from langchain_app.domain.relationship import Mood
from langchain_app.domain.text import Language
from langchain_app.domain.tone import Tone
from langchain_app.domain.turn import Brief
from langchain_app.language.dialogue_act import asks
from langchain_app.language.korean import KoreanAnalyser
from langchain_app.language.speech_level import speak_at_level
from langchain_app.language.tokens import sentences
from langchain_app.llm.recalling import recalled
from langchain_app.llm.telling import Teller

WHOLE_PASSAGE: dict[Language, int] = {"en": 230, "ko": 120}
"""A passage of at most so many characters is told whole; of a longer one, two sentences are."""
SURE = 0.9
"""A remark that asks nothing is answered from lore only if a passage is so sure to be meant."""


class Composer:
    """Turns a brief into a reply."""

    def __init__(self, korean: KoreanAnalyser) -> None:
        self._korean = korean
        self._teller = Teller(korean)

    def compose(self, brief: Brief) -> str:
        """Return the reply. The same brief gives the same reply."""
        fired = brief.triggers.fired
        if fired is None:
            return self._answered(brief)
        line = fired.trigger.line[brief.utterance.language]
        return f"{self._answered(brief)} {line}" if fired.beside else line

    def _answered(self, brief: Brief) -> str:
        language = brief.utterance.language
        lines = brief.scene.npc.lines[language]
        act, mood = brief.tone.act, brief.tone.mood
        if act != "question" and act != "small_talk":
            return self._pick(brief, lines.small_talk_lines(act, mood))
        remembered = recalled(brief)
        if remembered:
            return remembered
        if told := self._teller.tell(brief):
            return f"{self._pick(brief, lines.openers[_opening(brief.tone)])} {told}"
        if remembered is None:
            return self._pick(brief, lines.unknown)
        asked = asks(brief.utterance.text, language)
        best = brief.lore.best
        if best is not None and (asked or best.confidence >= SURE):
            return self._answer(best, brief, lines)
        return self._pick(brief, lines.unknown if asked else lines.small_talk)

    def _answer(self, best: ScoredChunk, brief: Brief, lines: VoiceLines) -> str:
        mood = brief.tone.mood
        opener = self._pick(brief, lines.openers[_opening(brief.tone)])
        parts = [opener, self._told(best, brief)]
        if len(parts[1]) < WHOLE_PASSAGE[brief.utterance.language] and _is_rounded_off(brief):
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

    def _pick(self, brief: Brief, lines: Sequence[str]) -> str:
        said = [exchange.npc for exchange in brief.scene.recent]
        return pick(lines, f"{brief.scene.timeline_id}{brief.scene.seq}", said)


def _opening(tone: Tone) -> Mood:
    """Return the mood to open in: harsh words get no endearments, of a friend neither."""
    return "neutral" if tone.style == "cool" and tone.mood == "warm" else tone.mood


def _is_rounded_off(brief: Brief) -> bool:
    """Tell whether a closer follows: always after warm words, never after harsh ones."""
    style = brief.tone.style
    return style == "warm" or (style == "plain" and brief.scene.seq % 3 == 1)
