"""The labels that the model gives are those that the platform knows."""

from __future__ import annotations

from typing import get_args

import pytest

from langchain_app.domain.memory import facts
from langchain_app.domain.people.npc import Personal, SmallTalk, Wanted
from langchain_app.domain.understanding.understanding import (
    AS_FELT,
    MANNERS,
    About,
    Act,
    Feeling,
    Judged,
    Mode,
    OfBefore,
    Outcome,
    Understood,
)
from langchain_app.encoder import labels


@pytest.mark.parametrize(
    ("given", "known"),
    [
        pytest.param(labels.ACTS, get_args(Act), id="acts"),
        pytest.param(labels.MODES, get_args(Mode), id="modes"),
        pytest.param(labels.OUTCOMES, get_args(Outcome), id="outcomes"),
        pytest.param(labels.SLOTS, facts.SLOTS, id="slots"),
        pytest.param(labels.STANCES, get_args(facts.Stance), id="stances"),
        pytest.param(labels.PERSONAL, ("", *get_args(Personal)), id="personal"),
        pytest.param(labels.FEELINGS, ("", *get_args(Feeling)), id="feelings"),
        pytest.param(labels.WANTED, ("", *get_args(Wanted)), id="wanted"),
        pytest.param(labels.ABOUT, ("", *get_args(About)), id="about"),
        pytest.param(labels.OF_BEFORE, ("", *get_args(OfBefore)), id="of_before"),
    ],
)
def test_a_label_of_the_model_is_one_of_the_platform_and_the_other_way_round(given, known) -> None:
    assert given == known


def test_every_span_begins_and_goes_on_and_no_span_is_the_first_tag() -> None:
    assert labels.TAGS[0] == ""
    assert {*labels.TAGS[1:]} == {f"{edge}-{span}" for edge in "BI" for span in labels.SPANS}
    assert len({*labels.TAGS}) == len(labels.TAGS)
    assert {*labels.SLOTS} < {*labels.SPANS}


def test_asked_is_nothing_a_slot_everything_or_what_is_in_no_slot() -> None:
    assert ("", *facts.SLOTS, "all", "other") == labels.ASKED


def test_every_act_has_a_manner_for_which_npcs_have_lines() -> None:
    manners = {Understood(act=act).manner for act in get_args(Act)}
    assert manners <= {*get_args(SmallTalk), "question"}
    assert {*MANNERS} <= {*get_args(Act)}
    by_what_is_told = {"name", *AS_FELT.values()}
    by_what_is_wanted = {*get_args(Wanted)} - {"perform"}
    assert {*get_args(SmallTalk)} - manners == by_what_is_told | by_what_is_wanted


@pytest.mark.parametrize(
    ("act", "manner", "wants"),
    [
        ("asks", "question", True),
        ("requests", "question", True),
        ("asks_wellbeing", "how_are_you", False),
        ("thanks", "thanks", False),
        ("hands_over", "gift", False),
    ],
)
def test_only_a_question_or_a_request_wants_to_be_looked_up(act, manner, wants) -> None:
    understood = Understood(act=act)
    assert (understood.manner, understood.wants_answer) == (manner, wants)


def test_only_what_is_meant_is_in_earnest() -> None:
    assert [mode for mode in get_args(Mode) if Understood(mode=mode).meant] == ["meant"]


def test_whatever_is_about_the_act_is_near_it() -> None:
    near = [outcome for outcome in get_args(Outcome) if Judged(0.0, outcome).near]
    assert near == [outcome for outcome in get_args(Outcome) if outcome != "unrelated"]
