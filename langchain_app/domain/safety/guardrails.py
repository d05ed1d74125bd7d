"""Guardrails: what players must not smuggle in, and what must not come out.

Player text is hostile. Control tokens of every prompt format are made harmless before any model
sees them; attempts to leave the world are answered in character. Replies are checked for the same,
and while they stream nothing that may be the beginning of a forbidden phrase is let out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from langchain_app.domain.safety.disguises import HANGUL, readings
from langchain_app.domain.safety.exploits import EXPLOITS, FOREIGN
from langchain_app.domain.text import Language, detect_language

_CONTROL_TOKENS = re.compile(
    # ChatML, Llama 3, Phi, gpt-oss, DeepSeek; Gemma 4 has the bar on one side only
    r"<\|[^<>|\n]{0,64}\|>|<\|/?[a-z_]{1,32}>|</?[a-z_]{1,32}\|>"
    r"|</?\s*(?:s|bos|eos|pad|unk|mask|sop|eop|think|thinking|tool_call|tool_calls|tool_response|"
    r"start_of_turn|end_of_turn|(?:bos|eos|pad|unk|mask)_token|(?:start|end)_of_image|"
    r"fim_(?:prefix|middle|suffix)|unused\d+|reserved_\d+|turn|system|assistant|user|human|model|"
    r"function|instructions?|sys|rag|ctx|player|player_state|npc|state|story|persona|lore)"
    r"(?:[\s=:][^<>\n]{0,64})?/?>"
    r"|<<\s*/?\s*sys\s*>>"  # Llama 2
    r"|\[\s*/?\s*(?:inst|system_prompt|available_tools|tool_calls|tool_results|tool_content|args|"
    r"call_id|think|img|img_break|img_end|prefix|middle|suffix|gmask|sop|eop|"
    r"user|assistant|system|bos|eos|cls|sep|pad|mask|unk)\s*\]"  # Llama 2, Mistral, GLM, BERT
    r"|^\s{0,3}#{1,6}\s*(?:instruction|response|system|input|assistant|user|human)\b\s*:?"
    r"|^\s{0,3}(?:system|assistant|user|human|ai|npc)\s*:",
    re.IGNORECASE | re.MULTILINE,
)
_INVISIBLE = re.compile(
    r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u00ad\U000e0000-\U000e007f]"
)

_META_TALK: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:as an ai|an ai (?:language )?model|language model|i(?:'| a)m an ai|chatbot|openai|"
        r"system prompt|my (?:training|programming|instructions)|role-?play|non-player character|"
        r"video ?game|i cannot assist|can't assist with)\b",
        re.IGNORECASE,
    ),
    "ko": re.compile(
        r"인공지능|언어 ?모델|챗봇|AI(?:로서|라서|이기|입니다|예요|이에요)|프롬프트|롤플레이|역할극"
        r"|비디오 ?게임|NPC|도와드릴 수 없습니다",
        re.IGNORECASE,
    ),
}
_NARRATED = re.compile(
    r"[(\[*]\s*(?:(?:quest|mission|objective|trust|relationship|item)s?\b|퀘스트|임무|신뢰|호감|아이템)"
    r"[^)\]*]{0,60}[)\]*]",
    re.IGNORECASE,
)

_BREAKS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\bi(?:'| a)m (?:you|the player|not really (?:here|a person)|now (?:an? )?(?:assistant|narrator|dan))\b(?![r'’])"
        r"|\bas the (?:player|narrator|user|game ?master)\b|(?:^|\n)\s*(?:the )?(?:player|user|narrator)\s*:"
        r"|\b(?:my|the) (?:persona|character) (?:is|was|would)\b|\bstepping out of character\b",
        re.IGNORECASE,
    ),
    "ko": re.compile(
        r"(?:저는|나는|내가|제가) (?:플레이어|사용자|내레이터|해설자|비서|번역기)(?:입니다|이다|야|예요|이에요|일세|요)"
        r"|(?:^|\n)\s*(?:플레이어|사용자|내레이터|해설)\s*:|(?:캐릭터|등장인물|배역)(?:로서|을 벗어|에서 벗어)"
    ),
}
"""A reply that is no longer the NPC's: another's lines, or talk about the part that it plays."""

MAX_PASSES = 8
"""Tokens within tokens that are taken out one by one; deeper ones lose what every token needs."""
_WITHOUT_MARKS = str.maketrans(dict.fromkeys("<>[]#:", " "))

ExploitWhy = Literal["control_token", "exploit"]


@dataclass(frozen=True, slots=True)
class Neutralised:
    """Player text after cleaning, and whether it carried control tokens."""

    text: str
    had_control_tokens: bool


@lru_cache(maxsize=256)  # the door, the embedding and the guard ask for the same utterance
def neutralise(text: str) -> Neutralised:
    """Return `text` in NFC, on one line, without control tokens or what cannot be seen.

    Look-alikes of ASCII (full-width `＜｜ｓ`, mathematical letters) are folded first: what looks
    like a token is one. Neutralising twice changes nothing more.
    """
    lines = "\n".join(_INVISIBLE.sub("", text).splitlines())
    printable = "".join(c for c in lines if c in "\n\t" or unicodedata.category(c)[0] != "C")
    cleaned, found = _folded(printable), 0
    for _ in range(MAX_PASSES):  # taking one token out, or two blanks together, can close another
        cleaned, count = _CONTROL_TOKENS.subn(" ", cleaned)
        found += count
        squeezed = cleaned if count else re.sub(r"\s+", " ", cleaned).strip()
        if not count and squeezed == cleaned:
            return Neutralised(cleaned, found > 0)
        cleaned = squeezed
    return Neutralised(re.sub(r"\s+", " ", cleaned.translate(_WITHOUT_MARKS)).strip(), True)


@lru_cache(maxsize=4096)  # lore, lines and history come again turn after turn
def shown_safely(text: str) -> str:
    """Return `text` as a prompt may hold it: as it stands where it is harmless, else neutralised.

    Lines are kept where no token goes over their ends: imported cards have paragraphs.
    """
    if not neutralise(text).had_control_tokens and not _INVISIBLE.search(text):
        return text
    lines = "\n".join(neutralise(line).text for line in text.splitlines())
    cleaned = neutralise(lines)
    return cleaned.text if cleaned.had_control_tokens else lines


def exploit_evidence(text: str) -> str | None:
    """Return the words of an attempt to leave the world or to narrate state, however disguised."""
    for index, reading in enumerate(readings(text)):
        patterns = [EXPLOITS["en"]]
        if HANGUL.search(reading):
            patterns.append(EXPLOITS["ko"])
        if index < 2:  # nobody disguises a language that nobody here speaks
            patterns.append(FOREIGN)
        for pattern in patterns:
            if match := pattern.search(reading):
                return str(match.group()[:120])
    return None


def storable(text: str) -> str:
    """Return `text` without what no database can store: NUL and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


