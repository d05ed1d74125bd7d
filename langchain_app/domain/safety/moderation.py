"""What a world stands for: talk that is played on, and talk that is never answered.

A world's rules are authored data. The first rule whose words are heard decides, so exceptions stand
before what they except.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pydantic import model_validator

from langchain_app.domain.safety.disguises import composed, joined, plain, unleeted
from langchain_app.domain.text import Frozen, LocalText, Phrase

Stance = Literal["in_world", "never"]


class ModeratedWords(Frozen):
    """Words a language. English ones are found whole, Korean ones anywhere in a word."""

    en: tuple[Phrase, ...] = ()
    ko: tuple[Phrase, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """The words of both languages: players mix them."""
        return (*self.en, *self.ko)


class ModerationRule(Frozen):
    """One rule: these words are talk of this world, or are never answered, and why."""

    id: Phrase
    stance: Stance
    words: ModeratedWords
    reason: LocalText

    @model_validator(mode="after")
    def _has_words(self) -> ModerationRule:
        if not self.words.all:
            raise ValueError("a rule needs words, in `words.en` or `words.ko`")
        return self


@dataclass(frozen=True, slots=True)
class Moderated:
    """The rule that decided, and the word that it heard."""

    rule: str
    stance: Stance
    word: str
    reason: str

    @property
    def detail(self) -> str:
        """Rule, word and reason in one line."""
        return f"{self.rule}: {self.word!r}: {self.reason}"


def moderated(text: str, rules: Sequence[ModerationRule]) -> Moderated | None:
    """Return what the first rule that `text` touches says, or None.

    Of a `never` rule a disguised word counts too ("s.e.x", "p0rn"), of an `in_world` rule only the
    plain one: nobody disguises what may be said.
    """
    for rule in rules:
        word = word_in(text, rule.words.all)
        if word is None and rule.stance == "never":
            word = disguised_word_in(text, rule.words.all)
        if word is not None:
            return Moderated(rule.id, rule.stance, word, rule.reason.en)
    return None


def word_in(text: str, words: Sequence[str]) -> str | None:
    """Return the word of `words` that `text` contains, whole (English) or as a part (Korean)."""
    lowered = text.lower()
    for word in words:
        if word.isascii():
            if word.lower() in lowered and _whole(word).search(lowered):
                return word
        elif word in lowered:
            return word
    return None


def disguised_word_in(text: str, words: Sequence[str]) -> str | None:
    """Return the word that `text` hides by spaces, signs, figures, look-alikes or single letters.

    A disguised word is looked for whole where it was hidden: "class extra" holds no "s ex".
    """
    for reading in _hidden(text):
        lowered = reading.lower()
        for word in words:
            if word.lower() in lowered and (not word.isascii() or _whole(word).search(lowered)):
                return word
    return None


_LETTER_RUN = re.compile(r"(?<![^\W_])(?:[^\W_][\s.\-_*·,/\\|~+]{1,3}){2,}[^\W_](?![^\W_])")
_SYLLABLES = re.compile(
    r"(?<![가-힣])(?:[가-힣][\s.\-_*·,/\\|~+0-9]{1,3}){1,5}[가-힣]{1,2}(?![가-힣])"
)
_INFIXED = re.compile(r"(?<=[가-힣])[.\-_*·/\\|~+0-9^@!]{1,3}(?=[가-힣])")
_MASKED = re.compile(r"(?<=[a-z])[*.\-_·~+^]{1,2}(?=[a-z])", re.IGNORECASE)
_LONG = re.compile(r"([a-z])\1{2,}", re.IGNORECASE)
_GAPS = re.compile(r"[^\w]|[_0-9]")


@lru_cache(maxsize=256)
def _hidden(text: str) -> tuple[str, ...]:
    """Return what stands out of `text` where letters were hidden; empty for plain talk."""
    return tuple(dict.fromkeys(filter(None, _uncovered(text[:2000]))))


def _uncovered(text: str) -> Iterator[str]:
    folded = plain(text)
    if folded != text:
        yield folded
    yield " ".join(re.sub(r"[\W_]", "", run) for run in _LETTER_RUN.findall(folded))
    yield " ".join(_GAPS.sub("", run) for run in _SYLLABLES.findall(text))
    for changed in (
        _INFIXED.sub("", text),
        _MASKED.sub("", folded),
        _LONG.sub(r"\1", folded),
        unleeted(folded),
        unleeted(joined(folded)),
        composed(text),
    ):
        if changed not in (text, folded):
            yield changed


@lru_cache(maxsize=4096)
def _whole(word: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(word.lower())}\b")
