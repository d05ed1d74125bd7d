"""Lorebook activation, rule by rule."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langchain_app.domain.lore.activation import Scan, activate, replayed
from langchain_app.domain.lore.decorators import Decorators
from langchain_app.domain.lore.lore import Gate, Knower
from langchain_app.domain.lore.lorebook import Entry, Lorebook
from langchain_app.domain.lore.macros import Cast
from langchain_app.domain.story.story import StoryState

PUBLIC = Gate(audience=("public",))


def entry(id: str, *keys: str, **more: Any) -> Entry:
    values = {"title": id, "content": f"{id} is told.", "gate": PUBLIC, **more}
    if decorators := values.pop("decorated", None):
        values["decorators"] = Decorators(**decorators)
    return Entry(id=id, keys=keys, **values)


def book(*entries: Entry, **more: Any) -> Lorebook:
    return Lorebook(id="book", entries=entries, **more)


def scan(*messages: str, turn: int = 0, seed: str = "turn-1") -> Scan:
    return Scan(messages, turn, Cast("Berta", "the traveller", seed, "t-1"))


def ids(of: Lorebook, *messages: str, timed: Any = (), budget: int | None = None, **more: Any):
    told, _ = activate(of, scan(*messages, **more), dict(timed), budget)
    return [t.entry.id for t in told]


# What is heard


def test_a_key_in_the_recent_messages_tells_its_entry_and_says_why() -> None:
    (told,), _ = activate(book(entry("bell", "종탑", "bell")), scan("안녕", "종탑은 높아?"), {})
    assert (told.key, told.why, told.spoken) == ("book/bell", "key 종탑", True)
    assert told.text == "bell is told."


def test_a_key_beyond_the_scan_depth_is_not_heard() -> None:
    said = ("the bell", "a", "b")
    assert ids(book(entry("bell", "bell")), *said) == []
    assert ids(book(entry("bell", "bell"), scan_depth=3), *said) == ["bell"]
    assert ids(book(entry("bell", "bell", scan_depth=3), scan_depth=1), *said) == ["bell"]
    deep = entry("bell", "bell", scan_depth=1, decorated={"scan_depth": 3})
    assert ids(book(deep), *said) == ["bell"]
    assert ids(book(entry("bell", "bell"), scan_depth=0), "bell") == []


def test_what_was_said_before_is_told_apart_from_what_is_said_now() -> None:
    (told,), _ = activate(book(entry("bell", "bell")), scan("the bell", "go on"), {})
    assert not told.spoken
    assert told.why == "key bell, said before"
    (told,), _ = activate(book(entry("bell", "bell", "종")), scan("the bell", "종은?"), {})
    assert told.why == "key 종"


@pytest.mark.parametrize(
    ("logic", "none", "one", "both"),
    [
        ("and_any", False, True, True),
        ("and_all", False, False, True),
        ("not_any", True, False, False),
        ("not_all", True, True, False),
    ],
)
def test_secondary_keys_follow_their_logic(logic, none, one, both) -> None:
    of = book(entry("bell", "종", secondary_keys=("금", "소리"), logic=logic))
    assert bool(ids(of, "종은 어때")) is none
    assert bool(ids(of, "종은 금 갔어?")) is one
    assert bool(ids(of, "종은 금 갔고 소리는?")) is both
    assert ids(of, "금 소리") == []


def test_a_regex_is_heard_and_an_invalid_or_refused_one_never_is() -> None:
    of = book(
        entry("slashed", "/종[탑루]/"),
        entry("flagged", "/BELL/i"),
        entry("bare", "b.ll", use_regex=True),
        entry("word", "bell", use_regex=True),
        entry("invalid", "/(bell/", use_regex=True),
        entry("behind", "/(?<=the )bell/"),
        entry("plain", "b.ll"),
    )
    assert ids(of, "the bell of the 종루") == ["bare", "flagged", "slashed", "word"]
    assert set(of.entries[4].refused()) == {"/(bell/"}
    assert "behind" in of.entries[5].refused()["/(?<=the )bell/"]


def test_a_key_may_be_the_npcs_own_name() -> None:
    of = book(entry("self", "{{char}}"), entry("empty", "{{// nothing}}"))
    assert ids(of, "who is Berta?") == ["self"]


def test_case_and_whole_words_are_the_entrys_own() -> None:
    of = book(
        entry("case", "Rose", case_sensitive=True),
        entry("part", "art", whole_words=False),
        entry("whole", "art"),
    )
    assert ids(of, "a rose party") == ["part"]
    assert ids(of, "Rose likes art") == ["case", "part", "whole"]


# What is told whatever is heard


def test_constants_are_told_without_a_key_and_come_first() -> None:
    of = book(entry("late", "bell", order=1), entry("always", constant=True, order=900))
    assert ids(of, "the bell") == ["always", "late"]
    assert ids(of, "nothing") == ["always"]


def test_entries_come_in_their_insertion_order() -> None:
    of = book(*(entry(f"e{n}", "bell", order=n) for n in (30, 10, 20)))
    assert ids(of, "bell") == ["e10", "e20", "e30"]


def test_a_disabled_entry_is_never_told() -> None:
    off = {"enabled": False, "decorated": {"activate": True}}
    assert ids(book(entry("a", "bell", constant=True, **off)), "bell") == []


def test_an_entry_without_content_is_not_told() -> None:
    assert ids(book(entry("a", "bell", content="{{// only a note}}")), "bell") == []


def test_probability_is_a_draw_by_the_turns_seed() -> None:
    of = book(entry("half", "bell", probability=50), entry("never", "bell", probability=0))
    drawn = [ids(of, "bell", seed=f"turn-{n}") for n in range(400)]
    assert 150 < sum(bool(found) for found in drawn) < 250
    assert drawn == [ids(of, "bell", seed=f"turn-{n}") for n in range(400)]
    assert all("never" not in found for found in drawn)


# Decorators


@pytest.mark.parametrize(
    ("decorators", "turn", "said", "told"),
    [
        ({"activate": True}, 0, "nothing", True),
        ({"dont_activate": True}, 0, "bell", False),
        ({"activate": True, "dont_activate": True}, 0, "nothing", True),
        ({"activate_only_after": 2}, 1, "bell", False),
        ({"activate_only_after": 2}, 2, "bell", True),
        ({"activate_only_every": 3}, 4, "bell", False),
        ({"activate_only_every": 3}, 6, "bell", True),
        ({"additional_keys": ("종",)}, 0, "bell", False),
        ({"additional_keys": ("종",)}, 0, "bell 종", True),
        ({"exclude_keys": ("종",)}, 0, "bell 종", False),
        ({"exclude_keys": ("종",)}, 0, "bell", True),
    ],
)
def test_a_decorator_decides(decorators, turn, said, told) -> None:
    assert bool(ids(book(entry("a", "bell", decorated=decorators)), said, turn=turn)) is told


def test_what_was_told_before_may_be_told_ever_after_or_never_again() -> None:
    of = book(
        entry("once", "bell", decorated={"dont_activate_after_match": True}),
        entry("ever", "bell", decorated={"keep_activate_after_match": True}),
    )
    told, timed = activate(of, scan("bell"), {})
    assert [t.entry.id for t in told] == ["ever", "once"]
    assert ids(of, "bell", timed=timed, turn=5) == ["ever"]
    assert ids(of, "nothing", timed=timed, turn=50) == ["ever"]


# Timed effects: turn n has 2n + 1 messages


def history(of: Lorebook, *said: str) -> list[list[str]]:
    timed: Any = {}
    found = []
    for turn, message in enumerate(said):
        told, timed = activate(of, scan(message, turn=turn), timed)
        found.append([t.entry.id for t in told])
    return found


def test_a_sticky_entry_stays_for_its_messages_and_is_not_renewed_meanwhile() -> None:
    of = book(entry("a", "bell", sticky=3))
    assert history(of, "bell", "-", "-", "-") == [["a"], ["a"], [], []]
    assert history(of, "bell", "bell", "-", "-") == [["a"], ["a"], [], []]


def test_an_entry_that_cools_down_is_not_told_though_its_key_is_heard() -> None:
    of = book(entry("a", "bell", cooldown=4))
    assert history(of, *["bell"] * 4) == [["a"], [], ["a"], []]
    both = book(entry("a", "bell", sticky=3, cooldown=3))
    assert history(both, *["bell"] * 5) == [["a"], ["a"], [], ["a"], ["a"]]


def test_a_delayed_entry_waits_for_the_chat_to_be_long_enough() -> None:
    assert history(book(entry("a", constant=True, delay=4)), "-", "-", "-") == [[], [], ["a"]]


def test_a_sticky_entry_needs_no_luck() -> None:
    of = book(entry("a", "bell", sticky=9, probability=0))
    assert ids(of, "-", timed={"book/a": 1}, turn=1) == ["a"]


def test_timed_effects_follow_from_what_was_told_before() -> None:
    of = book(entry("a", "bell", sticky=3, cooldown=10), entry("b", "bell", sticky=1))
    timed: Any = {}
    told_before = []
    for turn, message in enumerate(["bell", "bell", "-", "bell", "bell"]):
        told, after = activate(of, scan(message, turn=turn), timed)
        told_before.append((turn, [t.key for t in told]))
        timed = after
    assert replayed([of], told_before) == timed
    assert replayed([of], [(0, ["gone/x"])]) == {}


# Recursion


def test_a_told_entry_may_bring_another_where_the_book_recurses() -> None:
    entries = (
        entry("bell", "bell", content="The bell was cast by Orm."),
        entry("orm", "Orm", content="Orm was a smith."),
        entry("smith", "smith", content="end"),
    )
    assert ids(book(*entries), "bell") == ["bell"]
    assert ids(book(*entries, recursive=True), "bell") == ["bell", "orm", "smith"]


def test_recursion_may_be_excluded_prevented_or_waited_for() -> None:
    first = entry("bell", "bell", content="Orm and Ulf.")
    second = (entry("orm", "Orm", exclude_recursion=True), entry("ulf", "Ulf"))
    assert ids(book(first, *second, recursive=True), "bell") == ["bell", "ulf"]
    silent = first.model_copy(update={"prevent_recursion": True})
    assert ids(book(silent, *second, recursive=True), "bell") == ["bell"]
    late = entry("late", "bell", delay_until_recursion=1)
    assert ids(book(first, late), "bell") == ["bell"]
    assert ids(book(first, late, recursive=True), "bell") == ["bell", "late"]
    assert ids(book(late, recursive=True), "bell") == []


def test_whoever_waits_for_ever_is_not_waited_for() -> None:
    of = book(
        entry("bell", "bell"), entry("late", "bell", delay_until_recursion=10**9), recursive=True
    )
    assert ids(of, "bell") == ["bell"]


def test_a_hidden_key_is_heard_by_recursion_and_told_to_nobody() -> None:
    first = entry("bell", "bell", content="It rings.{{hidden_key:Orm}}{{// Ulf}}")
    of = book(first, entry("orm", "Orm"), entry("ulf", "Ulf"), recursive=True)
    told, _ = activate(of, scan("bell"), {})
    assert [t.entry.id for t in told] == ["bell", "orm"]
    assert told[0].text == "It rings."


# Inclusion groups


def test_of_a_group_one_is_told() -> None:
    of = book(*(entry(n, "bell", groups=("g",)) for n in "abc"), entry("d", "bell"))
    for n in range(20):
        found = ids(of, "bell", seed=f"turn-{n}")
        assert len(found) == 2
        assert "d" in found


def test_weights_decide_within_a_group() -> None:
    of = book(
        entry("light", "bell", groups=("g",), group_weight=1),
        entry("heavy", "bell", groups=("g",), group_weight=99),
    )
    found = [ids(of, "bell", seed=f"turn-{n}")[0] for n in range(200)]
    assert found.count("heavy") > 180


def test_what_overrides_scores_or_sticks_wins_its_group() -> None:
    low = entry("low", "bell", groups=("g",), order=1)
    override = entry("high", "bell", groups=("g",), order=9, group_override=True)
    assert ids(book(low, override), "bell") == ["high"]
    more = entry("more", "bell", "종", groups=("g",), group_scoring=True)
    assert ids(book(entry("one", "bell", groups=("g",), group_scoring=True), more), "bell 종") == [
        "more"
    ]
    sticky = entry("sticky", "bell", groups=("g",), sticky=9)
    assert ids(book(sticky, override), "bell", timed={"book/sticky": 1}, turn=1) == ["sticky"]


def test_a_group_with_one_told_has_no_place_left_in_recursion() -> None:
    of = book(
        entry("a", "bell", groups=("g",), content="Orm"),
        entry("b", "Orm", groups=("g",)),
        recursive=True,
    )
    assert ids(of, "bell") == ["a"]


# Budget


def test_constants_are_kept_before_priority_and_priority_before_order() -> None:
    text = {"content": "x" * 40}
    of = book(
        entry("constant", constant=True, priority=0, **text),
        entry("weighty", "bell", priority=90, order=1, **text),
        entry("late", "bell", order=80, **text),
        entry("early", "bell", order=10, **text),
        entry(
            "first-to-go", "bell", priority=999, decorated={"ignore_on_max_context": True}, **text
        ),
    )
    sizes = {
        len(ids(of, "bell", budget=11 * n)): set(ids(of, "bell", budget=11 * n)) for n in range(6)
    }
    assert sizes[1] == {"constant"}
    assert sizes[2] == {"constant", "weighty"}
    assert sizes[3] == {"constant", "weighty", "late"}
    assert sizes[4] == {"constant", "weighty", "late", "early"}
    assert sizes[5] == {e.id for e in of.entries}


def test_what_was_dropped_has_no_timed_effect() -> None:
    _, timed = activate(book(entry("a", "bell", sticky=9)), scan("bell"), {}, budget=1)
    assert timed == {}


# Who may know


def test_an_entry_behind_a_closed_gate_neither_is_told_nor_brings_another() -> None:
    gated = entry("secret", "bell", content="Orm", gate=Gate(audience=("npc:orm",), after="q.one"))
    of = book(gated, entry("orm", "Orm"), recursive=True)
    for audiences, flags, told in [
        ({"public"}, set(), []),
        ({"public", "npc:orm"}, set(), []),
        ({"public", "npc:orm"}, {"q.one"}, ["secret", "orm"]),
    ]:
        knower = Knower(frozenset(audiences), StoryState(flags=frozenset(flags)), 0.0)
        assert ids(of.known_to(knower, "en"), "bell") == sorted(told)


def test_an_entry_of_the_other_language_is_not_offered() -> None:
    knower = Knower(frozenset({"public"}), StoryState(), 0.0)
    of = book(entry("ko", "bell", language="ko"), entry("any", "bell"))
    assert ids(of.known_to(knower, "en"), "bell") == ["any"]
    assert ids(of.known_to(knower, "ko"), "bell") == ["any", "ko"]


# What must hold always

_ENTRIES = st.builds(
    lambda n, keys, **more: entry(f"e{n}", *keys, **more),
    n=st.integers(0, 10**6),
    keys=st.lists(st.sampled_from(["bell", "종", "Orm", "/b.l/", "/(/"]), max_size=3),
    content=st.text("bell 종 Orm{}", min_size=0, max_size=80),
    enabled=st.booleans(),
    constant=st.booleans(),
    probability=st.sampled_from([0.0, 30.0, 100.0]),
    order=st.integers(0, 100),
    priority=st.none() | st.integers(0, 100),
    sticky=st.integers(0, 4),
    cooldown=st.integers(0, 4),
    delay=st.integers(0, 4),
    groups=st.lists(st.sampled_from("gh"), max_size=2).map(tuple),
    group_weight=st.integers(0, 3),
    delay_until_recursion=st.integers(0, 3),
)
_BOOKS = st.builds(
    lambda entries, recursive, token_budget: book(
        *entries, recursive=recursive, token_budget=token_budget
    ),
    st.lists(_ENTRIES, max_size=8, unique_by=lambda e: e.id),
    st.booleans(),
    st.none() | st.integers(1, 60),
)
_SAID = st.lists(st.sampled_from(["bell", "종을 쳐", "Orm", "nothing"]), min_size=1, max_size=4)


@settings(max_examples=300, deadline=None)
@given(_BOOKS, _SAID, st.integers(0, 5), st.integers(0, 120))
def test_no_budget_is_exceeded_and_the_same_input_tells_the_same(of, said, turn, budget) -> None:
    told, timed = activate(of, scan(*said, turn=turn), {}, budget)
    assert sum(t.tokens for t in told) <= min(budget, of.token_budget or budget)
    assert activate(of, scan(*said, turn=turn), {}, budget) == (told, timed)
    assert all(t.entry.enabled and t.text for t in told)
    assert len({t.key for t in told}) == len(told)
    order = [(not t.entry.constant, t.entry.order) for t in told]
    assert order == sorted(order)
    assert set(timed) <= {t.key for t in told}
