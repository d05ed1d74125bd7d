"""Narration put into a speaker's own speech level."""

from __future__ import annotations

from typing import get_args

import pytest

from langchain_app.domain.people.npc import SpeechLevel
from langchain_app.language.speech_level import speak_at_level
from langchain_app.language.tokens import Tokeniser, sentences

LEVELS = ("hapsyo", "haeyo", "hao", "hage", "hae")
ENDS = {"hapsyo": "니다", "haeyo": "요", "hao": ("소", "오", "요"), "hage": ("네", "세")}

PREDICATES = """
듣는다 듣습니다 들어요 듣소 듣네 들어
걷는다 걷습니다 걸어요 걷소 걷네 걸어
깨닫는다 깨닫습니다 깨달아요 깨닫소 깨닫네 깨달아
싣는다 싣습니다 실어요 싣소 싣네 실어
믿는다 믿습니다 믿어요 믿소 믿네 믿어
짓는다 짓습니다 지어요 짓소 짓네 지어
잇는다 잇습니다 이어요 잇소 잇네 이어
씻는다 씻습니다 씻어요 씻소 씻네 씻어
돕는다 돕습니다 도와요 돕소 돕네 도와
눕는다 눕습니다 누워요 눕소 눕네 누워
줍는다 줍습니다 주워요 줍소 줍네 주워
잡는다 잡습니다 잡아요 잡소 잡네 잡아
춥다 춥습니다 추워요 춥소 춥네 추워
어둡다 어둡습니다 어두워요 어둡소 어둡네 어두워
무겁다 무겁습니다 무거워요 무겁소 무겁네 무거워
아름답다 아름답습니다 아름다워요 아름답소 아름답네 아름다워
곱다 곱습니다 고와요 곱소 곱네 고와
좁다 좁습니다 좁아요 좁소 좁네 좁아
흐른다 흐릅니다 흘러요 흐르오 흐르네 흘러
모른다 모릅니다 몰라요 모르오 모르네 몰라
부른다 부릅니다 불러요 부르오 부르네 불러
누른다 누릅니다 눌러요 누르오 누르네 눌러
빠르다 빠릅니다 빨라요 빠르오 빠르네 빨라
다르다 다릅니다 달라요 다르오 다르네 달라
푸르다 푸릅니다 푸르러요 푸르오 푸르네 푸르러
따른다 따릅니다 따라요 따르오 따르네 따라
치른다 치릅니다 치러요 치르오 치르네 치러
쓴다 씁니다 써요 쓰오 쓰네 써
크다 큽니다 커요 크오 크네 커
아프다 아픕니다 아파요 아프오 아프네 아파
슬프다 슬픕니다 슬퍼요 슬프오 슬프네 슬퍼
바쁘다 바쁩니다 바빠요 바쁘오 바쁘네 바빠
잠근다 잠급니다 잠가요 잠그오 잠그네 잠가
푼다 풉니다 퍼요 푸오 푸네 퍼
산다 삽니다 살아요 사오 사네 살아
길다 깁니다 길어요 기오 기네 길어
멀다 멉니다 멀어요 머오 머네 멀어
안다 압니다 알아요 아오 아네 알아
하얗다 하얗습니다 하얘요 하얗소 하얗네 하얘
빨갛다 빨갛습니다 빨개요 빨갛소 빨갛네 빨개
그렇다 그렇습니다 그래요 그렇소 그렇네 그래
많다 많습니다 많아요 많소 많네 많아
한다 합니다 해요 하오 하네 해
못한다 못합니다 못해요 못하오 못하네 못해
따뜻하다 따뜻합니다 따뜻해요 따뜻하오 따뜻하네 따뜻해
된다 됩니다 돼요 되오 되네 돼
본다 봅니다 봐요 보오 보네 봐
온다 옵니다 와요 오오 오네 와
준다 줍니다 줘요 주오 주네 줘
지킨다 지킵니다 지켜요 지키오 지키네 지켜
마신다 마십니다 마셔요 마시오 마시네 마셔
쉰다 쉽니다 쉬어요 쉬오 쉬네 쉬어
없다 없습니다 없어요 없소 없네 없어
않는다 않습니다 않아요 않소 않네 않아
갔다 갔습니다 갔어요 갔소 갔네 갔어
하겠다 하겠습니다 하겠어요 하겠소 하겠네 하겠어
"""
TABLE = [tuple(row.split()) for row in PREDICATES.strip().splitlines()]

