"""Sentiment of what players say: VADER for English, a lexicon on morphemes for Korean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from langchain_app.domain.text import Language
from langchain_app.domain.tone import Sentiment
from langchain_app.language.korean import KoreanAnalyser

_POSITIVE = {
    "좋": 2.0, "좋아하": 2.5, "사랑": 3.0, "사랑하": 3.0, "고맙": 2.5, "감사": 2.5, "감사하": 2.5, "기쁘": 2.7,
    "행복": 2.8, "행복하": 2.8, "즐겁": 2.3, "재미있": 2.0, "재밌": 2.0, "멋지": 2.3, "멋있": 2.3, "훌륭": 2.5,
    "훌륭하": 2.5, "대단": 2.0, "대단하": 2.0, "최고": 2.8, "예쁘": 2.0, "이쁘": 2.0, "아름답": 2.4, "귀엽": 2.0,
    "착하": 1.9, "친절": 2.0, "친절하": 2.0, "상냥하": 2.0, "똑똑하": 1.8, "믿": 1.5, "반갑": 2.0, "안심": 1.5,
    "다행": 1.8, "축하": 2.5, "축하하": 2.5, "존경": 2.3, "존경하": 2.3, "응원": 2.0, "응원하": 2.0, "돕": 1.3,
    "웃": 1.2, "평화": 1.5, "희망": 1.8, "용감": 1.8, "용감하": 1.8, "완벽": 2.4, "완벽하": 2.4, "맛있": 2.0,
    "따뜻하": 1.6, "든든하": 1.8, "신나": 2.2, "그립": 0.6, "부탁": 0.6, "존중": 1.6, "칭찬": 1.8,
}  # fmt: skip
_NEGATIVE = {
    "싫": -2.3, "싫어하": -2.4, "밉": -2.3, "미워하": -2.5, "나쁘": -2.3, "슬프": -2.1, "화나": -2.3, "짜증": -2.2,
    "짜증나": -2.3, "무섭": -1.8, "두렵": -1.8, "아프": -1.8, "힘들": -1.8, "괴롭": -2.2, "외롭": -1.9, "지루하": -1.6,
    "재미없": -1.8, "바보": -2.4, "멍청": -2.6, "멍청하": -2.6, "멍청이": -2.6, "한심하": -2.6, "쓰레기": -3.0,
    "거짓말": -1.9, "거짓말쟁이": -2.6, "사기": -2.3, "사기꾼": -2.7, "도둑": -1.4, "겁쟁이": -2.3, "죽이": -2.8,
    "죽": -1.8, "꺼지": -2.8, "닥치": -2.9, "미치": -1.9, "병신": -3.4, "새끼": -2.6, "지랄": -3.0, "더럽": -2.1,
    "역겹": -2.8, "끔찍하": -2.6, "최악": -3.0, "실망": -2.1, "실망하": -2.1, "배신": -2.6, "배신하": -2.7,
    "위험": -1.3, "저주": -2.4, "원망": -2.0, "협박": -2.3, "때리": -2.0, "부수": -1.6, "훔치": -1.5, "못생기": -2.3,
    "무식하": -2.4, "쓸모없": -2.5, "추하": -2.1, "망하": -2.0, "불쌍하": -1.2, "걱정": -1.0, "걱정하": -1.0,
}  # fmt: skip
_LEXICON = _POSITIVE | _NEGATIVE
_NEGATORS = frozenset({"안", "못", "않", "말", "아니", "없"})
_BOOSTERS = frozenset(
    {"너무", "정말", "진짜", "아주", "매우", "엄청", "참", "완전", "무척", "굉장히"}
)

ALPHA = 15.0
"""VADER's normalisation: compound = sum / sqrt(sum^2 + alpha) (Hutto and Gilbert 2014)."""
BOOST = 0.293
"""VADER's booster increment."""
NEGATION = -0.74
"""VADER's negation factor."""


class SentimentAnalyser:
    """Rates an utterance on VADER's scale, in both languages."""

    def __init__(self, korean: KoreanAnalyser) -> None:
        self._korean = korean

    def rate(self, text: str, language: Language) -> Sentiment:
        """Return the sentiment of `text`; compound is in -1..1."""
        if language == "ko":
            return self._rate_korean(text)
        scores = self._vader.polarity_scores(text)
        return Sentiment(scores["compound"], scores["pos"], scores["neg"], scores["neu"])

    @cached_property
    def _vader(self) -> Any:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        return SentimentIntensityAnalyzer()

    def _rate_korean(self, text: str) -> Sentiment:
        lemmas = self._korean.lemmas(text)
        scores = [_weigh(lemmas, index) for index in range(len(lemmas))]
        total = sum(scores)
        positive = sum(score for score in scores if score > 0)
        negative = -sum(score for score in scores if score < 0)
        neutral = float(sum(1 for score in scores if score == 0)) or 1.0
        share = positive + negative + neutral
        return Sentiment(
            compound=round(total / math.sqrt(total * total + ALPHA), 4),
            positive=round(positive / share, 3),
            negative=round(negative / share, 3),
            neutral=round(neutral / share, 3),
        )


def _weigh(lemmas: Sequence[tuple[str, str]], index: int) -> float:
    """Return one morpheme's score: boosters stand before it, negators on either side."""
    form, _ = lemmas[index]
    score = _LEXICON.get(form, 0.0)
    if not score:
        return 0.0
    before = {form for form, _ in lemmas[max(0, index - 2) : index]}
    after = [form for form, tag in lemmas[index + 1 : index + 4] if tag in ("VX", "VCN", "VA")]
    if before & _BOOSTERS:
        score += math.copysign(BOOST, score)
    if before & {"안", "못"} or _NEGATORS.intersection(after):
        score *= NEGATION
    return score
