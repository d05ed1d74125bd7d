# ruff: noqa: E501  Korean letters count double; a table reads best in rows
"""What a line tells and asks, out of the tags of its pieces: with heads made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_app.domain.memory.facts import PLAYER, SLOTS, Asked, Told
from langchain_app.encoder.labels import ASKED, STANCES, TAGS
from langchain_app.encoder.pieces import Pieces
from langchain_app.encoder.telling import LONGEST, MOST, Telling, two_layers
from langchain_app.language.korean import KoreanAnalyser

WIDTH, PREFIX = 384, "query: "
STANCE_AT, PLAYER_AT = 100, 103
"""Where a state says what stance its span has, and that it is the player's."""


def heads() -> dict[str, np.ndarray]:
    """Return heads that read off what a state says: each label has a place of its own."""
    tag = np.zeros((len(TAGS), WIDTH), np.float32)
    tag[np.arange(len(TAGS)), np.arange(len(TAGS))] = 20
    span = np.zeros((4, 3 * WIDTH), np.float32)
    span[np.arange(4), WIDTH + STANCE_AT + np.arange(4)] = 1  # of the span's first piece
    asked = np.zeros((len(ASKED) + 1, 2 * WIDTH), np.float32)
    asked[np.arange(len(ASKED) + 1), np.arange(len(ASKED) + 1)] = 20
    last = np.zeros(4, np.float32)
    last[-1] = -0.5
    last_asked = np.zeros(len(ASKED) + 1, np.float32)
    last_asked[-1] = -10
    return {
        "tag.weight": tag,
        "tag.bias": np.zeros(len(TAGS), np.float32),
        "span.1.weight": span,
        "span.1.bias": np.zeros(4, np.float32),
        "span.3.weight": np.eye(4, dtype=np.float32),
        "span.3.bias": last,
        "asked.1.weight": asked,
        "asked.1.bias": np.zeros(len(ASKED) + 1, np.float32),
        "asked.3.weight": np.eye(len(ASKED) + 1, dtype=np.float32),
        "asked.3.bias": last_asked,
    }


KOREAN = KoreanAnalyser()
TELLING = Telling(heads(), KOREAN)
Mark = tuple[str, str]
"""Some words of a line, and what they are: a span, and with a slash whose it is or its stance."""


def pieces_of(line: str) -> Pieces:
    places, at = [(0, 0)], len(PREFIX)
    for word in line.split(" "):
        places.append((at, at + len(word)))
        at += len(word) + 1
    return Pieces(PREFIX + line, np.arange(len(places)), tuple(places))


def states_of(pieces: Pieces, marks: Sequence[Mark]) -> np.ndarray:
    states = np.zeros((len(pieces), WIDTH), np.float32)
    states[:, 0] = 0.5  # nothing, where nothing else is said
    for words, what in marks:
        span, *more = what.split("/")
        begins = pieces.text.index(words, len(PREFIX))
        inside = [
            number
            for number, (a, b) in enumerate(pieces.places)
            if a < begins + len(words) and b > begins
        ]
        for number in inside:
            edge = "B" if number == inside[0] else "I"
            states[number, TAGS.index(f"{edge}-{span}")] = 1
            stance = next((one for one in more if one in STANCES), "holds")
            states[number, STANCE_AT + STANCES.index(stance)] = 1
            states[number, PLAYER_AT] = 0.0 if "theirs" in more else 1.0
    return states


def whole_of(asked: str = "", *, before: bool = False) -> np.ndarray:
    whole = np.zeros((1, 2 * WIDTH), np.float32)
    whole[0, ASKED.index(asked)] = 1
    whole[0, len(ASKED)] = before
    return whole


def read(pieces: Pieces, states: np.ndarray, whole: np.ndarray, language):
    """Read a line, which is a question about the player where something is asked for."""
    return TELLING.read(pieces, states, whole, language, float(whole[0, 0] == 0))


def told(line: str, *marks: Mark, language="en") -> tuple[Told, ...]:
    pieces = pieces_of(line)
    return read(pieces, states_of(pieces, marks), whole_of(), language)[0]


