"""Macros and decorators of lorebook entries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_app.domain.lore.decorators import Decorators, read_decorators
from langchain_app.domain.lore.macros import Cast, curly, expand, unknown_macros

CAST = Cast("베르타", "손님", turn="turn-1", place="t-1")


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("{{user}}는 {{char}}이 좋다", "손님은 베르타가 좋다"),
        ("{{USER}}을(를) 본다", "손님을 본다"),
        ("<BOT> and <user>", "베르타 and 손님"),
        ("{{user}} 님, {{user}}님께 {{char}} 님이", "손님, 손님께 베르타 님이"),
        ("{{user}} 님은(는) {{char}}님은(는)", "손님은 베르타님은"),
        ("{{user}} 님프를 {{user}} 님.", "손님 님프를 손님."),
        ("a{{// a note }}b{{comment: c}}d{{hidden_key:e}}f", "abdf"),
        ("{{reverse:abc}}", "cba"),
        ("{{random:only}}", "only"),
        ("{{random:a\\,b}}", "a,b"),
        ("{{unheard_of:x}}!", "!"),
        ("{{random:{{char}},{{char}}}}", "베르타"),
        ("{ {{ not one }", "{ {{ not one }"),
    ],
)
def test_a_macro_is_replaced(text: str, expanded: str) -> None:
    assert expand(text, CAST) == expanded


def test_a_hidden_key_counts_while_scanning() -> None:
    assert expand("{{hidden_key:bell}}{{// x}}{{comment:y}}", CAST, scanning=True) == "bell"


@given(st.integers(1, 10**6))
def test_a_roll_is_from_one_to_its_sides(sides: int) -> None:
    for macro in ("{{roll:%d}}", "{{roll:d%d}}", "{{roll:D%d}}"):
        assert 1 <= int(expand(macro % sides, CAST)) <= sides


def test_random_changes_with_the_turn_and_pick_does_not() -> None:
    turns = [Cast("a", "b", turn=f"turn-{n}", place="t-1") for n in range(40)]
    options = ",".join("abcdefgh")
    assert len({expand(f"{{{{random:{options}}}}}", turn) for turn in turns}) > 3
    assert len({expand(f"{{{{pick:{options}}}}}", turn) for turn in turns}) == 1
    assert expand(f"{{{{random:{options}}}}}", turns[0]) == expand(
        f"{{{{random:{options}}}}}", turns[0]
    )


def test_two_draws_in_one_text_are_two_draws() -> None:
    drawn = expand(" ".join(["{{roll:1000000}}"] * 5), CAST).split()
    assert len(set(drawn)) > 1


@given(st.text("{}:/a,| \\user", max_size=60))
def test_no_text_makes_the_macros_fail(text: str) -> None:
    expand(text, CAST)
    unknown_macros(text)
    curly(text)


def test_decorators_are_taken_out_of_the_content() -> None:
    found = read_decorators(
        "@@activate_only_after 4\n@@additional_keys 종, bell\n"
        "@@dont_activate_after_match\n\n본문이다.\n"
    )
    assert found.text == "본문이다."
    assert found.decorators == Decorators(
        activate_only_after=4, additional_keys=("종", "bell"), dont_activate_after_match=True
    )
    assert found.ignored == ()


def test_a_fallback_counts_only_where_the_decorators_before_it_mean_nothing() -> None:
    chain = "@@theirs 1\n@@@ours_not 2\n@@@b 1\n@@@c 1\n@@@d 1\n@@@scan_depth 5\n@@@scan_depth 6\nx"
    found = read_decorators(chain)
    assert found.decorators.scan_depth == 5
    assert found.ignored == ("theirs", "ours_not", "b", "c", "d")
    assert read_decorators("@@scan_depth 3\n@@@scan_depth 9\nx").decorators.scan_depth == 3
    assert read_decorators("@@depth 0\n@@@activate\nx").decorators.activate


def test_of_two_decorators_of_one_name_the_first_counts_and_a_broken_value_is_ignored() -> None:
    assert read_decorators("@@scan_depth 1\n@@scan_depth 2").decorators.scan_depth == 1
    found = read_decorators("@@activate_only_every 0\n@@scan_depth many\ntext")
    assert found.decorators == Decorators()
    assert found.ignored == ("activate_only_every", "scan_depth")
