"""What the player means, in words that can be searched for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from langchain_app.domain.text import Language
from langchain_app.domain.turn import Exchange, Utterance
from langchain_app.language.tokens import Tokeniser, is_content
from langchain_app.retrieval.snapshot import LanguageIndex

_PRICE: dict[Language, tuple[re.Pattern[str], str]] = {
    "en": (
        re.compile(r"\bhow much (?:is|are|for|does|do|would|will|'s)\b", re.IGNORECASE),
        "price",
    ),
    "ko": (re.compile(r"얼마(?! ?(?:나|전|동안|만|쯤 걸))"), "값"),
}
"""Asked for the price, nobody says the word; its own words only ask, and are no topic."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for: a text for its meaning, and the tokens for a lexical index.

    `asked` is what was said of it, and `before` what that needs of the turn before: the player's line
    and the NPC's reply.
    """

    text: str
    tokens: tuple[str, ...]
    asked: str
    before: tuple[str, ...] = ()


class QueryRewriter:
    """Resolves what an utterance points back to, and puts its spelling right.

    Each step may be switched off, to see what it gains (`bench-lore --without`).
    """

    def __init__(self, tokeniser: Tokeniser, *, topic: bool = True, spelling: bool = True) -> None:
        self._tokeniser = tokeniser
        self._topic, self._spelling = topic, spelling

    def rewrite(
        self, utterance: Utterance, before: Sequence[Exchange], index: LanguageIndex
    ) -> Query:
        """Return the query of an utterance; `before` are the turns that it needs, none if alone."""
        needed = (before[-1].player, before[-1].npc) if before and self._topic else ()
        text = with_topic(utterance.text, needed)
        tokens = tuple(self._spelt(text, utterance.language, index))
        return Query(text, tokens, utterance.text, needed)

    def query(self, text: str, language: Language, index: LanguageIndex) -> Query:
        """Return the query of a text that points back to nothing."""
        return Query(text, tuple(self._spelt(text, language, index)), text)

    def _spelt(self, text: str, language: Language, index: LanguageIndex) -> list[str]:
        """Return the tokens; what the index does not know, as what it may have been meant to be."""
        asks_price, price = _PRICE[language]
        if asks_price.search(text):
            text = f"{text} {price}"
        tokens = self._tokeniser.index(text, language)
        if not self._spelling or all(index.knows(token) for token in tokens if is_content(token)):
            return tokens
        meant = self._tokeniser.as_meant(text, language)
        known = [token if index.knows(token) else index.spelling(token) or token for token in meant]
        return [*known, *(token for token in tokens if not is_content(token))]


def with_topic(text: str, before: Sequence[str]) -> str:
    """Return a question with the line `before` it, where it needs one.

    "How much is it?" after a question about rope is a question about rope. It stands at both ends, for
    it is what is asked. The reply is not searched for: of follow-ups in three invented worlds the
    sentence that answers was among the first eight for 87% so, 84% with the question once, 79% with
    the reply, 68% without the line before.
    """
    return f"{text} {before[0]} {text}" if before else text