def asked(line: str, slot: str, *marks: Mark, before=False, language="en") -> Asked:
    pieces = pieces_of(line)
    whole = whole_of(slot, before=before)
    found, wanted, _ = read(pieces, states_of(pieces, marks), whole, language)
    assert found == () or not wanted.of_player
    return wanted


# --- told


def test_a_value_is_told_of_the_player_with_its_stance() -> None:
    assert told("Call me edda please", ("edda", "name")) == (Told(PLAYER, "name", "Edda"),)
    past = told("I was a soldier once", ("a soldier", "job/past"))
    assert past == (Told(PLAYER, "job", "a soldier", "past"),)
    assert told("I sold my boat", ("my boat", "owns/ends")) == (
        Told(PLAYER, "owns", "my boat", "ends"),
    )


def test_a_line_without_a_span_tells_nothing() -> None:
    assert told("Good evening to you") == ()


def test_marks_around_a_value_are_no_part_of_it() -> None:
    assert told("I am “Edda,” sir", ("“Edda,”", "name")) == (Told(PLAYER, "name", "Edda"),)
    assert told("I own ... nothing", ("...", "owns")) == ()


def test_words_side_by_side_are_one_value_unless_something_parts_them() -> None:
    assert told("plum wine", ("plum", "owns"), ("wine", "owns")) == (
        Told(PLAYER, "owns", "plum wine"),
    )
    two = Told(PLAYER, "owns", "plum"), Told(PLAYER, "owns", "wine")
    assert told("plum, wine", ("plum,", "owns"), ("wine", "owns")) == two
    korean = told("나귀랑 배", ("나귀랑", "owns"), ("배", "owns"), language="ko")
    assert [fact.value for fact in korean] == ["나귀", "배"]
    other = told("Edda smith", ("Edda", "name"), ("smith", "job"))
    assert [fact.slot for fact in other] == ["name", "job"]


def test_the_parts_of_one_place_are_one_value_and_two_places_are_two() -> None:
    line = "I was born in a village called Hollin, up in the hills"
    whole = told(line, ("village", "origin"), ("Hollin,", "origin"), ("the hills", "origin"))
    assert whole == (Told(PLAYER, "origin", "village called Hollin, up in the hills"),)
    theirs = told("I live in Kest, in the harbour", ("Kest,", "home"), ("in the harbour", "home"))
    assert theirs == (Told(PLAYER, "home", "in Kest, in the harbour"),)
    moved = told("I went from Kest to Holl", ("Kest", "home/ends"), ("Holl", "home"))
    assert [(fact.value, fact.stance) for fact in moved] == [
        ("in Kest", "ends"),
        ("in Holl", "holds"),
    ]
    both = told("of the boats I own the plum of the fleet", ("boats", "owns"), ("plum", "owns"))
    assert [fact.value for fact in both] == ["boats", "plum"]


def test_of_a_word_all_is_told_though_a_piece_of_it_alone_is_marked() -> None:
    pieces = Pieces(
        PREFIX + "I am Tobias", np.arange(5), ((0, 0), (7, 8), (8, 11), (11, 15), (15, 18))
    )
    states = states_of(pieces, [("Tob", "name")])
    assert read(pieces, states, whole_of(), "en")[0] == (Told(PLAYER, "name", "Tobias"),)


@pytest.mark.parametrize(
    ("line", "marked", "slot", "value"),
    [
        ("제 이름은 순자예요", "순", "name", "순자"),
        ("저는목수예요", "목수", "job", "목수"),
        ("평생 강단에 섰지만 이젠 목수일세", "목수일세", "job", "목수"),
        ("전 바퀴벌레가 무서워요", "벌레", "fear", "바퀴벌레"),
        ("집은 병원 기숙사고요", "병원 기숙사고요", "home", "병원 기숙사"),
        ("난 올해 일흔둘이고", "흔둘", "age", "일흔둘"),
        ("이번 달 안에 꼭 갚을게요", "꼭 갚을게요", "promise", "꼭 갚을게요"),
    ],
)  # fmt: skip
def test_a_korean_value_is_the_noun_alone_and_a_promise_the_whole_clause(
    line, marked, slot, value
) -> None:
    at = len(PREFIX) + line.index(marked)
    ends = at + len(marked)
    cuts = {len(PREFIX), at, ends, len(PREFIX) + len(line)}
    cuts |= {number for number, letter in enumerate(PREFIX + line) if letter == " "} - {at - 1}
    edges = sorted(cuts - {len(PREFIX) - 1})
    pieces = Pieces(PREFIX + line, np.arange(len(edges)), ((0, 0), *pairwise(edges)))
    found = read(pieces, states_of(pieces, [(marked, slot)]), whole_of(), "ko")[0]
    assert value in [fact.value for fact in found if fact.stance == "holds"]


