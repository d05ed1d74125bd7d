# ruff: noqa: E501  Korean letters count double; a table reads best in rows
"""Facts told back: to a model in a prompt, and by an NPC who was told them."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_app.domain.memory.facts import PLAYER, SLOTS, Fact, Slot, Told
from langchain_app.domain.people.npc import SpeechLevel
from langchain_app.language.fact_sentences import known, reminded


def fact(slot: Slot, value: str, language="en", subject=PLAYER, *, over: bool = False, said=""):
    told = Told(subject, slot, value)
    return Fact(1, told, "t", "s", 1, 0.0, language, said or f"I say {value}", 2 if over else None)


@pytest.fixture
def said_back(tokeniser):
    def say(slot, value, language="en", subject=PLAYER, *, level="hae", over=False, renewed=False):
        facts = [fact(slot, value, language, subject, over=over)]
        return reminded(facts, renewed, language, level, tokeniser.korean)

    return say


@pytest.mark.parametrize(
    ("slot", "value", "told"),
    [
        ("name", "Edda", "You told me your name is Edda."),
        ("home", "by the mill", "You told me you live by the mill."),
        ("origin", "Harrow", "You told me you come from Harrow."),
        ("job", "a baker", "You told me you are a baker."),
        ("job", "the night shift", "You told me you are the night shift."),
        ("job", "nurse", "You told me you work as nurse."),
        ("likes", "my own stew", "You told me you like your own stew."),
        ("promise", "bring you the ledger", "You promised to bring me the ledger."),
        ("promise", "bring your ledger to my house", "You promised to bring my ledger to your house."),
        ("goal", "looking for my father's ring", "You told me you are looking for your father's ring."),
        ("goal", "after the man who cheated me", "You told me you are after the man who cheated you."),
        ("goal", "to learn the harp", "You told me you came to learn the harp."),
        ("goal", "want to go home", "You told me you want to go home."),
        ("goal", "find the bell", "You told me you want to find the bell."),
        ("goal", "bring her home", "You told me you want to bring her home."),
        ("goal", "ring the bell", "You told me you want to ring the bell."),
        ("goal", "a quiet orchard", "You told me you want a quiet orchard."),
        ("goal", "something better", "You told me you want something better."),
    ],
)  # fmt: skip
def test_english_facts_of_the_player_are_said_back(said_back, slot, value, told) -> None:
    assert said_back(slot, value) == told


@pytest.mark.parametrize(
    ("slot", "value", "told"),
    [
        ("name", "Tam", "You told me your brother is called Tam."),
        ("home", "in Harrow", "You told me your brother lives in Harrow."),
        ("goal", "looking for work", "You told me your brother is looking for work."),
        ("goal", "wants a drum", "You told me your brother wants a drum."),
        ("goal", "wishes for a drum", "You told me your brother wishes for a drum."),
        ("goal", "be a bell ringer", "You told me your brother wants to be a bell ringer."),
        ("goal", "a drum of his own", "You told me your brother wants a drum of his own."),
        ("about", "keeps bees", "You told me your brother keeps bees."),
    ],
)
def test_english_facts_of_another_are_said_back(said_back, slot, value, told) -> None:
    assert said_back(slot, value, subject="brother") == told


def test_what_is_over_and_what_is_new_is_said_as_such(said_back) -> None:
    assert (
        said_back("home", "by the mill", over=True) == "You told me you used to live by the mill."
    )
    assert said_back("home", "by the mill", renewed=True) == "You told me you live by the mill now."
    assert said_back("home", "항구", "ko", over=True) == "전에는 항구에 살았다고 했잖아."
    assert said_back("home", "항구", "ko", renewed=True) == "지금은 항구에 산다고 했잖아."


@pytest.mark.parametrize(
    ("slot", "value", "told"),
    [
        ("name", "에다", "이름이 에다라고 했잖아."),
        ("name", "산", "이름이 산이라고 했잖아."),
        ("job", "어부", "어부라고 했잖아."),
        ("job", "산림꾼", "산림꾼이라고 했잖아."),
        ("likes", "자두술", "자두술을 좋아한다고 했잖아."),
        ("fear", "폭풍우", "폭풍우를 무서워한다고 했잖아."),
        ("owns", "배", "배가 있다고 했잖아."),
        ("goal", "누나를 찾고 있어요", "누나를 찾고 있다고 했잖아."),
        ("goal", "올해는 꼭 합격하고 싶어요", "올해는 꼭 합격하고 싶다고 했잖아."),
        ("promise", "꼭 돌아올게", "꼭 돌아오겠다고 했잖아."),
    ],
)
def test_korean_facts_of_the_player_are_said_back(said_back, slot, value, told) -> None:
    assert said_back(slot, value, "ko") == told


@pytest.mark.parametrize(
    ("slot", "value", "told"),
    [
        ("name", "탐", "동생 이름이 탐이라고 했잖아."),
        ("job", "대장장이", "동생이 대장장이라고 했잖아."),
        ("about", "하로게이트에서 벌을 쳐요", "동생이 하로게이트에서 벌을 친다고 했잖아."),
    ],
)
def test_korean_facts_of_another_are_said_back(said_back, slot, value, told) -> None:
    assert said_back(slot, value, "ko", "동생") == told


@pytest.mark.parametrize(
    ("level", "told"),
    [
        ("hapsyo", "이름이 에다라고 하셨습니다."),
        ("haeyo", "이름이 에다라고 하셨잖아요."),
        ("hao", "이름이 에다라고 하지 않았소."),
        ("hage", "이름이 에다라고 하지 않았나."),
        ("hae", "이름이 에다라고 했잖아."),
    ],
)
def test_every_speech_level_says_it_in_its_own_way(said_back, level, told) -> None:
    assert said_back("name", "에다", "ko", level=level) == told


def test_what_is_no_clause_in_korean_is_better_quoted(said_back) -> None:
    assert said_back("goal", "저 산꼭대기에 찻집", "ko") == ""


def test_what_was_told_in_another_language_is_better_quoted(tokeniser) -> None:
    told = [fact("name", "Edda", "en")]
    assert reminded(told, False, "ko", "hae", tokeniser.korean) == ""
    assert known(told, "ko") == "“I say Edda”"


@pytest.mark.parametrize(
    ("told", "language", "shown"),
    [
        (fact("home", "by the mill"), "en", "The player said they live by the mill."),
        (fact("promise", "bring you it"), "en", "The player said they promised to bring you it."),
        (fact("home", "항구", "ko"), "ko", "플레이어는 항구에 산다고 했다."),
        (fact("goal", "누나를 찾아요", "ko", said="누나를 찾아요!"), "ko", "“누나를 찾아요!”"),
    ],
)
def test_a_prompt_shows_what_is_known(told, language, shown) -> None:
    assert known([told], language) == shown


def test_several_values_of_a_slot_are_told_in_one_sentence(tokeniser) -> None:
    both = [fact("likes", "plum wine"), fact("likes", "bees"), fact("likes", "bees")]
    assert reminded(both, False, "en", "hae", tokeniser.korean) == (
        "You told me you like plum wine and bees."
    )


words = st.text("abcdefgh가나다", min_size=1, max_size=12)


@given(
    st.sampled_from(SLOTS), words, st.sampled_from([PLAYER, "brother"]), st.booleans(),
    st.sampled_from(get_args(SpeechLevel)), st.sampled_from(["en", "ko"]), st.booleans(),
)  # fmt: skip
def test_whatever_is_told_no_blank_of_a_sentence_stays_open(
    tokeniser, slot, value, subject, over, level, language, renewed
) -> None:
    facts = [fact(slot, value, language, subject, over=over)]
    for told in (
        known(facts, language),
        reminded(facts, renewed, language, level, tokeniser.korean),
    ):
        assert "{" not in told
        assert not told or told[-1] in ".”"
