"""Tokens for finding lore, in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_app.language import english, korean
from langchain_app.language.tokens import is_content, sentences


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("bells", "bell"), ("rings", "ringing"), ("stories", "story"), ("cracked", "cracks"),
        ("running", "runs"), ("divers", "diver"), ("closes", "closed"), ("wardens", "warden"),
        ("carried", "carry"), ("quietly", "quiet"), ("misses", "missed"),
    ],
)  # fmt: skip
def test_forms_of_an_english_word_share_a_stem(left: str, right: str) -> None:
    assert english.stem(left) == english.stem(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [("maren", "marten"), ("orsine", "corvin"), ("bell", "belt"), ("salt", "sale")],
)
def test_different_english_words_keep_apart(left: str, right: str) -> None:
    assert english.stem(left) != english.stem(right)


def test_english_questions_lose_their_function_words() -> None:
    assert english.tokens("Do you know who’s ringing the Tide Bell?") == ["ring", "tid", "bell"]
    assert english.tokens("what is it?") == []


@given(st.text(max_size=60))
def test_english_tokens_never_fail_and_are_never_stop_words(text: str) -> None:
    assert all(token == token.lower() and token for token in english.tokens(text))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("종에 금이 갔나요?", "종에 간 금"),
        ("물지기가 등대를 지켜요?", "물지기와 등대"),
        ("소금을 훔쳤다며", "소금을 훔치는 사람"),
    ],
)
def test_particles_and_endings_do_not_hide_korean_words(asked, told, tokeniser) -> None:
    assert len({*tokeniser.content(asked, "ko")} & {*tokeniser.content(told, "ko")}) >= 2


def test_korean_questions_lose_what_only_asks(tokeniser) -> None:
    assert tokeniser.content("혹시 그게 뭔지 좀 알려 주실 수 있나요?", "ko") == []


@pytest.mark.parametrize("name", ["마렌", "코르빈", "이사우라", "오르신"])
def test_names_of_the_world_are_kept_whole(name, tokeniser) -> None:
    for particle in ("", "은", "한테", "에서"):
        assert name in tokeniser.content(f"{name}{particle} 뭐가 있어요?", "ko")


def test_a_korean_index_keeps_character_pairs_beside_morphemes(tokeniser) -> None:
    tokens = tokeniser.index("물때종 소리", "ko")
    assert {"#물때", "#때종", "#소리"} <= set(tokens)
    assert [t for t in tokens if is_content(t)] == tokeniser.content("물때종 소리", "ko")
    assert tokeniser.index("the bells", "en") == ["bell"]


def test_character_pairs_stay_within_a_word() -> None:
    assert korean.bigrams("물때종 ab 1") == ["물때", "때종", "ab", "1"]


@given(st.text(max_size=60))
def test_every_character_pair_stands_in_the_text(text: str) -> None:
    assert all(pair in text.lower() for pair in korean.bigrams(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("종이 운다. 물이 찬다…", ["종이 운다.", "물이 찬다…"]),
        ('"Run." He ran.', ['"Run."', "He ran."]),
        ("no end", ["no end"]),
        ("It is 3.5 fathoms. 'Where?', he asked.", ["It is 3.5 fathoms.", "'Where?', he asked."]),
        ("“누구요?”라고 물었다. 답이 없다.", ["“누구요?”라고 물었다.", "답이 없다."]),
        ("", []),
        ("...", []),
    ],
)
def test_prose_is_split_into_its_sentences(text, expected) -> None:
    assert sentences(text) == expected


def test_no_word_of_the_lore_is_lost_in_sentences(ebbhold) -> None:
    for passage in ebbhold.passages.values():
        for text in (passage.body.en, passage.body.ko):
            assert " ".join(sentences(text)).split() == text.split()