@pytest.mark.parametrize(
    ("line", "marked", "slot", "fact"),
    [
        ("예전에 애들 글 가르쳤어요", "글 가르쳤", "job", False),
        ("도자기 감정을 업으로 삼고 있습니다", "업으로 삼고", "job", False),
        ("옆자리 학자님은 기숙사에서 살아요", "학자님은 기숙사", "home", False),
        ("저는 산 너머 살아요", "산 너머", "home", True),
    ],
)
def test_half_a_korean_sentence_is_no_name_home_or_trade(line, marked, slot, fact) -> None:
    assert bool(told(line, (marked, slot), language="ko")) is fact


def test_a_span_that_only_goes_on_is_one_all_the_same() -> None:
    pieces = pieces_of("in Harrow town")
    states = states_of(pieces, [])
    states[2:, TAGS.index("I-origin")] = 1
    states[2:, PLAYER_AT] = 1
    found, *_ = read(pieces, states, whole_of(), "en")
    assert [(fact.slot, fact.value) for fact in found] == [("origin", "Harrow town")]


def test_the_beginning_of_a_line_is_no_part_of_a_value() -> None:
    pieces = pieces_of("Edda is my name")
    states = states_of(pieces, [])
    states[0, TAGS.index("B-name")] = 1
    states[1, TAGS.index("I-name")] = 1
    states[:2, PLAYER_AT] = 1
    found, *_ = read(pieces, states, whole_of(), "en")
    assert found == (Told(PLAYER, "name", "Edda"),)


def test_a_value_is_kept_in_the_form_in_which_it_is_told_back() -> None:
    assert told("I live up there", ("up there", "home"))[0].value == "up there"
    assert told("the old mill is home", ("the old mill", "home"))[0].value == "in the old mill"
    korean = told("저는 항구에 살아요", ("항구에", "home"), language="ko")
    assert korean == (Told(PLAYER, "home", "항구"),)


def test_a_value_that_is_a_speech_is_none() -> None:
    fits = "x" * LONGEST
    assert told(f"I own {fits}", (fits, "owns"))
    assert told(f"I own {fits}y", (f"{fits}y", "owns")) == ()


def test_of_a_flood_only_the_first_facts_are_kept() -> None:
    marks = [(f"thing{n},", "owns") for n in range(10, 30)]
    found = told(" ".join(words for words, _ in marks), *marks)
    assert len(found) == MOST
    assert found[0].value == "thing10"


# --- of whom


def test_a_value_is_of_whom_was_named_last_before_it() -> None:
    found = told(
        "my brother Tam and my mother Rosa",
        ("my brother", "whose"), ("Tam", "name/theirs"), ("my mother", "whose"), ("Rosa", "name/theirs"),
    )  # fmt: skip
    names = [(fact.subject, fact.value) for fact in found if fact.slot == "name"]
    assert names == [("brother", "Tam"), ("mother", "Rosa")]


def test_or_of_whom_is_named_first_after_it() -> None:
    found = told("Tam is my bro", ("Tam", "name/theirs"), ("my bro", "whose"))
    assert Told("brother", "name", "Tam") in found


def test_where_nobody_is_named_it_is_the_players() -> None:
    assert told("Tam it is", ("Tam", "name/theirs")) == (Told(PLAYER, "name", "Tam"),)


def test_what_is_the_players_is_theirs_though_others_are_named() -> None:
    found = told("my brother calls me Edda", ("my brother", "whose"), ("Edda", "name"))
    assert found == (Told(PLAYER, "name", "Edda"),)


