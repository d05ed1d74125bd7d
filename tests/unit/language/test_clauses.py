# ruff: noqa: E501  Korean letters count double; a table reads best in rows
"""A Korean clause, as it stands within another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_app.language.clauses import plain_clause


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("누나를 찾고 있어요", "누나를 찾고 있다"),
        ("잃어버린 누이의 노래를 아는 사람을 찾아다닙니다", "잃어버린 누이의 노래를 아는 사람을 찾아다닌다"),
        ("올해는 꼭 합격하고 싶어요", "올해는 꼭 합격하고 싶다"),
        ("일자리 구하러 남쪽 가요", "일자리 구하러 남쪽 간다"),
        ("하로게이트에서 벌을 쳐", "하로게이트에서 벌을 친다"),
        ("바다를 무서워해요", "바다를 무서워한다"),
        ("몸이 약해요", "몸이 약하다"),
        ("아버지 반지를 찾으려고요", "아버지 반지를 찾으려 한다"),
        ("군인이었어요", "군인이었다"),
    ],
)  # fmt: skip
def test_the_last_predicate_takes_the_plain_form(tokeniser, said: str, plain: str) -> None:
    assert plain_clause(said, tokeniser.korean) == plain


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("꼭 돌아올게", "꼭 돌아오겠다"),
        ("꼭 돌아올게요!", "꼭 돌아오겠다"),
        ("비밀은 지킬게요", "비밀은 지키겠다"),
        ("장부를 가져올게", "장부를 가져오겠다"),
    ],
)
def test_a_promise_becomes_an_intention(tokeniser, said: str, plain: str) -> None:
    assert plain_clause(said, tokeniser.korean) == plain


@pytest.mark.parametrize("said", ["누나를 찾고 있어요ㅠㅠ", "누나를 찾고 있어요~!!", "누나를 찾고 있어요ㅋㅋㅋ"])  # fmt: skip
def test_laughing_weeping_and_marks_are_no_part_of_it(tokeniser, said: str) -> None:
    assert plain_clause(said, tokeniser.korean) == "누나를 찾고 있다"


@pytest.mark.parametrize(
    "said", ["저 산꼭대기에 찻집", "배 한 척", "", " ", "...", "ㅋㅋㅋ", "a boat"]
)
def test_what_ends_in_no_predicate_is_no_clause(tokeniser, said: str) -> None:
    assert plain_clause(said, tokeniser.korean) is None


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=40))
def test_whatever_was_said_a_clause_ends_in_the_plain_form(tokeniser, said: str) -> None:
    clause = plain_clause(said, tokeniser.korean)
    assert clause is None or clause.endswith("다")