_QUOTED = re.compile(r"“[^”]{0,400}”")


def reply_fault(reply: str, language: Language) -> str | None:
    """Return what is wrong with a reply as a whole, or None.

    Checked: emptiness, control tokens, talk about being a model, narrated state, another's part, echoes
    of an exploit, wrong language.
    """
    if not reply.strip():
        return "empty"
    if _CONTROL_TOKENS.search(_folded(reply)):
        return "control tokens"
    for pattern in _META_TALK.values():
        if match := pattern.search(reply):
            return f"meta talk: {match.group()!r}"
    if match := _NARRATED.search(reply):
        return f"narrated state: {match.group()!r}"
    if broken := _breaks_persona(reply):
        return broken
    lowered = reply.lower()
    if held := next((phrase for phrase in HELD_BACK if phrase in lowered), None):
        return f"held back from the stream: {held!r}"
    # The player's words come back in the language in which they were said.
    own = _QUOTED.sub("", reply).strip() or reply
    if len(own) > 8 and detect_language(own, language) != language:
        return "wrong language"
    return None


def _breaks_persona(reply: str) -> str | None:
    """Return how a reply steps out of its person: as somebody else, or with an injected order."""
    for pattern in _BREAKS.values():
        if match := pattern.search(reply):
            return f"out of persona: {match.group().strip()!r}"
    own = _QUOTED.sub("", reply)
    for pattern in EXPLOITS.values():
        if match := pattern.search(own):
            return f"echo of an exploit: {match.group()[:60]!r}"
    return None


