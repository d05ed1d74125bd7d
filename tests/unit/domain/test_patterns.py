"""Regexes of strangers: the same matches as Python's, never its running time."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langchain_app.domain.safety.pattern_syntax import PatternRefused
from langchain_app.domain.safety.patterns import Fuel, compiled

_ATOMS = st.sampled_from(
    ["a", "b", "종", ".", r"\w", r"\d", r"\s", r"\b", "[ab]", "[^a]", "[a-c1]", "^"]
)
_PATTERNS = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0,}", "*?"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None)
@given(_PATTERNS, st.text("abAB종_ 1\n", max_size=8), st.sampled_from(["", "i", "m", "s", "is"]))
def test_a_pattern_matches_where_pythons_own_matcher_does(pattern, text, flags) -> None:
    python = sum(getattr(re, flag.upper()) for flag in flags)
    assert compiled(pattern, flags).search(text, Fuel()) == bool(re.search(pattern, text, python))


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"a$", "a\n", False),
        (r"\B", "", True),
        (r"a\Bb", "ab", True),
        (r"\u{C885}탑", "종탑", True),
        (r"\uc885", "종", True),
        (r"\p{L}+\d", "종1", True),
        (r"^\P{L}$", "종", False),
        (r"\p{Script=Hangul}", "bell", False),
        (r"(?<who>elf|elves)\b", "two elves", True),
        (r"a{,2}", "a{,2}", True),
        (r"[\]\-]", "-", True),
        (r"[^]", "x", True),
        (r"x[]|", "y", True),
    ],
)
def test_what_javascript_means_is_meant_here(pattern: str, text: str, found: bool) -> None:
    assert compiled(pattern).search(text, Fuel()) is found


@pytest.mark.parametrize(
    "pattern",
    ["(a", "a)", "[a", "*a", "a**", "(?=a)", "(?<!a)b", r"(a)\1", r"\k<x>", "a{999}", "b{3,2}",
     "(" * 30 + "a" + ")" * 30, "(((){200}){200}){200}", "((a{50}){50}){50}", "[z-a]", r"\q",
     r"\u{FFFFFFFFF}", "\\", "(?#x)", "a" * 600, r"\p{Elvish}"],
)  # fmt: skip
def test_what_is_invalid_or_needs_backtracking_is_refused(pattern: str) -> None:
    with pytest.raises(PatternRefused):
        compiled(pattern)


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*b", "(.*)*x", ".*.*.*=.*", "(?:a?){40}a{40}b"]
)
def test_a_pattern_that_explodes_elsewhere_takes_milliseconds(pattern: str) -> None:
    began = time.process_time()
    compiled(pattern).search("a" * 2000, Fuel())
    assert time.process_time() - began < 1.0


def test_a_search_ends_when_the_fuel_is_spent_the_same_each_time() -> None:
    pattern = compiled("x.*y")
    for _ in range(2):  # the second time every step is remembered
        fuel = Fuel(1000)
        assert not pattern.search("x" * 900 + "y", fuel)
        assert fuel.left < 0
    assert pattern.search("x" * 900 + "y", Fuel())
