# ruff: noqa: E501  Korean letters count double; a table reads best in rows
"""How kind or harsh players sound."""

from __future__ import annotations

import json
import time
from collections import Counter
from importlib.resources import files

import pytest

from langchain_app.language.sentiment import SentimentAnalyser, label_of
from langchain_app.language.sentiment_lexicon import read_entries
from tests.playing import EBBHOLD

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


def compound(analyser, text: str) -> float:
    return analyser.rate(text, "ko").compound


@pytest.mark.parametrize(
    "text",
    [
        "쩐다",
        "개꿀ㅋㅋ",
        "꿀잼이네",
        "오진다",
        "이거 레전드다",
        "ㄱㅅ",
        "정말 최고ㅎㅎ",
        "고마워 ^^",
        "사랑해요 ❤",
        "갓벽하다",
    ],
)
def test_players_own_words_of_praise_are_known(analyser, text) -> None:
    assert compound(analyser, text) >= 0.2


@pytest.mark.parametrize(
    "text",
    ["노잼", "극혐이야", "킹받네", "개빡친다", "ㅡㅡ", "ㅠㅠ 망했어", "ㅅㅂ", "에바야", "노답이다"],
)
def test_players_own_words_of_anger_are_known(analyser, text) -> None:
    assert compound(analyser, text) <= -0.2


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("마음에 쏙 들어요", 1), ("마음에 안 들어", -1), ("기분이 참 좋네요", 1), ("기분이 영 나빠요", -1),
        ("속이 많이 상했어요", -1), ("재수가 없네", -1), ("힘이 나요", 1), ("자꾸 눈물이 나요", -1),
        ("큰 도움이 됐어요", 1), ("도움이 하나도 안 돼", -1), ("배고파 죽겠어", -1),
    ],
)  # fmt: skip
def test_words_that_feel_only_together_are_heard_through_what_stands_between(
    analyser, text, sign
) -> None:
    assert compound(analyser, text) * sign >= 0.2


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("나쁘지 않네요", 1), ("싫을 리가 있나요", 1), ("하나도 안 무서워요", 1), ("나쁜 사람이 아니에요", 1),
        ("희망이 없어요", -1), ("믿을 수 없어", -1), ("하나도 안 고마워", -1), ("불친절해요", -1), ("좋을 리가 없잖아", -1),
    ],
)  # fmt: skip
def test_what_is_denied_turns_round_however_it_is_denied(analyser, text, sign) -> None:
    assert compound(analyser, text) * sign >= 0.15


def test_what_is_denied_twice_is_meant_but_less(analyser) -> None:
    assert 0 < compound(analyser, "안 좋지 않아요.") < compound(analyser, "좋아요.")


@pytest.mark.parametrize(
    "text", ["울지 마요", "슬퍼하지 마세요", "걱정 마세요", "겁내지 마, 내가 있잖아"]
)
def test_who_forbids_a_grief_is_kind(analyser, text) -> None:
    assert compound(analyser, text) >= 0.2


@pytest.mark.parametrize("text", ["거짓말하지 마", "날 속이지 마", "잘난 척하지 마"])
def test_who_forbids_a_wrong_scolds(analyser, text) -> None:
    assert compound(analyser, text) <= -0.2


@pytest.mark.parametrize(
    "text",
    [
        "슬픈 노래를 아는 사람이 있나요?", "무서운 이야기 하나 해 주세요", "좋은 칼 있어요?", "사랑 노래 불러 줘",
        "그곳은 위험한가요?", "죽은 왕의 이름이 뭐예요?", "축하 잔치는 어디서 해요", "도와주세요", "괜찮아요?",
    ],
)  # fmt: skip
def test_who_asks_about_a_feeling_does_not_show_it(analyser, text) -> None:
    assert abs(compound(analyser, text)) < 0.2