CONTEXT = {
    "듣는다": "그는 종소리를", "산다": "그는 배에서", "안다": "그는 답을", "푼다": "그는 국을 그릇에",
    "쓴다": "그는 편지를", "길다": "밧줄은", "푸르다": "바다는", "못한다": "그는 헤엄치지",
    "않는다": "그는 웃지", "준다": "그는 빵을", "쉰다": "그는 잠시", "하겠다": "내가",
    "곱다": "천이 아주", "걷는다": "그는 갯벌을",
}  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_an_irregular_predicate_is_conjugated_in_every_level(row, tokeniser: Tokeniser) -> None:
    plain, *levels = row
    before = CONTEXT.get(plain, "그것은 늘")
    spoken = [speak_at_level(f"{before} {plain}.", name, tokeniser.korean) for name in LEVELS]
    assert [text.removeprefix(f"{before} ") for text in spoken] == [f"{form}." for form in levels]


@pytest.mark.parametrize(
    ("plain", "levels"),
    [
        ("그것은 종이다.", ["종입니다.", "종이에요.", "종이오.", "종일세.", "종이야."]),
        ("그것은 배다.", ["배입니다.", "배예요.", "배요.", "배일세.", "배야."]),
        ("그것은 배이다.", ["배입니다.", "배예요.", "배요.", "배일세.", "배야."]),
        (
            "그것은 종이 아니다.",
            ["아닙니다.", "아니에요.", "아니오.", "아닐세.", "아니야."],
        ),
        (
            "그것은 종이었다.",
            ["종이었습니다.", "종이었어요.", "종이었소.", "종이었네.", "종이었어."],
        ),
    ],
)
def test_is_and_is_not_are_said_in_every_level(plain, levels, tokeniser: Tokeniser) -> None:
    spoken = [speak_at_level(plain, name, tokeniser.korean) for name in LEVELS]
    assert [text.split()[-1] for text in spoken] == levels


@pytest.mark.parametrize("level", LEVELS)
def test_every_korean_lore_sentence_comes_out_in_the_speakers_level(
    level: SpeechLevel, ebbhold, tokeniser: Tokeniser
) -> None:
    told = [
        sentence
        for passage in ebbhold.passages.values()
        if passage.told_by is None
        for sentence in sentences(passage.body.ko)
    ]
    assert len(told) > 600
    spoken = [(text, speak_at_level(text, level, tokeniser.korean)) for text in told]
    assert [text for text, out in spoken if out == text] == []
    narrated = [out for _, out in spoken if out.rstrip(".!…").endswith("다") and level != "hapsyo"]
    assert narrated == []
    if level in ENDS:
        assert [out for _, out in spoken if not out.rstrip(".!…").endswith(ENDS[level])] == []
    assert [out for _, out in spoken if "하아" in out] == []


@pytest.mark.parametrize("level", LEVELS)
def test_only_the_last_predicate_changes(level: SpeechLevel, tokeniser: Tokeniser) -> None:
    spoken = speak_at_level("물은 짜지고 갯벌은 밤마다 운다!", level, tokeniser.korean)
    assert spoken.startswith("물은 짜지고 갯벌은 밤마다 ")
    assert spoken.endswith("!")


@pytest.mark.parametrize(
    "text", ["어디로 가나?", "가게 주인 마렌", "이리 와요.", "다", "다.", "", "…"]
)
def test_what_is_no_narration_stays_as_it_was(text: str, tokeniser: Tokeniser) -> None:
    for level in LEVELS:
        assert speak_at_level(text, level, tokeniser.korean) == text


def test_every_level_that_an_npc_may_have_is_covered() -> None:
    assert set(get_args(SpeechLevel)) == set(LEVELS)
