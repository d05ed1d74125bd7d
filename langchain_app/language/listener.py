"""Hears an utterance: its feeling, its words, what it is like. The Listener port."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from langchain_app.domain.text import Language, LocalText, detect_language
from langchain_app.domain.turn import Utterance
from langchain_app.domain.understanding.tone import Sentiment
from langchain_app.language.outcomes import outcome
from langchain_app.language.sentiment import SentimentAnalyser
from langchain_app.language.tokens import Tokeniser

Vector = NDArray[np.float32]


class LocalListener:
    """Listens with morphemes, patterns and a sentence embedding.

    `examples` are the utterances that others are compared with; `vectors` holds the embeddings of
    those whose language the model knows. The others are compared by their content words alone.
    """

    def __init__(
        self, tokeniser: Tokeniser, examples: Sequence[str], vectors: Mapping[str, Vector]
    ) -> None:
        self._tokeniser = tokeniser
        self._sentiment = SentimentAnalyser(tokeniser.korean)
        self._tokens = {
            text: frozenset(tokeniser.content(text, detect_language(text))) for text in examples
        }
        self._vectors = vectors

    def sentiment(self, utterance: Utterance) -> Sentiment:
        """Rate the sentiment."""
        return self._sentiment.rate(utterance.text, utterance.language)

    def tokens(self, text: str, language: Language) -> tuple[str, ...]:
        """Return the content tokens of a text."""
        return tuple(self._tokeniser.content(text, language))

    def outcome(self, does: LocalText, *, succeeded: bool) -> dict[Language, str]:
        """Say whether what an action does was done; see the port."""
        return outcome(does, succeeded=succeeded, korean=self._tokeniser.korean)

    def likeness(
        self, utterance: Utterance, vector: Sequence[float], examples: Sequence[str]
    ) -> tuple[float, str]:
        """Return how much the utterance means the same as the nearest example, and which one.

        Two shared words say little ("ring the bell" is in every insult to a bell-ringer), so fewer
        than three never count as the same meaning, unless there are no others.
        """
        mine = frozenset(self.tokens(utterance.text, utterance.language))
        own = np.asarray(vector, dtype=np.float32)
        best = (0.0, "")
        for example in examples:
            theirs = self._tokens.get(example, frozenset())
            shared = len(mine & theirs)
            enough = shared >= 3 or (shared == 2 and mine == theirs)
            score = shared / len(mine | theirs) if enough else 0.0
            known = self._vectors.get(example)
            if known is not None and known.shape == own.shape:
                score = max(score, float(known @ own))
            best = max(best, (score, example))
        return best
