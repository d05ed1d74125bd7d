"""Put Korean narration ("-다") into a speaker's own speech level.

Lore is written in 해라체. An NPC that quoted it so would read it out of a book; each sentence's last
predicate is conjugated again in the NPC's level. kiwi knows the irregular stems.
"""

from __future__ import annotations

import re

from langchain_app.domain.people.npc import SpeechLevel
from langchain_app.language.korean import KoreanAnalyser

_ENDINGS: dict[SpeechLevel, str] = {
    "hapsyo": "습니다",
    "haeyo": "어요",
    "hao": "소",
    "hage": "네",
    "hae": "어",
}
_COPULA: dict[SpeechLevel, tuple[str, str]] = {  # after a consonant, after a vowel
    "hapsyo": ("입니다", "입니다"),
    "haeyo": ("이에요", "예요"),
    "hao": ("이오", "요"),
    "hage": ("일세", "일세"),
    "hae": ("이야", "야"),
}
_NOT: dict[SpeechLevel, str] = {
    "hapsyo": "아닙니다",
    "haeyo": "아니에요",
    "hao": "아니오",
    "hage": "아닐세",
    "hae": "아니야",
}
_QUOTED: dict[SpeechLevel, str] = {
    "hapsyo": "답니다",
    "haeyo": "대요",
    "hao": "다 하오",
    "hage": "다네",
    "hae": "대",
}
_QUOTED_COPULA: dict[SpeechLevel, str] = {
    "hapsyo": "랍니다",
    "haeyo": "래요",
    "hao": "라 하오",
    "hage": "라네",
    "hae": "래",
}
_END = re.compile(r"다(?P<mark>[.!…]*)$")
_STEMS = frozenset({"VV", "VA", "VX", "XSV", "XSA"})


def speak_at_level(sentence: str, level: SpeechLevel, korean: KoreanAnalyser) -> str:
    """Return `sentence` with its last predicate in `level`.

    A sentence that does not end in a declarative "-다" comes back as it was.
    """
    end = _END.search(sentence.strip())
    if end is None:
        return sentence
    body, mark = sentence.strip()[: end.start()] + "다", end["mark"] or "."
    tokens = [t for t in korean.kiwi.tokenize(body + ".") if t.tag != "SF"]
    if len(tokens) < 2 or tokens[-1].tag not in ("EF", "EC"):
        return sentence
    before = tokens[-2]
    tag = before.tag.partition("-")[0]
    if tag == "VCN":
        return body[: before.start] + _NOT[level] + mark
    if tag == "VCP":
        return _copula(body[: before.start], before.form, level) + mark
    if tag == "EP":
        return body[:-1] + _ENDINGS[level] + mark
    if tag in _STEMS:
        return body[: before.start] + _conjugated(before.form, before.tag, level, korean) + mark
    return sentence


def as_hearsay(sentence: str, level: SpeechLevel, korean: KoreanAnalyser) -> str:
    """Return `sentence` as something one was told: 훔쳐 갔다 -> 훔쳐 갔대요, 갔답니다, 갔다 하오.

    A sentence that does not end in a declarative "-다" comes back as it was.
    """
    end = _END.search(sentence.strip())
    if end is None:
        return sentence
    body, mark = sentence.strip()[: end.start()], end["mark"] or "."
    tokens = [t for t in korean.kiwi.tokenize(f"{body}다.") if t.tag != "SF"]
    if len(tokens) < 2 or tokens[-1].tag not in ("EF", "EC"):
        return sentence
    copula = tokens[-2].tag.partition("-")[0] in ("VCP", "VCN")
    return f"{body}{_QUOTED_COPULA[level] if copula else _QUOTED[level]}{mark}"


def _conjugated(stem: str, tag: str, level: SpeechLevel, korean: KoreanAnalyser) -> str:
    closes = _has_final(stem[-1]) and not _ends_in_rieul(stem[-1])
    if level in ("hao", "hage") and closes:
        return stem + _ENDINGS[level]  # 어둡소, 하얗네: no irregular stem changes before these
    if stem.endswith("하") and level in ("haeyo", "hae"):  # 못하다 is no 하다 to kiwi: 못하아
        return stem[:-1] + ("해요" if level == "haeyo" else "해")
    ending = "오" if level == "hao" else _ENDINGS[level]
    joined: str = korean.kiwi.join([(stem, tag), (ending, "EF")])
    return joined


def _copula(noun: str, copula: str, level: SpeechLevel) -> str:
    if not noun:
        return copula
    after_consonant, after_vowel = _COPULA[level]
    return noun + (after_consonant if _has_final(noun[-1]) else after_vowel)


def _has_final(syllable: str) -> bool:
    code = ord(syllable) - 0xAC00
    if 0 <= code < 11172:
        return code % 28 != 0
    return syllable.lower() in "0136780lmnr"  # digits and letters whose Korean names close


def _ends_in_rieul(syllable: str) -> bool:
    code = ord(syllable) - 0xAC00
    return 0 <= code < 11172 and code % 28 == 8
