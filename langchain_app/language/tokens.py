"""Tokens for lexical retrieval and for meaning without a model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

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

    def __init__(
        self,
        names: Sequence[str] = (),
        synonyms: Mapping[Language, Iterable[Sequence[str]]] | None = None,
    ) -> None:
        """Keep `names` whole, and read each word of a group of `synonyms` as the group's first."""
        self.korean = KoreanAnalyser(names)
        self._synonyms: dict[Language, dict[str, str]] = {"en": {}, "ko": {}}
        for language, groups in (synonyms or {}).items():
            self._synonyms[language] = self._canonical(language, groups)

    def content(self, text: str, language: Language) -> list[str]:
        """Return the tokens that carry meaning: stems, or content morphemes."""
        found = english.tokens(text) if language == "en" else self.korean.content(text)
        return self._agreed(found, language)

    def as_meant(self, text: str, language: Language) -> list[str]:
        """Return the tokens that carry meaning, with common misspellings read as what was meant."""
        if language == "en":
            return self.content(text, language)
        return self._agreed(self.korean.content(text, as_meant=True), language)

    def _agreed(self, tokens: list[str], language: Language) -> list[str]:
        canonical = self._synonyms[language]
        return [canonical.get(token, token) for token in tokens] if canonical else tokens

    def _canonical(self, language: Language, groups: Iterable[Sequence[str]]) -> dict[str, str]:
        found: dict[str, str] = {}
        for group in groups:
            single = [tokens for word in group if len(tokens := self.content(word, language)) == 1]
            found.update({tokens[0]: single[0][0] for tokens in single[1:]})
        return found

    def index(self, text: str, language: Language) -> list[str]:
        """Return the tokens that a lexical index keeps: content, and for Korean bigrams too."""
        content = self.content(text, language)
        if language == "en":
            return content
        return [*content, *(f"#{pair}" for pair in korean.bigrams(text))]


def is_content(token: str) -> bool:
    """Tell a content token from a character bigram of `Tokeniser.index`."""
    return not token.startswith("#")


def sentences(text: str) -> list[str]:
    """Split authored prose into its sentences."""
    return [found.strip() for found in _SENTENCE.findall(text) if _LETTER.search(found)]