@pytest.mark.parametrize(
    ("line", "language", "whose", "name", "had"),
    [
        ("my brother Tam", "en", "my brother", "Tam", Told(PLAYER, "family", "a brother called Tam")),
        ("an owl called Hoot", "en", "an owl", "Hoot", Told(PLAYER, "pet", "an owl called Hoot")),
        ("제 동생 탐", "ko", "제 동생", "탐", Told(PLAYER, "family", "동생 탐")),
        ("우리 강아지 보리", "ko", "우리 강아지", "보리", Told(PLAYER, "pet", "개 보리")),
    ],
)  # fmt: skip
def test_who_tells_of_kin_or_a_pet_has_one(line, language, whose, name, had) -> None:
    found = told(line, (whose, "whose"), (name, "name/theirs"), language=language)
    assert found[0] == had
    assert len(found) == 2


def test_whose_name_is_not_told_is_had_without_one() -> None:
    line = ("my brother", "whose"), ("a smith", "job/theirs")
    assert told("my brother is a smith", *line)[0] == Told(PLAYER, "family", "a brother")
    korean = ("제 동생은", "whose"), ("대장장이", "job/theirs")
    assert told("제 동생은 대장장이", *korean, language="ko")[0].slot in ("family", "job")


def test_who_is_neither_kin_nor_pet_or_is_no_more_is_not_had() -> None:
    assert told("Old Teck is a diver", ("Old Teck", "whose"), ("a diver", "job/theirs")) == (
        Told("old teck", "job", "a diver"),
    )
    over = told("my brother was a smith", ("my brother", "whose"), ("a smith", "job/past/theirs"))
    assert over == (Told("brother", "job", "a smith", "past"),)


def test_who_says_that_they_have_one_is_not_told_so_again() -> None:
    found = told(
        "I have a brother , my brother is a smith",
        ("a brother", "family"), ("my brother", "whose"), ("a smith", "job/theirs"),
    )  # fmt: skip
    assert [fact.value for fact in found if fact.slot == "family"] == ["a brother"]


# --- what holds no more


def test_a_value_that_is_put_right_holds_no_longer() -> None:
    found = told("Rob not Bob", ("Rob", "name"), ("Bob", "old"))
    assert found == (Told(PLAYER, "name", "Rob"), Told(PLAYER, "name", "Bob", "ends"))


def test_the_value_beside_it_is_what_puts_one_right() -> None:
    found = told(
        "I am Rob and I live by the sea not the mill",
        ("Rob", "name"), ("by the sea", "home"), ("the mill", "old"),
    )  # fmt: skip
    assert found[-1] == Told(PLAYER, "home", "the mill", "ends")
    found = told(
        "not Bob but Rob from Harrow", ("Bob", "old"), ("Rob", "name"), ("Harrow", "origin")
    )
    assert found[-1] == Told(PLAYER, "name", "Bob", "ends")


def test_a_value_that_is_put_right_by_itself_is_not_put_right() -> None:
    assert told("Rob I say rob", ("Rob", "name"), ("rob", "old")) == (Told(PLAYER, "name", "Rob"),)


def test_an_old_value_beside_no_new_one_tells_nothing() -> None:
    assert told("not Bob", ("Bob", "old")) == ()


def test_who_likes_a_thing_dislikes_it_no_longer_and_the_other_way_round() -> None:
    assert told("eels are fine", ("eels", "likes")) == (
        Told(PLAYER, "likes", "eels"),
        Told(PLAYER, "dislikes", "eels", "ends"),
    )
    assert Told(PLAYER, "likes", "eels", "ends") in told("I hate eels", ("eels", "dislikes"))
    assert len(told("I used to like eels", ("eels", "likes/past"))) == 1


# --- asked


def test_a_question_names_the_slot_and_whether_it_is_of_before() -> None:
    assert asked("Where do I live?", "home") == Asked(("home",), (PLAYER,))
    assert asked("Where did I live?", "home", before=True) == Asked(
        ("home",), (PLAYER,), before=True
    )
    assert asked("내 이름 기억해?", "name", language="ko") == Asked(("name",), (PLAYER,))


