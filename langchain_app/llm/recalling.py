"""What the embedded speaker says when the player asks what it remembers of them."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_app.domain.memory.facts import Asked
from langchain_app.domain.memory.memory import Recollection
from langchain_app.domain.people.npc import SpeechLevel
from langchain_app.domain.turn import Brief
from langchain_app.language.fact_sentences import reminded
from langchain_app.language.korean import KoreanAnalyser
from langchain_app.language.reported import as_reported, quoting

_QUOTED: dict[SpeechLevel, str] = {
    "hapsyo": "전에 “{said}”{particle} 하셨습니다. 똑똑히 기억합니다.",
    "haeyo": "전에 “{said}”{particle} 하셨잖아요. 기억하고 있어요.",
    "hao": "전에 “{said}”{particle} 하지 않았소. 기억하고 있소.",
    "hage": "전에 “{said}”{particle} 했지 않나. 기억하고말고.",
    "hae": "전에 “{said}”{particle} 했잖아. 기억하지.",
}
_QUOTED_ENGLISH = "You said to me once: “{said}” I remember."
_REPORTED_ENGLISH = "You told me that {said}."
_AND = " … "
"""Between what was said and what was said about it later: that may put it right, so both are quoted."""
LATER = 0.7
"""What was said later is told, too, if it is so relevant beside what answers best: it may put that right."""
AT_ONCE = 3
"""So many facts are told to somebody who asks for everything."""


def recalled(brief: Brief, korean: KoreanAnalyser) -> str | None:
    """Return the answer out of memory: a fact, or the player's own words.

    None where nothing was remembered of what only the player can have told; "" where the question
    is none about memory.
    """
    wanted = brief.understood.asked
    if not wanted.of_player:
        return ""
    facts = [memory for memory in brief.memories if memory.kind == "fact"]
    if facts:
        return " ".join(_of_fact(memory, brief, korean) for memory in _answering(facts, wanted))
    said = [memory for memory in brief.memories if memory.kind == "said"]
    if said and not wanted.before:
        return _quoted(_with_later(said), brief)
    if not wanted.of_memory:
        return ""
    return next((m.text for m in brief.memories if m.kind == "reflection"), None)


def _answering(facts: Sequence[Recollection], wanted: Asked) -> Sequence[Recollection]:
    """Return what is told: the one that answers, or of everything asked for the first few."""
    alike = {(memory.facts[0].told.subject, memory.facts[0].told.slot) for memory in facts}
    return facts[:AT_ONCE] if len(alike) > 1 and len(wanted.slots) != 1 else facts[:1]


def _of_fact(memory: Recollection, brief: Brief, korean: KoreanAnalyser) -> str:
    level, language = brief.scene.npc.speech_level, brief.utterance.language
    if memory.added:
        return _quoted(_whole(memory), brief)
    said = reminded(list(memory.facts), memory.renewed, language, level, korean)
    return said or _quoted(_whole(memory), brief)


def _with_later(said: Sequence[Recollection]) -> str:
    """Return what answers best, and what was said of it later."""
    best, others = said[0], said[1:]
    later = (m for m in others if m.seq > best.seq and m.relevance >= LATER * best.relevance)
    put_right = next((m.player for m in later if m.player not in best.added), "")
    return f"{_whole(best)}{_AND}{put_right}" if put_right else _whole(best)


def _whole(memory: Recollection) -> str:
    """Return the player's words, with what they said about them soon after."""
    return f"{memory.player}{_AND}{memory.added}" if memory.added else memory.player


def _quoted(said: str, brief: Brief) -> str:
    said = said.strip()
    if brief.utterance.language == "ko":
        return _QUOTED[brief.scene.npc.speech_level].format(said=said, particle=quoting(said))
    if (told := as_reported(said)) is not None:
        return _REPORTED_ENGLISH.format(said=told)
    return _QUOTED_ENGLISH.format(said=said if said[-1:] in ".!?" else f"{said}.")
