"""The demo world: whole, in both languages, and as big as it says."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from typing import Any

import pytest

from langchain_app.domain.lore.lore import Knower
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.text import detect_language
from langchain_app.worlds import load_world

LANGUAGES = ("en", "ko")


def questions(folder, language: str) -> list[dict[str, Any]]:
    text = (folder / "evaluation" / f"questions.{language}.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_the_demo_world_has_no_mistakes_and_meets_its_counts(ebbhold) -> None:
    assert len(ebbhold.npcs) >= 10
    assert len(ebbhold.items) >= 40
    assert len(ebbhold.quests) == 4
    assert all(len(quest.stages) >= 3 for quest in ebbhold.quests.values())


def test_there_are_two_hundred_passages_of_lore_in_each_language(ebbhold) -> None:
    told = Counter(c.language for c in ebbhold.chunks() if c.kind == "lore")
    assert all(told[language] >= 200 for language in LANGUAGES)


def test_every_chunk_is_written_in_its_own_language(ebbhold) -> None:
    assert [c.key for c in ebbhold.chunks() if detect_language(c.text) != c.language] == []


def test_every_npc_has_voice_lines_secrets_and_acquaintances(ebbhold) -> None:
    voices = {p.told_by for p in ebbhold.passages.values() if p.told_by}
    assert voices == set(ebbhold.npcs)
    for npc in ebbhold.npcs.values():
        assert npc.secrets
        assert npc.acquaintances


def test_the_same_files_are_the_same_version_wherever_they_lie(ebbhold, ebbhold_files, tmp_path):
    copy = shutil.copytree(ebbhold_files, tmp_path / "elsewhere")
    assert load_world(copy).version == ebbhold.version


@pytest.mark.parametrize("name", ["world.json", "npcs/maren.json", "worldview/lore.md"])
def test_a_changed_file_is_a_new_version(ebbhold, ebbhold_files, tmp_path, name) -> None:
    copy = shutil.copytree(ebbhold_files, tmp_path / "changed")
    path = copy / name
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    assert load_world(copy).version != ebbhold.version


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_evaluation_files_meet_their_counts(ebbhold_files, language) -> None:
    asked = questions(ebbhold_files, language)
    assert len(asked) >= 200
    assert sum(bool(question["gated"]) for question in asked) >= 60
    assert len({question["id"] for question in asked}) == len(asked)
    assert {question["language"] for question in asked} == {language}
    assert all(question["answers"] or question["gated"] for question in asked)


@pytest.mark.parametrize("language", LANGUAGES)
def test_gated_answers_are_invisible_to_the_asked_npc_and_the_others_visible(
    ebbhold, ebbhold_files, language
) -> None:
    gates = {chunk.id: chunk.gate for chunk in ebbhold.chunks()}
    wrong = []
    for question in questions(ebbhold_files, language):
        npc = ebbhold.npcs[question["npc"]]
        assert set(question["flags"]) <= ebbhold.flags
        story = StoryState(flags=frozenset(question["flags"]))
        knower = Knower(npc.audiences, story, question["trust"])
        wrong += [(question["id"], i) for i in question["answers"] if not gates[i].admits(knower)]
        wrong += [(question["id"], i) for i in question["gated"] if gates[i].admits(knower)]
    assert wrong == []
