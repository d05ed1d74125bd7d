"""Whole words as people write them: Korean with its particles, English with its endings."""

from __future__ import annotations

import re
from functools import lru_cache

_AFTER_FINAL = (
    "이|을|은|과|으로|아|이여|이나|이랑|이라|이라고|이라는|이라도|이란|이야|이며|이든|이든지|이요|이에요|"
    "이죠|이지|이었|이었어|이냐|이니|이다|으로서|으로써|으로부터"
)
_AFTER_VOWEL = (
    "가|를|는|와|로|야|여|나|랑|라|라고|라는|라도|란|며|든|든지|"
    "요|예요|죠|지|였|였어|냐|니|다|로서|로써|로부터"
)
_AFTER_ANY = (
    "의|에|에서|에게|에게서|한테|한테서|께|께서|도|만|까지|부터|마저|조차|밖에|처럼|같이|보다|마다|하고|"
    "뿐|쯤|대로|인가|인가요|인지|인데|일까|일까요|입니다|입니까|이신"
)
_SECOND = "은|는|도|만|의|이|가|을|를|부터|까지|서|나|라도|요|야|이나|이라도|이야|인가요|입니다"
_SURE = (
    "을|를|은|는|에|에서|에서는|에게|에는|에도|한테|께서|까지|부터|마저|조차|밖에|처럼|보다|하고|으로|"
    "입니다|입니까|이에요|예요|이라고|이라는|이란|이랑|인가요"
)
"""What may follow a word of one syllable. With 이, 의, 과 or 도 another word often stands there:
종이 is paper as well as the bell, 강의 a lecture, 성과 a result, 강도 a robber."""

_EDGE = r"[^\W\u3040-\u30ff\u3400-\u9fff]"
"""A letter or digit of a script that puts blanks between its words."""
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_HANGUL = re.compile(r"[가-힣]")


@lru_cache(maxsize=16_384)
def word_pattern(word: str, *, case_sensitive: bool = False, whole: bool = True) -> re.Pattern[str]:
    """Return what finds `word` in a text; a blank in a Korean word may be left out by the writer.

    A whole Korean word may carry its particles ("종탑" is found in "종탑에서는"), an English one its
    plural and its possessive. Words of scripts without blanks are found anywhere.
    """
    flags = 0 if case_sensitive else re.IGNORECASE
    parts = word.split()
    found = parts[0] if parts else word
    body = re.escape(found)
    for part in parts[1:]:
        korean = _HANGUL.match(found[-1]) or _HANGUL.match(part)
        body += (r"\s*" if korean else r"\s+") + re.escape(part)
        found = part
    if not whole or _UNSPACED.search(word):
        return re.compile(body, flags)
    before = rf"(?<!{_EDGE})" if re.match(_EDGE, word) else ""
    after = rf"{_endings(word)}(?!{_EDGE})" if re.match(_EDGE, word[-1]) else ""
    return re.compile(before + body + after, flags)


def has_final(word: str) -> bool | None:
    """Tell whether a Korean word ends in a consonant; None where it does not end in Korean."""
    if not word or not _HANGUL.match(word[-1]):
        return None
    return (ord(word[-1]) - 0xAC00) % 28 > 0


def agreeing(word: str, particle: str) -> str:
    """Return `particle` in the form that fits `word`: "베르타" + "은(는)" is 는.

    What is no such particle, or follows no Korean word, comes back as it is.
    """
    final = has_final(word)
    for after_final, after_vowel in _PAIRS:
        if particle in (after_final, after_vowel) or re.fullmatch(
            rf"{after_final}\({after_vowel}\)|{after_vowel}\({after_final}\)", particle
        ):
            if final is None:
                return particle
            rieul = after_final == "으로" and _ends_in_rieul(word)
            return after_final if final and not rieul else after_vowel
    return particle


_PAIRS = (("은", "는"), ("이", "가"), ("을", "를"), ("과", "와"), ("으로", "로"), ("아", "야"))


def _endings(word: str) -> str:
    english = r"(?:s|es|['’]s|s['’])?" if word[-1].isascii() and word[-1].isalpha() else ""
    if len(word) == 1 and _HANGUL.match(word):
        return f"(?:{_SURE})?"
    final = has_final(word)
    first = [_AFTER_ANY]
    first += [_AFTER_FINAL] if final is not False else []
    first += [_AFTER_VOWEL] if not final or _ends_in_rieul(word) else []
    plural = f"(?:들|님)(?:{_AFTER_ANY}|{_AFTER_FINAL})?"
    return f"{english}(?:(?:{plural}|{'|'.join(first)})(?:{_SECOND})?)?"


def _ends_in_rieul(word: str) -> bool:
    return (ord(word[-1]) - 0xAC00) % 28 == 8
