"""Composes a reply from what the author wrote and what retrieval found. No language model.

It answers what was asked from the lore in the NPC's own register, chats when there is nothing to
look up, and says in character that it does not know where nothing good enough was found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from langchain_app.domain.lore.lore import OWN_WORDS, ScoredChunk
from langchain_app.domain.people.lines import pick
from langchain_app.domain.people.npc import MAY_BE_KNOWN, VoiceLines
from langchain_app.domain.people.relationship import Mood
from langchain_app.domain.text import Language
from langchain_app.domain.turn import Brief
from langchain_app.domain.understanding.tone import Tone
from langchain_app.domain.understanding.understanding import UNSURE
from langchain_app.language.korean import KoreanAnalyser
from langchain_app.language.speech_level import speak_at_level
from langchain_app.language.tokens import sentences
from langchain_app.llm.recalling import recalled
from langchain_app.llm.telling import Teller
from langchain_app.prompts.story_lines import story_line

WHOLE_PASSAGE: dict[Language, int] = {"en": 230, "ko": 120}
"""So many characters are told of a passage at most, or two sentences."""
_LEANS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"(?:It|They|He|She|This|That|These|Those|Both|Such|So|But|And|Its|Their|His|Her)\b"
    ),
    "ko": re.compile(r"(?:그|이|그것|거기|그래서|그러나|하지만|둘)(?:[은는이가를을의도에]| )"),
}
"""How a sentence begins that is nothing without the one before it."""
NAME = "{name}"
"""Stands in an author's line for what the player is called."""


class Composer:
    """Turns a brief into a reply."""

    def __init__(self, korean: KoreanAnalyser) -> None:
        self._korean = korean
        self._teller = Teller(korean)

    def compose(self, brief: Brief) -> str:
        """Return the reply. The same brief gives the same reply."""
        checked, language = brief.triggers, brief.utterance.language
        if (said := story_line(checked, brief.scene, language)) is not None:
            beside = checked.fired is not None and checked.fired.beside
            return f"{self._answered(brief)} {said}" if beside else said
        if checked.trouble is not None:  # of which its author wrote nothing to say
            return self._narrated(checked.trouble.summary[language], brief)
        return self._answered(brief)

    def _answered(self, brief: Brief) -> str:
        language = brief.utterance.language
        lines = brief.scene.npc.lines[language]
        manner = brief.tone.act
        told = self._teller.tell(brief)
        asks = (
            brief.understood.asked.of_player
            or _asks_more(brief)
            or (told and brief.understood.asks)
        )
        known = manner in MAY_BE_KNOWN and _known(brief)
        if manner != "question" and manner != "small_talk" and not asks and not known:
            line = self._pick(brief, lines.small_talk_lines(manner, brief.tone.mood))
            return line.replace(NAME, brief.understood.named)
        remembered = recalled(brief, self._korean)
        if remembered:
            return remembered
        if told:
            return f"{self._pick(brief, lines.openers[_opening(brief.tone)])} {told}"
        if remembered is None:
            return self._pick(brief, lines.unknown)
        if brief.of_oneself is not None:
            return self._after((), brief.of_oneself, brief)
        asked, best = brief.understood.wants_answer, brief.lore.best
        marked = brief.utterance.text.rstrip().endswith(("?", "？"))
        asks_so = asked or marked
        if best is not None and (asks_so or best.sure) and not self._no_more(best, brief):
            return self._answer(best, brief, lines)
        if asked and brief.understood.of_npc is not None:
            return self._pick(brief, lines.private)
        # What is hardly a question is not met with "I don't know": it may be a grief told.
        asks = asked and (marked or brief.understood.sure.get("act", 1.0) >= UNSURE)
        return self._pick(brief, lines.unknown if asks else lines.small_talk)

    def _answer(self, best: ScoredChunk, brief: Brief, lines: VoiceLines) -> str:
        mood = brief.tone.mood
        told = self._told(best, brief)
        own = best.chunk.kind in OWN_WORDS  # nobody looks up what they are
        openers = () if own or _opened(brief) else lines.openers[_opening(brief.tone)]
        parts = [self._after(openers, told, brief)]
        if len(told) < WHOLE_PASSAGE[brief.utterance.language] and _is_rounded_off(brief):
            parts.append(self._pick(brief, lines.closers[mood]))
        return " ".join(parts)

    def _no_more(self, best: ScoredChunk, brief: Brief) -> bool:
        """Tell whether a question that follows an answer finds only that answer again: then nothing is
        known of what it asks."""
        recent = brief.scene.recent
        asks_on = brief.understood.asks_on and bool(recent)
        return asks_on and self._told(best, brief) in recent[-1].npc

    def _after(self, openers: Sequence[str], told: str, brief: Brief) -> str:
        """Return an answer after one of some openers, or after a word that it was given before."""
        if any(told in exchange.npc for exchange in brief.scene.recent):
            openers = brief.scene.npc.lines[brief.utterance.language].repeated
        return f"{self._pick(brief, openers)} {told}" if openers else told

    def _told(self, found: ScoredChunk, brief: Brief) -> str:
        """Return the passage from the sentence that answers on; of what is long, two sentences."""
        language, said = brief.utterance.language, sentences(found.chunk.text)
        if found.best_sentence in said:
            at = said.index(found.best_sentence)
            said = said[max(0, at - 1) if _LEANS[language].match(said[at]) else at :]
        if len(" ".join(said)) > WHOLE_PASSAGE[language]:
            said = said[:2]
        return " ".join(self._in_register(sentence, found, brief) for sentence in said)

    def _narrated(self, text: str, brief: Brief) -> str:
        if brief.utterance.language == "en":
            return text
        level = brief.scene.npc.speech_level
        return " ".join(speak_at_level(part, level, self._korean) for part in sentences(text))

    def _in_register(self, sentence: str, found: ScoredChunk, brief: Brief) -> str:
        if brief.utterance.language == "en" or found.chunk.kind in OWN_WORDS:
            return sentence
        return speak_at_level(sentence, brief.scene.npc.speech_level, self._korean)

    def _pick(self, brief: Brief, lines: Sequence[str]) -> str:
        said = [exchange.npc for exchange in brief.scene.recent]
        return pick(lines, f"{brief.scene.timeline_id}{brief.scene.seq}", said)


