"""Korean in cards: the speech level that somebody speaks in, and names in Latin letters."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from hashlib import blake2b

from langchain_app.domain.people.npc import SpeechLevel

_ENDINGS: tuple[tuple[SpeechLevel, re.Pattern[str]], ...] = (
    ("hapsyo", re.compile(r"(?:니다|니까|십시오|십시다)$")),
    ("haeyo", re.compile(r"(?:요|죠)$")),
    ("hao", re.compile(r"(?:소|구려|하오|시오|이오|리오|리다|읍시다|합시다|봅시다|갑시다)$")),
    (
        "hage",
        re.compile(
            r"(?:다네|라네|겠네|하게|시게|오게|가게|주게|보게|일세|는가|은가|인가|"
            r"구먼|하세|보세|가세|음세)$"
        ),
    ),
    ("hae", re.compile(r"[가-힣]$")),
)
MAX_HEARD = 5000
"""Characters that are enough to hear a speech level by, and too few for a trap."""
_QUOTED = re.compile(r"[“\"「『]([^”\"」』]+)[”\"」』]")
_NARRATED = re.compile(r"\*[^*]*\*|\([^)]*\)")
_SENTENCE = re.compile(r"[^.!?…~\n,]+(?=[.!?…~\n]|$)")


def speech_level_of(said: str) -> SpeechLevel | None:
    """Return the level that most sentences end in; None where nothing Korean is said.

    Where there are quotation marks, only what stands in them is speech; else what stands outside of
    *asterisks* and brackets.
    """
    said = said[:MAX_HEARD]
    speech = "\n".join(_QUOTED.findall(said)) or _NARRATED.sub("\n", said)
    count: Counter[SpeechLevel] = Counter()
    for sentence in _SENTENCE.findall(speech):
        words = sentence.strip(" \t'’”\"」』*").split()
        level = next(
            (name for name, ending in _ENDINGS if words and ending.search(words[-1])), None
        )
        if level is not None:
            count[level] = count.get(level, 0) + 1
    return count.most_common(1)[0][0] if count else None


_INITIALS, _VOWELS, _FINALS = (
    sounds.replace("-", "").split(" ")
    for sounds in (
        "g kk n d tt r m b pp s ss - j jj ch k t p h",
        "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i",
        "- k k k n n n t l k m l l l p l m p p t t ng t t k t p t",
    )
)
"""Revised Romanisation, by the order of Unicode's syllables."""


def slug(name: str, prefix: str) -> str:
    """Return an id of lower-case letters, digits and underscores; Korean is romanised by syllable."""
    ascii_only = unicodedata.normalize("NFKD", in_latin(name)).encode("ascii", "ignore").decode()
    found = re.sub(r"[^a-z0-9]+", "_", ascii_only.lower()).strip("_")[:40].strip("_")
    return found or f"{prefix}_{blake2b(name.encode('utf-8', 'ignore'), digest_size=3).hexdigest()}"


def in_latin(name: str) -> str:
    """Return a name with its Korean parts romanised: "서하늘" is Seohaneul."""
    words = unicodedata.normalize("NFKC", name).split()
    return " ".join(
        "".join(map(_romanised, word)).capitalize() if re.search("[가-힣]", word) else word
        for word in words
    )


def _romanised(character: str) -> str:
    if not "가" <= character <= "힣":
        return character
    index = ord(character) - 0xAC00
    return _INITIALS[index // 588] + _VOWELS[index % 588 // 28] + _FINALS[index % 28]
