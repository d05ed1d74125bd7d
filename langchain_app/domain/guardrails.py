"""Guardrails: what players must not smuggle in, and what must not come out.

Player text is hostile. Control tokens of every prompt format are made harmless before any model sees
them; attempts to leave the world are answered in character. Replies are checked for the same, and
while they stream nothing that may be the beginning of a forbidden phrase is let out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from langchain_app.domain.text import Language, detect_language

_CONTROL_TOKENS = re.compile(
    r"<\|[^<>|\n]{0,64}\|>"  # ChatML, Llama 3, Phi, gpt-oss
    r"|</?\s*(?:s|bos|eos|pad|unk|mask|think|thinking|tool_call|tool_response|start_of_turn|"
    r"end_of_turn|turn|system|assistant|user|human|model|function|instructions?|"
    r"sys|rag|ctx|player|player_state|npc|state|story|persona|lore)\s*/?>"
    r"|<<\s*/?\s*sys\s*>>"  # Llama 2
    r"|\[\s*/?\s*(?:inst|system_prompt|available_tools|tool_calls|tool_results|gmask|sop|eop|"
    r"user|assistant|system|bos|eos|cls|sep|pad|mask|unk)\s*\]"
    r"|^\s{0,3}#{2,4}\s*(?:instruction|response|system|input|assistant|user|human)\b\s*:?"
    r"|^\s{0,3}(?:system|assistant|user|human|ai|npc)\s*:",
    re.IGNORECASE | re.MULTILINE,
)
_INVISIBLE = re.compile(
    r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u00ad\U000e0000-\U000e007f]"
)

_EXPLOITS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:ignore|forget|disregard|override|bypass)\b.{0,40}\b(?:instructions?|prompts?|rules|"
        r"guidelines|programming|training|persona|everything (?:above|before))\b"
        r"|\b(?:system|hidden|initial|secret) (?:prompt|message|instructions?)\b"
        r"|\b(?:reveal|print|show|repeat|output|leak|give me)\b.{0,30}\b(?:prompt|instructions|"
        r"your (?:rules|configuration|settings)|context window|json|the text above)\b"
        r"|\byou are (?:now |actually |really |just |only )*(?:an? )?(?:ai|a\.i\.|bot|chatbot|"
        r"language model|llm|chatgpt|gpt\S*|assistant|claude|npc|program|dan|developer)\b"
        r"|\bare you (?:an? )?(?:ai|bot|robot|chatbot|language model|llm|npc|chatgpt|program)\b"
        r"|\b(?:act|behave|respond|roleplay|pretend)\b.{0,20}\b(?:as|like|to be)\b.{0,20}\b(?:an? "
        r"ai|assistant|chatbot|language model|dan|developer|admin\w*|system|someone else|another "
        r"character)\b"
        r"|\b(?:developer|debug|god|admin|jailbreak|dan|sudo) mode\b|\bjailbreak\b"
        r"|\b(?:stay|break|step|get) out of character\b|\bbreak character\b"
        r"|\bset (?:my |your )?(?:trust|relationship|affinity|gold|flags?|quest\w*) (?:to|=)"
        r"|\b(?:trust|relationship|affinity|flag)\s*(?:\+?=|:=|==)\s*\S"
        r"|[(\[*<{]\s*(?:the )?(?:quest|mission|task|objective|stage)s?\b.{0,20}\b(?:complete\w*|"
        r"finished|done|updated|advanced|unlocked)\b"
        r"|[(\[*<{]\s*(?:trust|relationship|affinity)\b.{0,16}(?:max\w*|increase\w*|\+|\d)"
        r"|[(\[*<{]\s*(?:item|reward|gold|you (?:receive|obtain)|received|obtained)\b"
        r"|\b(?:mark|flag|set|consider) (?:the |this |my )?(?:quest|mission)\b.{0,20}"
        r"\b(?:complete\w*|done|finished)\b",
        re.IGNORECASE | re.DOTALL,
    ),
    "ko": re.compile(
        r"(?:지시|명령|규칙|프롬프트|설정|지침|역할)(?:을|를|은|는|들을|사항을|사항)?\s*(?:다|모두|전부|싹)?\s*"
        r"(?:무시|잊|어기|버리|우회|초기화)"
        r"|(?:위|앞|이전|지금까지)(?:의|에)?\s*(?:내용|지시|명령|대화|말).{0,10}(?:무시|잊어|삭제|출력|반복)"
        r"|(?:시스템|숨겨진|숨은|초기|비밀)\s*(?:프롬프트|메시지|지시|명령|지침)|프롬프트"
        r"|(?:너는?|넌|당신은?|네가|니가)\s*(?:이제|이제부터|지금부터|사실|그냥|원래)?\s*(?:인공지능|에이아이|AI|챗봇|봇|"
        r"로봇|언어 ?모델|챗지피티|GPT|NPC|엔피시|프로그램|비서|어시스턴트|개발자)"
        r"|(?:인공지능|AI|챗봇|언어 ?모델|NPC|엔피씨)\s*(?:이?지|이?야|이?냐|이?니|맞지|맞아|아니야|인가요|이세요|이죠)"
        r"|(?:개발자|디버그|관리자|신|탈옥|갓)\s*모드|탈옥"
        r"|(?:역할|캐릭터|배역|설정)(?:극|놀이)?(?:에서|을|를)?\s*(?:벗어나|그만|깨|바꿔|나와)"
        r"|(?:신뢰도?|호감도?|친밀도|관계도?|플래그|퀘스트|골드)(?:를|을|는)?\s*(?:\S{1,8}\s*)?(?:최대|100|999|만땅|"
        r"올려|설정|=|\+)"
        r"|[(\[*<{（]\s*(?:퀘스트|임무|과제|미션|목표|단계)[^)\]*>}）]{0,14}(?:완료|끝|달성|클리어|성공|갱신|해금)"
        r"|[(\[*<{（]\s*(?:신뢰|호감|친밀|관계)[^)\]*>}）]{0,12}(?:상승|증가|최대|\+|\d)"
        r"|[(\[*<{（]\s*(?:아이템|보상|골드|획득)"
        r"|(?:퀘스트|임무|미션)\s*(?:를|을|는)?\s*(?:완료|클리어)\s*(?:로|된 걸로|한 걸로|처리)",
        re.IGNORECASE | re.DOTALL,
    ),
}

_META_TALK: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:as an ai|an ai (?:language )?model|language model|i(?:'| a)m an ai|chatbot|openai|"
        r"system prompt|my (?:training|programming|instructions)|role-?play|non-player character|"
        r"video ?game|i cannot assist|can't assist with)\b",
        re.IGNORECASE,
    ),
    "ko": re.compile(
        r"인공지능|언어 ?모델|챗봇|AI(?:로서|라서|이기|입니다|예요|이에요)|시스템 프롬프트|프롬프트|롤플레이|역할극"
        r"|비디오 ?게임|NPC|도와드릴 수 없습니다",
        re.IGNORECASE,
    ),
}
_NARRATED = re.compile(
    r"[(\[*]\s*(?:quest|mission|objective|trust|relationship|item|퀘스트|임무|신뢰|호감|아이템)[^)\]*]{0,60}[)\]*]",
    re.IGNORECASE,
)

ExploitWhy = Literal["control_token", "exploit"]


@dataclass(frozen=True, slots=True)
class Neutralised:
    """Player text after cleaning, and whether it carried control tokens."""

    text: str
    had_control_tokens: bool


def neutralise(text: str) -> Neutralised:
    """Return `text` in NFC without control characters, invisible characters or control tokens.

    Compatibility forms (full-width `＜｜`) are folded first: what looks like a token is one.
    """
    folded = unicodedata.normalize("NFC", _folded(text))
    visible = _INVISIBLE.sub("", folded)
    printable = "".join(c for c in visible if c in "\n\t" or unicodedata.category(c)[0] != "C")
    cleaned, found = printable, 0
    while True:  # taking one token out can close another around it
        cleaned, count = _CONTROL_TOKENS.subn(" ", cleaned)
        found += count
        if not count:
            break
    return Neutralised(re.sub(r"\s+", " ", cleaned).strip(), found > 0)


def exploit_evidence(text: str) -> str | None:
    """Return the words of an attempt to leave the world or to narrate state, in either language."""
    for pattern in _EXPLOITS.values():
        match = pattern.search(text)
        if match:
            return match.group()[:120]
    return None


def storable(text: str) -> str:
    """Return `text` without what no database can store: NUL and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def forbidden_word(text: str, words: Iterable[str]) -> str | None:
    """Return the word of the world's list that `text` contains, whole (English) or as a part."""
    lowered = text.lower()
    for word in words:
        if word.isascii():
            if re.search(rf"\b{re.escape(word.lower())}\b", lowered):
                return word
        elif word in lowered:
            return word
    return None