HELD_BACK = ("<|", "<｜", "</", "<<", "[inst", "[/inst",
             "(quest ", "(quest:", "[quest ", "[quest:", "(퀘스트", "[퀘스트",
             "as an ai ", "as an ai,", "language model", "system prompt",
             "인공지능", "언어 모델", "시스템 프롬프트")  # fmt: skip
"""Beginnings of what must never be shown, not even for a moment."""


class StreamGuard:
    """Lets a stream through and holds back only what may begin a forbidden phrase."""

    def __init__(self, phrases: Iterable[str] = HELD_BACK) -> None:
        self._phrases = _phrases(tuple(phrases))
        self._held = ""
        self.tripped = False

    def feed(self, token: str) -> str:
        """Return what may be shown now; after a forbidden phrase nothing more is."""
        if self.tripped:
            return ""
        self._held += token
        lowered = _lower(self._held)
        if hit := self._phrases.whole.search(lowered):
            self.tripped = True
            shown, self._held = self._held[: hit.start()], ""
            return shown
        kept = len(self._held) - self._phrases.overhang(lowered)
        shown, self._held = self._held[:kept], self._held[kept:]
        return shown

    def flush(self) -> str:
        """Return what was held back and turned out harmless."""
        shown, self._held = self._held, ""
        return "" if self.tripped else shown


@dataclass(frozen=True, slots=True)
class _Phrases:
    """Forbidden phrases as one pattern, and every beginning of them, to look a tail up in."""

    whole: re.Pattern[str]
    beginnings: frozenset[str]
    longest: int

    def overhang(self, text: str) -> int:
        """Return the length of the longest end of `text` that begins a phrase."""
        for length in range(min(len(text), self.longest), 0, -1):
            if text[-length:] in self.beginnings:
                return length
        return 0


@lru_cache(maxsize=16)
def _phrases(phrases: tuple[str, ...]) -> _Phrases:
    lowered = {_lower(phrase) for phrase in phrases}
    # Whoever says a phrase that contains another one says that one, and sooner.
    shortest = sorted(p for p in lowered if not any(q in p for q in lowered - {p}))
    beginnings = frozenset(p[:length] for p in shortest for length in range(1, len(p)))
    whole = re.compile("|".join(map(re.escape, shortest)) or r"(?!)")
    return _Phrases(whole, beginnings, max(map(len, beginnings), default=0))


def _lower(text: str) -> str:
    """Return `text` in lower case, every character in its place ("İ" would become two)."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := c.lower()) == 1 else c for c in text)


def _folded(text: str) -> str:
    """Return `text` in NFC with every look-alike of an ASCII character replaced by it."""
    if text.isascii():
        return text
    looked = unicodedata.normalize("NFC", text).translate(_ASCII_OF)
    return unicodedata.normalize("NFC", looked)


class _AsciiOf(dict[int, str]):
    """Maps a character to the ASCII one it looks like; each is worked out once."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = unicodedata.normalize("NFKC", character)
        alike = len(plain) == 1 and plain.isascii()
        self[code] = plain if alike else character.translate(_LOOKALIKES)
        return self[code]


_ASCII_OF = _AsciiOf()
_LOOKALIKES = str.maketrans("〈〉‹›⟨⟩❬❭∣ǀ￨│’‘“”", "<><><><>||||''\"\"")
