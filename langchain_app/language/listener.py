"""Understands an utterance without a language model: the Listener port."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from langchain_app.domain.text import Language, detect_language
from langchain_app.domain.tone import DialogueAct, Sentiment
from langchain_app.domain.turn import Utterance
from langchain_app.language.dialogue_act import dialogue_act
from langchain_app.language.sentiment import SentimentAnalyser
from langchain_app.language.tokens import Tokeniser, overlap

Embed = Callable[[Sequence[str]], Sequence[Sequence[float]]]


class LocalListener:
    """Listens with morphemes, patterns and a sentence embedding.

    `dense` names the languages whose embeddings can be trusted; in the others likeness is the
    overlap of content words alone.
    """

    def __init__(
        self, tokeniser: Tokeniser, examples: Sequence[str], embed: Embed, dense: Sequence[Language]
    ) -> None:
        self._tokeniser = tokeniser
        self._sentiment = SentimentAnalyser(tokeniser.korean)
        self._tokens = {text: tokeniser.content(text, detect_language(text)) for text in examples}
        known = [text for text in examples if detect_language(text) in dense]
        self._vectors: dict[str, NDArray[np.float32]] = (
            dict(zip(known, np.asarray(embed(known), dtype=np.float32), strict=True))
            if known
            else {}
        )

    def sentiment(self, utterance: Utterance) -> Sentiment:
        """Rate the sentiment."""
        return self._sentiment.rate(utterance.text, utterance.language)

    def act(self, utterance: Utterance) -> DialogueAct:
        """Name what the utterance does."""
        return dialogue_act(utterance.text, utterance.language, self._tokeniser)

    def tokens(self, text: str, language: Language) -> tuple[str, ...]:
        """Return the content tokens of a text."""
        return tuple(self._tokeniser.content(text, language))

    def likeness(
        self, utterance: Utterance, vector: Sequence[float], examples: Sequence[str]
    ) -> tuple[float, str]:
        """Return how much the utterance means the same as the nearest example, and which one.

        One shared word in two-word sentences is half of all words and says little, so fewer than two
        shared content words never count as the same meaning.
        """
        mine = self.tokens(utterance.text, utterance.language)
        own = np.asarray(vector, dtype=np.float32)
        best = (0.0, "")
        for example in examples:
            theirs = self._tokens.get(example, ())
            enough = len(set(mine) & set(theirs)) >= 2
            score = overlap(mine, theirs) if enough else 0.0
            known = self._vectors.get(example)
            if known is not None and known.shape == own.shape:
                score = max(score, float(known @ own))
            best = max(best, (score, example))
        return best
