"""Who has no words of their own is lent plain ones, in their own speech level."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from langchain_app.domain.people.npc import SpeechLevel, Voice
from langchain_app.worlds.house import with_plain_lines

MERLE = {"name": {"en": "Merle", "ko": "메를"}, "speech_level": "hage"}


@pytest.mark.parametrize("level", get_args(SpeechLevel))
def test_a_person_without_lines_speaks_in_every_kind_and_both_languages(level) -> None:
    lent = with_plain_lines({**MERLE, "speech_level": level})
    voice = Voice.model_validate(lent["lines"])
    assert all("{name}" in line for lines in (voice.en, voice.ko) for line in lines.name)
    assert any("Merle" in line for line in voice.en.who_are_you)
    assert any("메를" in line for line in voice.ko.who_are_you)


def test_what_the_author_wrote_stands() -> None:
    own = {"en": {"farewell": ["Mind the step."]}, "ko": {"thanks": ["뭘 그런 걸 다."]}}
    voice = Voice.model_validate(with_plain_lines({**MERLE, "lines": own})["lines"])
    assert (voice.en.farewell, voice.ko.thanks) == (("Mind the step.",), ("뭘 그런 걸 다.",))
    assert voice.ko.farewell


@pytest.mark.parametrize(
    ("age", "level", "said"),
    [(41, "hao", "41살이오."), (7, "hae", "7살이야."), (0, "hae", None), ("old", "hae", None)],
)
def test_who_has_an_age_can_say_it(age, level, said) -> None:
    lent = with_plain_lines({**MERLE, "speech_level": level, "age": age})
    assert lent["answers"] == ({"age": {"en": f"I'm {age}.", "ko": said}} if said else {})
    own = {"age": {"en": "Old enough.", "ko": "먹을 만큼 먹었지."}}
    assert with_plain_lines({**MERLE, "age": age, "answers": own})["answers"] == own


@pytest.mark.parametrize(
    "entry",
    [
        None,
        [],
        "merle",
        {},
        {**MERLE, "speech_level": "loud"},
        {**MERLE, "lines": []},
        {**MERLE, "name": "Merle"},
    ],
)
def test_what_is_no_npc_is_left_to_the_schema(entry) -> None:
    assert with_plain_lines(entry) == entry


def test_lines_of_a_strange_make_are_left_to_the_schema() -> None:
    lent = with_plain_lines({**MERLE, "lines": {"en": "hello"}})
    assert lent["lines"]["en"] == "hello"


def test_no_particle_that_hangs_on_a_names_last_sound_follows_it(ebbhold) -> None:
    after = ("은", "는", "이", "가", "을", "를", "와", "과", "아", "야", "라", "예요", "으로", "로")
    said = [line for npc in ebbhold.npcs.values() for line in npc.lines.ko.name]
    for level in get_args(SpeechLevel):
        said += with_plain_lines({**MERLE, "speech_level": level})["lines"]["ko"]["name"]
    assert not [line for line in said if line.partition("{name}")[2].startswith(after)]
    assert json.dumps(said).count("{name}") == len(said)
