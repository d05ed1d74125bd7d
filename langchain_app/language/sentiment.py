"""Sentiment of what players say: VADER for English, a lexicon and rules on morphemes for Korean."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any, Literal

from langchain_app.domain.text import Language
from langchain_app.domain.understanding.tone import Sentiment
from langchain_app.language.korean import KoreanAnalyser
from langchain_app.language.sentiment_korean import korean_scores

Label = Literal["positive", "negative", "neutral"]

THRESHOLD = 0.15
"""The compound from which a text is labelled; of 0.05 to 0.35 the best on Korean's dev split."""
ALPHA = 15.0
"""VADER's normalisation: compound = sum / sqrt(sum^2 + alpha) (Hutto and Gilbert 2014)."""


class SentimentAnalyser:
    """Rates an utterance on VADER's scale, in both languages."""

    def __init__(self, korean: KoreanAnalyser) -> None:
        self._korean = korean

    def rate(self, text: str, language: Language) -> Sentiment:
        """Return the sentiment of `text`; compound is in -1..1."""
        if language == "ko":
            return _on_vaders_scale(*korean_scores(text, self._korean.lemmas(text)))
        scores = self._vader.polarity_scores(text)
        return Sentiment(scores["compound"], scores["pos"], scores["neg"], scores["neu"])

    @cached_property
    def _vader(self) -> Any:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        return SentimentIntensityAnalyzer()


def _on_vaders_scale(scores: list[float], neutral_words: int) -> Sentiment:
    """Return compound and shares as VADER does: a feeling counts one more than its score."""
    total = sum(scores)
    positive = sum(score + 1 for score in scores if score > 0)
    negative = sum(1 - score for score in scores if score < 0)
    whole = positive + negative + neutral_words
    if not whole:
        return Sentiment()
    return Sentiment(
        compound=round(total / math.sqrt(total * total + ALPHA), 4),
        positive=round(positive / whole, 3),
        negative=round(negative / whole, 3),
        neutral=round(neutral_words / whole, 3),
    )


def label_of(compound: float) -> Label:
    """Name a compound."""
    if abs(compound) < THRESHOLD:
        return "neutral"
    return "positive" if compound > 0 else "negative"