def _asks_more(brief: Brief) -> bool:
    """Tell whether what sounds like "how are you?" or "who are you?" asks something to be told."""
    if brief.tone.act not in ("how_are_you", "who_are_you"):
        return False
    own = brief.of_oneself is not None and brief.understood.personal != "mood"
    return own or _sure(brief)


def _known(brief: Brief) -> bool:
    """Tell whether what is wanted is told rather than taken up: a question needs only be answered,
    but what seems to be of no such world surely."""
    asks = brief.understood.act == "asks" and brief.tone.act != "nonsense"
    answered = brief.lore.grounded or brief.of_oneself is not None
    return (asks and answered) or _sure(brief)


def _sure(brief: Brief) -> bool:
    """Tell whether lore surely answers."""
    return brief.lore.best is not None and brief.lore.best.sure


def _opened(brief: Brief) -> bool:
    """Tell whether the answer before this one began with an opener: not every one does."""
    openers = brief.scene.npc.lines[brief.utterance.language].openers
    every = (*openers.warm, *openers.neutral, *openers.cold)
    return bool(brief.scene.recent) and brief.scene.recent[-1].npc.startswith(every)


def _opening(tone: Tone) -> Mood:
    """Return the mood to open in: harsh words get no endearments, of a friend neither."""
    return "neutral" if tone.style == "cool" and tone.mood == "warm" else tone.mood


def _is_rounded_off(brief: Brief) -> bool:
    """Tell whether a closer follows: always after warm words, never after harsh ones."""
    style = brief.tone.style
    return style == "warm" or (style == "plain" and brief.scene.seq % 3 == 1)