def test_a_question_of_another_names_them() -> None:
    marks = ("my brother", "whose")
    assert asked("What is my brother called?", "name", marks) == Asked(("name",), ("brother",))
    assert asked("Where does Tam live?", "home", ("Tam", "whose")) == Asked(
        ("home",), ("tam",), ("tam",)
    )
    twice = asked("my bro or my brother ?", "job", ("my bro", "whose"), ("my brother", "whose"))
    assert twice.subjects == ("brother",)


def test_a_question_of_the_child_asks_for_a_daughter_and_a_son_too() -> None:
    english = asked("What is my kid called?", "name", ("my kid", "whose"))
    assert english == Asked(("name",), ("child", "daughter", "son", "baby"))
    korean = asked("우리 애 이름 뭐게요?", "name", ("애", "whose"), language="ko")
    assert korean == Asked(("name",), ("아이", "딸", "아들", "아기"))
    daughter = asked("What is my daughter called?", "name", ("my daughter", "whose"))
    assert daughter.subjects == ("daughter",)


def test_everything_is_asked_for_at_once() -> None:
    assert asked("What do you know of me?", "all") == Asked(SLOTS, (PLAYER,))
    assert asked("What of my brother?", "all", ("my brother", "whose")).slots == SLOTS


@pytest.mark.parametrize(
    ("line", "slot", "when"),
    [
        ("What did I tell you first?", "", "first"),
        ("What did I tell you first?", "all", "first"),
        ("What did I tell you?", "", None),
        ("I told you first", "", None),
        ("Where did I tell you yesterday that I live?", "home", None),
    ],
)
def test_a_moment_is_asked_for_where_no_slot_is(line: str, slot: str, when) -> None:
    assert asked(line, slot).when == when


def test_a_moment_is_asked_for_in_korean_too() -> None:
    assert asked("내가 처음에 뭐라고 했어?", "", language="ko").when == "first"


def test_a_question_for_a_fact_tells_none() -> None:
    pieces = pieces_of("Do I live by the mill?")
    states = states_of(pieces, [("by the mill?", "home")])
    assert read(pieces, states, whole_of("home"), "en")[0] == ()
    assert read(pieces, states, whole_of(), "en")[0] != ()


# --- whatever the model says

marks = st.lists(st.integers(0, len(TAGS) - 1), min_size=1, max_size=20)


@given(marks, st.integers(0, len(ASKED) - 1), st.integers(0, 2**32 - 1), st.sampled_from(["en", "ko"]))  # fmt: skip
def test_whatever_the_tags_facts_are_few_short_and_of_words_of_the_line(
    tags, slot, seed, language
) -> None:
    line = " ".join(f"{'my' if n % 3 else '제'}word{n}" for n in range(len(tags)))
    pieces = pieces_of(line)
    states = np.random.default_rng(seed).normal(size=(len(pieces), WIDTH)).astype(np.float32)
    states[:, : len(TAGS)] = -9
    states[[0, *range(1, len(tags) + 1)], [0, *tags]] = 9
    found, wanted, _ = read(pieces, states, whole_of(ASKED[slot]), language)
    assert len(found) <= MOST
    assert len({*found}) == len(found)
    assert not (found and wanted.of_player)
    for fact in found:
        assert fact.slot in SLOTS
        assert fact.stance in STANCES
        assert len(fact.value) > 0
        assert PREFIX.strip() not in fact.value
        words = fact.value.lower().removeprefix("in ").split()
        assert words[0] in line.lower()


def test_a_head_has_two_layers_and_lets_nothing_below_zero_through() -> None:
    layers = {
        "h.1.weight": np.array([[1.0, 0.0], [0.0, 1.0]], np.float32),
        "h.1.bias": np.array([0.0, -1.0], np.float32),
        "h.3.weight": np.array([[1.0, 1.0], [-1.0, 2.0], [0.0, 0.0]], np.float32),
        "h.3.bias": np.array([0.0, 0.0, 0.5], np.float32),
    }
    states = np.array([[2.0, 0.5], [-3.0, 4.0]], np.float32)
    assert two_layers(layers, "h", states).tolist() == [[2.0, -2.0, 0.5], [3.0, 6.0, 0.5]]
