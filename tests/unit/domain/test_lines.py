"""Varied, repeatable, never the same twice running."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from langchain_app.domain.people.lines import pick

line_sets = st.lists(
    st.text("가나다abc", min_size=1, max_size=6), min_size=1, max_size=6, unique=True
)


@given(line_sets, st.text(), st.lists(st.text(max_size=6), max_size=4))
def test_the_same_seed_picks_the_same_line(lines, seed, avoid) -> None:
    line = pick(lines, seed, avoid)
    assert line in lines
    assert pick(lines, seed, avoid) == line


@given(line_sets, st.text(), st.data())
def test_a_line_just_used_is_not_picked_while_there_is_another(lines, seed, data) -> None:
    last = data.draw(st.sampled_from(lines))
    others = [line for line in lines if line not in last]
    if others:
        assert pick(lines, seed, [last]) in others


@given(st.lists(st.sampled_from(["ab", "cd", "ef"]), max_size=6), st.text())
def test_where_all_were_used_the_one_longest_ago_comes_back(avoid, seed) -> None:
    lines = ["ab", "cd", "ef"]
    line = pick(lines, seed, avoid)
    unused = [candidate for candidate in lines if candidate not in avoid]
    if unused:
        assert line in unused
    else:
        last_use = {c: max(i for i, text in enumerate(avoid) if text == c) for c in lines}
        assert last_use[line] == min(last_use.values())


def test_a_line_within_a_longer_reply_counts_as_used() -> None:
    assert pick(["Hm.", "Well."], "s", ["Well. The bell cracked."]) == "Hm."


def test_different_seeds_bring_variety() -> None:
    lines = ["a", "b", "c", "d"]
    assert {pick(lines, str(seed)) for seed in range(60)} == set(lines)


def test_a_conversation_of_deflections_never_repeats_itself_at_once(ebbhold) -> None:
    for npc in ebbhold.npcs.values():
        said: list[str] = []
        for turn in range(8):
            said.append(pick(npc.lines.ko.deflect, f"{npc.id}{turn}", said[-3:]))
        assert all(a != b for a, b in itertools.pairwise(said))