@pytest.mark.parametrize(
    "text", ["왜 나를 속였어?", "양심도 없냐?", "너 바보야?", "왜 이렇게 비싸요?"]
)
def test_a_question_may_accuse(analyser, text) -> None:
    assert compound(analyser, text) <= -0.2


@pytest.mark.parametrize("text", ["그 사람이 나를 미워한대요", "그이는 배신자였다고 들었어요"])
def test_hearsay_weighs_less_than_what_is_said_outright(analyser, text) -> None:
    outright = {
        "그 사람이 나를 미워한대요": "나는 너를 미워해",
        "그이는 배신자였다고 들었어요": "너는 배신자야",
    }
    assert compound(analyser, outright[text]) * 0.7 < compound(analyser, text) < 0


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("비싸지만 마음에 들어요", 1),
        ("마음에 드는데 너무 비싸요", -1),
        ("처음엔 별로였는데 지금은 좋아요", 1),
        ("친절하다더니 거짓말쟁이네", -1),
    ],
)
def test_what_comes_after_but_decides(analyser, text, sign) -> None:
    assert compound(analyser, text) * sign > 0


def test_an_oath_is_harsh_alone_and_strengthens_a_kind_word(analyser) -> None:
    assert compound(analyser, "씨발") < -0.2
    assert compound(analyser, "미쳤다 진짜 맛있어") > compound(analyser, "진짜 맛있어") > 0


def test_tears_and_laughs_do_not_contradict_the_words(analyser) -> None:
    assert compound(analyser, "너무 고마워요ㅠㅠ") >= compound(analyser, "너무 고마워요") > 0
    assert compound(analyser, "진짜 재수 없네ㅋㅋ") <= compound(analyser, "진짜 재수 없네") < 0


def test_a_damper_makes_a_feeling_weaker(analyser) -> None:
    assert 0 > compound(analyser, "조금 무서워요") > compound(analyser, "무서워요")


def labelled(language: str, split: str) -> list[tuple[str, str]]:
    text = (EBBHOLD / "evaluation" / f"sentiment.{language}.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    return [(row["label"], row["text"]) for row in rows if row["split"] == split]


@pytest.mark.parametrize(("language", "floor"), [("en", 0.55), ("ko", 0.85)])
def test_labels_that_nothing_was_tuned_on_are_met_far_more_often_than_by_chance(
    analyser, language, floor
) -> None:
    pairs = labelled(language, "test")
    majority = max(Counter(label for label, _ in pairs).values()) / len(pairs)
    right = [label_of(analyser.rate(text, language).compound) == label for label, text in pairs]
    assert majority < 0.4
    assert sum(right) / len(right) >= floor


def test_no_korean_expression_stands_in_the_lexicon_twice() -> None:
    text = (files("langchain_app.language") / "sentiment_korean.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    words = Counter(word for line in lines for word in line.split("\t")[2].split(", "))
    assert not [word for word, count in words.items() if count > 1]
    assert len(words) > 2000


def test_every_valence_lies_on_vaders_scale() -> None:
    text = (files("langchain_app.language") / "sentiment_korean.tsv").read_text(encoding="utf-8")
    assert all(-4 <= entry.valence <= 4 for entry in read_entries(text))


def test_a_kind_that_does_not_exist_is_told() -> None:
    with pytest.raises(ValueError, match="unknown kind 'feeling!'"):
        list(read_entries("feeling!\t1\t좋"))


@pytest.mark.parametrize("piece", ["좋은데 ", "안 좋은 사랑 ", "씨발 ", "ㅋㅠ!", "나쁘지 않지만 "])
def test_hostile_text_is_rated_in_bounded_time(analyser, piece) -> None:
    rates = []
    for length in (1_000, 4_000):
        text = (piece * length)[:length]
        analyser.rate(text, "ko")  # kiwi's analysis is kept; what is timed is ours
        started = time.process_time()
        analyser.rate(text, "ko")
        rates.append(time.process_time() - started)
    assert rates[1] < max(0.5, 12 * rates[0])
