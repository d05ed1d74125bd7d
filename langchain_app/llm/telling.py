"""Tells a story event as the NPC knows it: seen, heard, or from whom, and how surely. No model."""

from __future__ import annotations

from langchain_app.domain.memory.memory import HAPPENED, Recollection
from langchain_app.domain.memory.rumour import doubt
from langchain_app.domain.people.npc import SpeechLevel
from langchain_app.domain.text import detect_language
from langchain_app.domain.turn import Brief
from langchain_app.language.english import STOPWORDS
from langchain_app.language.event_talk import asks_how_it_went, asks_what_happened
from langchain_app.language.korean import KoreanAnalyser
from langchain_app.language.speech_level import as_hearsay, speak_at_level
from langchain_app.language.time_window import asked_time
from langchain_app.language.tokens import sentences

MEANT = 0.75
"""Who does not ask what happened is told of an event only if it is so surely meant."""

_OWN_ENGLISH = {
    "saw": "I saw it with my own eyes.",
    "heard": "I didn't see it, I only heard it.",
    "took part": "I was there myself.",
    None: "",
}
_OWN: dict[str | None, dict[SpeechLevel, str]] = {
    "saw": {
        "hapsyo": "제 눈으로 보았습니다.",
        "haeyo": "제 눈으로 봤어요.",
        "hao": "내 눈으로 보았소.",
        "hage": "내 눈으로 봤네.",
        "hae": "내 눈으로 봤어.",
    },
    "heard": {
        "hapsyo": "보지는 못하고 소리만 들었습니다.",
        "haeyo": "보지는 못하고 소리만 들었어요.",
        "hao": "보지는 못하고 소리만 들었소.",
        "hage": "보지는 못하고 소리만 들었네.",
        "hae": "보지는 못하고 소리만 들었어.",
    },
    "took part": {
        "hapsyo": "저도 그 자리에 있었습니다.",
        "haeyo": "저도 그 자리에 있었어요.",
        "hao": "나도 그 자리에 있었소.",
        "hage": "나도 그 자리에 있었네.",
        "hae": "나도 그 자리에 있었어.",
    },
}
_TOLD: tuple[dict[SpeechLevel, str], ...] = (
    {
        "hapsyo": "{nearest}에게서 들은 이야기입니다.",
        "haeyo": "{nearest}한테 들은 얘기예요.",
        "hao": "{nearest}에게서 들은 말이오.",
        "hage": "{nearest}한테 들은 말일세.",
        "hae": "{nearest}한테 들은 얘기야.",
    },
    {
        "hapsyo": "{nearest}에게서 들었는데, 그것도 {first}에게서 나온 말이랍니다.",
        "haeyo": "{nearest}한테 들었는데, 그것도 {first}한테서 나온 말이래요.",
        "hao": "{nearest}에게서 들었는데, 그것도 {first}에게서 나온 말이라 하오.",
        "hage": "{nearest}한테 들었는데, 그것도 {first}한테서 나온 말이라네.",
        "hae": "{nearest}한테 들었는데, 그것도 {first}한테서 나온 말이래.",
    },
    {
        "hapsyo": "{nearest}에게서 들었는데, {first}에게서 나와 여러 입을 거친 말이랍니다.",
        "haeyo": "{nearest}한테 들었는데, {first}한테서 나와 여러 입을 거친 말이래요.",
        "hao": "{nearest}에게서 들었는데, {first}에게서 나와 여러 입을 거친 말이라 하오.",
        "hage": "{nearest}한테 들었는데, {first}한테서 나와 여러 입을 거친 말이라네.",
        "hae": "{nearest}한테 들었는데, {first}한테서 나와 여러 입을 거친 말이래.",
    },
)
_TOLD_ENGLISH = (
    "I had it from {nearest}:",
    "I only heard it from {nearest}, who had it from {first}:",
    "I only heard it from {nearest}, and it had been through many mouths since {first}:",
)
_COUNTED = frozenset({"two", "three", "four", "five", "six", "several", "nobody", "everybody"})
_DOUBT_ENGLISH = (
    "I wasn't there myself.",
    "I wouldn't swear to it.",
    "It may be nothing but talk.",
)
_DOUBT: tuple[dict[SpeechLevel, str], ...] = (
    {
        "hapsyo": "제가 직접 본 것은 아닙니다.",
        "haeyo": "제가 직접 본 건 아니에요.",
        "hao": "내 눈으로 본 것은 아니오.",
        "hage": "내 눈으로 본 건 아닐세.",
        "hae": "내 눈으로 본 건 아니야.",
    },
    {
        "hapsyo": "장담은 못 하겠습니다.",
        "haeyo": "장담은 못 하겠어요.",
        "hao": "장담은 못 하겠소.",
        "hage": "장담은 못 하겠네.",
        "hae": "장담은 못 해.",
    },
    {
        "hapsyo": "헛소문일지도 모릅니다.",
        "haeyo": "헛소문일지도 몰라요.",
        "hao": "헛소문일지도 모르오.",
        "hage": "헛소문일지도 모르네.",
        "hae": "헛소문일지도 몰라.",
    },
)


