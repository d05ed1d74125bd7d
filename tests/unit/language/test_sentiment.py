# ruff: noqa: E501  Korean letters count double; a table reads best in rows
"""How kind or harsh players sound."""

from __future__ import annotations

from collections import Counter

import pytest

from langchain_app.language.sentiment import SentimentAnalyser

ENGLISH = {
    "+": [
        "Thank you so much for your help!", "I love this town.", "That is a beautiful bell.",
        "You are very kind.", "What a wonderful story!", "I'm happy to see you again.",
        "Great work, smith.", "I trust you, friend.", "That's good news.", "You saved us, hero!",
        "I really appreciate it.", "Congratulations on the new stall!", "This soup is delicious.",
        "I admire your courage.",
    ],
    "-": [
        "I hate you.", "You are a liar and a cheat.", "This place is horrible.", "Go to hell.",
        "You stupid old fool.", "I'm angry with the guild.", "That was a terrible thing to do.",
        "Your soup is disgusting.", "You betrayed me.", "I will kill you.", "What an ugly bell.",
        "The fire was a disaster.", "I'm not happy with you.", "You are useless.",
    ],
    "0": [
        "Where is the lighthouse?", "What time does the market open?", "I came from the north.",
        "Who rings the bell?", "How much is the rope?", "I walked here.", "It is evening.",
        "Which way to the gate?", "The boat is at the quay.", "Tell me about the year 36.",
        "I have three barrels.", "What do you sell?",
    ],
}  # fmt: skip
KOREAN = {
    "+": [
        "정말 고마워요!", "이 마을이 너무 좋아요.", "종이 참 아름답네요.", "당신은 아주 친절하시군요.",
        "다시 만나서 반가워요.", "솜씨가 훌륭해요.", "아저씨 최고예요!", "당신을 믿어요.", "국이 맛있어요.",
        "정말 대단하다!", "덕분에 안심했어요.", "축하해요!", "당신의 용기를 존경해요.", "오늘 정말 행복해.",
    ],
    "-": [
        "너 정말 싫어.", "이 거짓말쟁이야.", "여긴 끔찍해.", "꺼져.", "이 멍청한 늙은이.", "조합 때문에 짜증나.",
        "네 국은 역겨워.", "날 배신했어.", "죽여 버릴 거야.", "최악이다.", "너한테 실망했어.", "하나도 안 좋아.",
        "너무 무서워요.", "너 진짜 한심하다.",
    ],
    "0": [
        "등대는 어디에 있어요?", "시장은 몇 시에 열어요?", "북쪽에서 왔어요.", "종은 누가 쳐요?", "밧줄은 얼마예요?",
        "걸어서 왔습니다.", "지금은 저녁이다.", "북문은 어느 쪽이죠?", "배는 부두에 있어요.", "썰물 36년 이야기를 해 주세요.",
        "통이 세 개 있어.", "뭐 팔아요?",
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def analyser(tokeniser) -> SentimentAnalyser:
    return SentimentAnalyser(tokeniser.korean)


def sign(compound: float) -> str:
    """Return the label at VADER's own thresholds."""
    return "+" if compound >= 0.05 else "-" if compound <= -0.05 else "0"


@pytest.mark.parametrize(("language", "labelled"), [("en", ENGLISH), ("ko", KOREAN)])
def test_the_sign_of_the_sentiment_is_heard(analyser, language, labelled) -> None:
    pairs = [(label, text) for label, texts in labelled.items() for text in texts]
    missed = [
        (label, text, rated)
        for label, text in pairs
        if sign(rated := analyser.rate(text, language).compound) != label
    ]
    majority = max(Counter(label for label, _ in pairs).values()) / len(pairs)
    accuracy = 1 - len(missed) / len(pairs)
    assert majority < 0.4
    assert accuracy >= 0.85, missed


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_scale_is_vaders(analyser, language) -> None:
    for texts in (ENGLISH if language == "en" else KOREAN).values():
        for text in texts:
            rated = analyser.rate(text, language)
            assert -1 <= rated.compound <= 1
            shares = (rated.positive, rated.negative, rated.neutral)
            assert sum(shares) == pytest.approx(1, abs=0.01)
            assert min(shares) >= 0


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [("고마워", "정말 고마워"), ("슬퍼", "너무 슬퍼"), ("멋지다", "진짜 멋지다")],
)
def test_a_booster_makes_korean_feeling_stronger(analyser, weaker, stronger) -> None:
    plain, boosted = (analyser.rate(text, "ko").compound for text in (weaker, stronger))
    assert abs(boosted) > abs(plain)
    assert (boosted > 0) is (plain > 0)


@pytest.mark.parametrize(
    ("plain", "negated"),
    [("좋아", "안 좋아"), ("좋아", "좋지 않아"), ("나빠", "나쁘지 않아"), ("무서워", "안 무서워")],
)
def test_a_denial_turns_korean_feeling_round(analyser, plain, negated) -> None:
    assert analyser.rate(plain, "ko").compound * analyser.rate(negated, "ko").compound < 0


@pytest.mark.parametrize("text", ["", "   ", "1234"])
def test_what_says_nothing_is_neutral_in_korean(analyser, text) -> None:
    rated = analyser.rate(text, "ko")
    assert (rated.compound, rated.positive, rated.negative) == (0, 0, 0)
