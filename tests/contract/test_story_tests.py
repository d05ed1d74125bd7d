"""Story tests played on a real platform: what was given stands, and nothing is shared."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_app.composition.bootstrap import Platform
from langchain_app.evaluation.played import Run
from langchain_app.evaluation.story_files import PlacedTest, read_story_tests
from langchain_app.evaluation.storytest_format import StoryTest
from langchain_app.evaluation.storytests import Cast, Stage, casts, play, run_all, staged
from langchain_app.persistence.ledger import PostgresLedger
from langchain_app.persistence.timelines import PostgresTimelines
from tests.unit.guides import fenced, read

ASKED = {"en": "What happened to the bell?", "ko": "종에 무슨 일이 있었어요?"}


@pytest.fixture
def stage(platform: Platform) -> Stage:
    return Stage(
        platform.dialogue,
        platform.intake,
        PostgresTimelines(platform.postgres),
        PostgresLedger(platform.postgres),
        "embedded",
    )


def placed(*when: dict[str, Any], npc: str = "isaura", **given: Any) -> PlacedTest:
    test = {"test": "t", "npc": npc, "given": given, "when": list(when)}
    return PlacedTest(StoryTest.model_validate(test), "storytests/t.yaml", 1)


async def played(stage: Stage, *when: dict[str, Any], **given: Any) -> Run:
    return await play(stage, Cast(placed(*when, **given), "en"))


async def test_a_turn_as_expected_passes_and_another_fails_with_its_reasons(stage) -> None:
    run = await played(stage, {"say": ASKED, "then": {"raises": ["cracked_bell.rumour"]}})
    assert run.passed
    run = await played(stage, {"say": ASKED, "then": {"raises": [], "mentions": ["anchovy"]}})
    assert not run.passed
    (failed,) = run.failed
    assert failed.turn.reply
    raised, unmentioned = failed.failures
    assert "trigger:ask-crack" in raised.why[0]
    assert unmentioned.why


async def test_each_language_is_said_in_its_own_words(stage) -> None:
    test = placed({"say": ASKED, "then": {"mentions": {"en": ["cracked"], "ko": ["금이 갔소"]}}})
    runs = await run_all(stage, casts([test]), jobs=2, done=lambda run: None)
    assert [(run.language, run.passed) for run in runs] == [("en", True), ("ko", True)]


async def test_given_feelings_flags_and_items_stand_before_the_first_turn(stage) -> None:
    given = {
        "flags": ["cracked_bell.clapper_found"],
        "items": ["bronze_clapper"],
        "feels": {"corvin": {"relationship": 0.5}},
        "trust": 0.3,
    }
    brought = {"en": "I brought the bronze clapper.", "ko": "청동 종추 가져왔어요."}
    then = {"takes": ["bronze_clapper"], "feels": {"trust": 0.45, "relationship": 0.75}}
    run = await played(stage, {"say": brought, "then": then}, npc="corvin", **given)
    assert run.passed, run.failed


async def test_an_axis_that_is_not_given_is_as_its_author_wrote_it(ebbhold_world) -> None:
    test = placed({"say": ASKED, "then": {"raises": []}}, trust=0.4)
    begun = staged(test.test.given, "isaura", ebbhold_world)
    assert begun.relationships["isaura"].trust == 0.4
    assert begun.relationships["isaura"]["relationship"] == 0.1


@pytest.fixture
def ebbhold_world(platform: Platform):
    return platform.world


async def test_two_tests_do_not_share_a_story(stage) -> None:
    for _ in range(2):
        run = await played(stage, {"say": ASKED, "then": {"raises": ["cracked_bell.rumour"]}})
        assert run.passed


async def test_a_load_goes_back_to_what_was_saved(stage) -> None:
    raises = {"say": ASKED, "then": {"raises": ["cracked_bell.rumour"]}}
    run = await played(stage, {"save": "here"}, raises, {"load": "here"}, raises)
    assert run.passed, run.failed
    run = await played(stage, raises, {"save": "here"}, {"load": "here"}, raises)
    assert [failed.step for failed in run.failed] == [4]


async def test_what_was_said_before_is_played_and_not_judged(stage) -> None:
    again = {"say": ASKED, "then": {"raises": []}}
    run = await played(stage, again, said=[ASKED])
    assert run.passed, run.failed
    assert len(run.replies_ms) == 2


async def test_a_leak_of_what_is_gated_is_out_of_character(stage, monkeypatch) -> None:
    async def leaks(*said: Any) -> str:
        return "isaura-secret-iron"

    monkeypatch.setattr(stage.dialogue.parts.lore, "leak", leaks)
    run = await played(stage, {"say": "Hello.", "then": {"in_character": True}})
    assert "gated lore: isaura-secret-iron" in str(run.error or run.failed)


async def test_what_cannot_be_played_is_told_in_the_run(stage) -> None:
    run = await played(stage, {"say": "x" * 5000, "then": {"raises": []}})
    assert not run.passed
    assert run.error.startswith("utterance_too_long: ")


def test_tests_are_chosen_by_name_by_file_and_by_glob() -> None:
    test = placed({"say": ASKED, "then": {"raises": []}})
    for name in ("t", "T", "storytests/t.yaml", "t.yaml", "t.*", "*"):
        assert len(casts([test], named=[name])) == 2
    assert casts([test], named=["other"]) == []
    assert [cast.language for cast in casts([test], language="ko", repeat=3)] == ["ko"] * 3


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_the_example_of_the_guide_passes(stage, tmp_path, language) -> None:
    (example,) = (b for b in fenced(read("docs/storytests.md")) if b.language == "yaml")
    path = tmp_path / example.path
    path.parent.mkdir()
    path.write_text(example.text, "utf-8")
    tests = read_story_tests(tmp_path, stage.world)
    runs = await run_all(stage, casts(tests, language=language), jobs=2, done=lambda run: None)
    assert [(run.placed.name, run.failed, run.error) for run in runs if not run.passed] == []
