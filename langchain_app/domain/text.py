"""Text that exists in every language the platform speaks."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

Phrase = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]

_HANGUL = re.compile(r"[\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f]")
_NUL = re.compile(r"((?<!\\)(?:\\\\)*)\\u0000")
_LATIN = re.compile(r"[A-Za-z]")


class Frozen(BaseModel):
    """A value that cannot change and that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LocalText(Frozen):
    """One text in Korean and English; both are required."""

    en: Phrase
    ko: Phrase

    def __getitem__(self, language: Language) -> str:
        return self.en if language == "en" else self.ko


class LocalTexts(Frozen):
    """Several texts a language; both languages are required."""

    en: tuple[Phrase, ...] = Field(min_length=1)
    ko: tuple[Phrase, ...] = Field(min_length=1)

    def __getitem__(self, language: Language) -> tuple[str, ...]:
        return self.en if language == "en" else self.ko


class Asked(Frozen):
    """How players may ask for something, in each language; authored, searched, never shown."""

    en: tuple[Phrase, ...] = ()
    ko: tuple[Phrase, ...] = ()

    def __getitem__(self, language: Language) -> tuple[str, ...]:
        return self.en if language == "en" else self.ko


def detect_language(text: str, default: Language = "en") -> Language:
    """Tell Korean from English by script.

    Hangul counts three times a Latin letter, because one syllable block carries about three letters.
    A text with neither script (digits, emoji) has the `default` language.
    """
    hangul, latin = 3 * len(_HANGUL.findall(text)), len(_LATIN.findall(text))
    if hangul == latin == 0:
        return default
    return "ko" if hangul >= latin else "en"


def without_nul(json_text: str) -> str:
    """Return JSON without escaped NULs, which jsonb refuses; an escaped backslash is none."""
    return _NUL.sub(r"\1", json_text) if "\\u0000" in json_text else json_text


def tokens_in(text: str) -> int:
    """Return about how many tokens a model counts in `text`; on the safe side of today's tokenisers.

    A Hangul syllable is about one token, of other text four characters are, and every text has one.
    """
    hangul = len(_HANGUL.findall(text))
    return 1 + hangul + (len(text) - hangul) // 4


@lru_cache(maxsize=8192)  # authors' examples are compared with every utterance
def squeezed(text: str) -> str:
    """Return the letters and digits of `text` in lower case: how spans are compared."""
    return "".join(character for character in text.lower() if character.isalnum())
