"""How old a card says that somebody is: in figures, or in words of either language."""

from __future__ import annotations

import re

MAX_AGE = 10_000

_FIGURES = re.compile(
    r"\bage\s*[:=(]\s*\"?(\d{1,5})|\b(\d{1,5})[- ]years?[- ]old"
    r"|나이\s*[:=]?\s*(\d{1,5})|(\d{1,5})\s*(?:세(?![계기대력상])|살(?![려림아]))",
    re.IGNORECASE,
)
_TENS = {
    "ten": 10, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90, "열": 10, "스물": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60,
    "일흔": 70, "여든": 80, "아흔": 90,
}  # fmt: skip
_ONES = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9,
}  # fmt: skip
_WHOLE = {
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "스무": 20,
}  # fmt: skip
_WORDS = re.compile(
    rf"(?<![a-z가-힣])(?:({'|'.join(_WHOLE)})|({'|'.join(_TENS)})(?:-| )?({'|'.join(_ONES)})?)"
    r"(?:[- ]years?[- ]old|\s*살(?![려림아]))",
    re.IGNORECASE,
)


def age_in(text: str) -> int | None:
    """Return the first age in years that `text` names, figures before words; None where it names
    none."""
    for match in _FIGURES.finditer(text):
        age = int(next(group for group in match.groups() if group))
        if age <= MAX_AGE:
            return age
    if (spelt := _WORDS.search(text)) is None:
        return None
    whole, tens, ones = (part.lower() if part else "" for part in spelt.groups())
    return _WHOLE[whole] if whole else _TENS[tens] + _ONES.get(ones, 0)
