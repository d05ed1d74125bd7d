"""What the player means, in words that can be searched for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from langchain_app.domain.text import Language
from langchain_app.domain.turn import Exchange, Utterance
from langchain_app.language.tokens import Tokeniser
from langchain_app.retrieval.snapshot import LanguageIndex

_ANAPHORA: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:it|its|that|this|those|these|they|them|their|he|him|his|she|her|there|then)\b"
        r"|\bwhat about\b|\band\b\W*(?:why|who|how|when|where|what)",
        re.IGNORECASE,
    ),
    "ko": re.compile(
        r"(?:^|\s)(?:그|그건|그거|그게|그것|그곳|거기|그때|그 ?사람|그 ?분|걔|그분|그럼|그러면|그래서|이건|이거|저건|그들|왜)"
    ),
}


class QueryRewriter:
    """Resolves what an utterance points back to."""

    def __init__(self, tokeniser: Tokeniser) -> None:
        self._tokeniser = tokeniser

    def rewrite(
        self, utterance: Utterance, recent: Sequence[Exchange], index: LanguageIndex
    ) -> str:
        """Return the query: the utterance, and what was talked about where it points back to it.

        "How much is it?" after a question about rope is a question about rope.
        """
        if not recent or not _ANAPHORA[utterance.language].search(utterance.text):
            return utterance.text
        last = recent[-1]
        title = index.title(last.sources[0]) if last.sources else ""
        return f"{utterance.text} {last.player} {title}".strip()
