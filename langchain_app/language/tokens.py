"""Tokens for lexical retrieval and for meaning without a model."""

from __future__ import annotations

import re
from collections.abc import Sequence

from langchain_app.domain.text import Language
from langchain_app.language import english, korean
from langchain_app.language.korean import KoreanAnalyser

# A stop within a sentence is followed by more than a blank: 3.5, and "Where?", he asked; or it stands
# after a single capital: M.I.O.
_SENTENCE = re.compile(r"\S[^\n]*?(?:(?<!\b[A-Z])[.!?…]+[\"'”’)]*(?=\s|$)|$)", re.MULTILINE)
_LETTER = re.compile(r"\w")


class Tokeniser:
    """Turns text into tokens, in both languages.

    Measured on question -> paragraph sets (MRR@10): English words without stop words, lightly
    stemmed, .861 against .725 for white space; Korean content morphemes with character bigrams .947
    against .803.
    """

    def __init__(self, names: Sequence[str] = ()) -> None:
        self.korean = KoreanAnalyser(names)

    def content(self, text: str, language: Language) -> list[str]:
        """Return the tokens that carry meaning: stems, or content morphemes."""
        return english.tokens(text) if language == "en" else self.korean.content(text)

    def as_meant(self, text: str, language: Language) -> list[str]:
        """Return the tokens that carry meaning, with common misspellings read as what was meant."""
        if language == "en":
            return english.tokens(text)
        return self.korean.content(text, as_meant=True)

    def index(self, text: str, language: Language) -> list[str]:
        """Return the tokens that a lexical index keeps: content, and for Korean bigrams too."""
        if language == "en":
            return english.tokens(text)
        return [*self.korean.content(text), *(f"#{pair}" for pair in korean.bigrams(text))]


def is_content(token: str) -> bool:
    """Tell a content token from a character bigram of `Tokeniser.index`."""
    return not token.startswith("#")


def sentences(text: str) -> list[str]:
    """Split authored prose into its sentences."""
    return [found.strip() for found in _SENTENCE.findall(text) if _LETTER.search(found)]