def reply_fault(reply: str, language: Language) -> str | None:
    """Return what is wrong with a reply as a whole, or None.

    Checked: emptiness, control tokens, talk about being a model, narrated state, wrong language.
    """
    if not reply.strip():
        return "empty"
    if _CONTROL_TOKENS.search(reply):
        return "control tokens"
    for pattern in _META_TALK.values():
        if match := pattern.search(reply):
            return f"meta talk: {match.group()!r}"
    if match := _NARRATED.search(reply):
        return f"narrated state: {match.group()!r}"
    if len(reply) > 8 and detect_language(reply, language) != language:
        return "wrong language"
    return None


HELD_BACK = ("<|", "</", "<<", "[INST", "[/INST", "(quest", "(퀘스트", "[퀘스트", "[quest",
             "as an ai", "language model", "system prompt", "인공지능", "언어 모델", "시스템 프롬프트")  # fmt: skip
"""Beginnings of what must never be shown, not even for a moment."""


class StreamGuard:
    """Lets a stream through and holds back only what may begin a forbidden phrase."""

    def __init__(self, phrases: Iterable[str] = HELD_BACK) -> None:
        self._phrases = tuple(phrase.lower() for phrase in phrases)
        self._held = ""
        self.tripped = False

    def feed(self, token: str) -> str:
        """Return what may be shown now; after a forbidden phrase nothing more is."""
        if self.tripped:
            return ""
        self._held += token
        lowered = self._held.lower()
        hits = [at for phrase in self._phrases if (at := lowered.find(phrase)) >= 0]
        if hits:
            self.tripped = True
            shown, self._held = self._held[: min(hits)], ""
            return shown
        keep = max(_overhang(lowered, phrase) for phrase in self._phrases)
        shown = self._held[: len(self._held) - keep]
        self._held = self._held[len(self._held) - keep :]
        return shown

    def flush(self) -> str:
        """Return what was held back and turned out harmless."""
        shown, self._held = self._held, ""
        return "" if self.tripped else shown


def _overhang(text: str, phrase: str) -> int:
    """Return the length of the longest end of `text` that begins `phrase`."""
    longest = min(len(text), len(phrase) - 1)
    return next((n for n in range(longest, 0, -1) if phrase.startswith(text[-n:])), 0)


def _folded(text: str) -> str:
    return text.translate(_LOOKALIKES)


_LOOKALIKES = str.maketrans("＜＞｜［］（）＃：﹤﹥〈〉’‘“”", "<>|[]()#:<><>''\"\"")