class Teller:
    """Puts events into the NPC's own register."""

    def __init__(self, korean: KoreanAnalyser) -> None:
        self._korean = korean

    def tell(self, brief: Brief) -> str:
        """Return the event that answers, with how it is known; empty where none is asked about."""
        found = _meant(brief)
        if found is None:
            return ""
        return (
            self._english(found) if brief.utterance.language == "en" else self._told(found, brief)
        )

    def _english(self, found: Recollection) -> str:
        text = found.text if found.text[-1] in ".!?\"'”’" else f"{found.text}."
        if not found.told_by:
            return f"{_OWN_ENGLISH[found.how]} {text}".strip()
        source = _TOLD_ENGLISH[_hops(found)].format(
            nearest=found.told_by[0], first=found.told_by[-1]
        )
        return f"{source} {_run_on(text)} {_DOUBT_ENGLISH[doubt(found.credibility)]}"

    def _told(self, found: Recollection, brief: Brief) -> str:
        level = brief.scene.npc.speech_level
        into = as_hearsay if found.told_by else speak_at_level
        said = sentences(found.text) or [found.text]
        text = " ".join(into(sentence, level, self._korean) for sentence in said)
        if not found.told_by:
            return f"{_OWN[found.how][level]} {text}" if found.how else text
        source = _TOLD[_hops(found)][level].format(
            nearest=found.told_by[0], first=found.told_by[-1]
        )
        return f"{source} {text} {_DOUBT[doubt(found.credibility)][level]}"


def _run_on(text: str) -> str:
    """Return the sentence as it goes on after a colon: small, unless a name begins it."""
    first, blank, rest = text.partition(" ")
    return f"{first.lower()}{blank}{rest}" if first.lower() in STOPWORDS | _COUNTED else text


def _hops(found: Recollection) -> int:
    return min(len(found.told_by), len(_TOLD)) - 1


def _meant(brief: Brief) -> Recollection | None:
    """Return the event that the question means, if it means one rather than lore.

    Who asks what happened at some time means an event. Any other question is answered with one that
    covers it as well as lore does, and all but whole where it does not ask what happened.
    """
    text, language = brief.utterance.text, brief.utterance.language
    events = [
        memory
        for memory in brief.memories
        if memory.kind in HAPPENED
        and detect_language(memory.text) == language
        and not _about_oneself(memory, brief)
    ]
    if asks_how_it_went(text, language) and (just := next((e for e in events if e.just), None)):
        return just
    # What has just happened stands first; it answers only what it was asked for.
    events = sorted((e for e in events if e.relevance > 0), key=lambda event: -event.score)
    if not events or not brief.understood.wants_answer:
        return None
    best = events[0]
    lore = brief.lore.chunks[0].confidence if brief.lore.grounded else 0.0
    if asks_what_happened(text, language):
        timed = asked_time(text, language, brief.scene.game_time) is not None
        return best if timed or best.relevance >= lore else None
    return best if best.relevance >= max(MEANT, lore) else None


def _about_oneself(memory: Recollection, brief: Brief) -> bool:
    """Nobody tells of themselves in the third person; what they did themselves is a memory."""
    names = brief.scene.npc.aliases[brief.utterance.language]
    return memory.how == "took part" and any(name in memory.text for name in names)
