"""The tiny world of docs/worlds.md is whole, and the Korean guide carries the same one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from langchain_app.domain.lore.lore import Gate, Knower
from langchain_app.domain.manifest import Manifest
from langchain_app.domain.memory.history import PastEvent
from langchain_app.domain.people.npc import VoiceLines
from langchain_app.domain.people.relationship import Relationship
from langchain_app.domain.story.story import Item, Quest, StoryState, Trigger
from langchain_app.domain.text import LANGUAGES
from langchain_app.domain.world import World
from langchain_app.worlds import load_world
from tests.unit.guides import fenced, read

GUIDES = ("docs/worlds.md", "docs/worlds.ko.md")


def files_of(guide: str) -> dict[str, str]:
    blocks = [block for block in fenced(read(guide)) if block.path]
    files = {block.path: block.text for block in blocks}
    assert len(files) == len(blocks), "a path stands twice"
    return files


def written(guide: str, folder: Path) -> Path:
    for name, text in files_of(guide).items():
        path = folder / name
        assert path.resolve().is_relative_to(folder.resolve())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


@pytest.fixture
def tiny(tmp_path: Path) -> World:
    return load_world(written(GUIDES[0], tmp_path))


@pytest.mark.parametrize("guide", GUIDES)
def test_the_tiny_world_of_the_guide_loads_without_a_mistake(guide, tmp_path) -> None:
    world = load_world(written(guide, tmp_path))
    assert world.npcs
    assert world.quests
    assert world.items
    assert world.passages


def test_both_guides_carry_the_same_files() -> None:
    assert files_of(GUIDES[0]) == files_of(GUIDES[1])


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_has_at_most_three_hundred_lines(guide) -> None:
    assert len(read(guide).splitlines()) <= 300


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_names_every_field_of_the_format(guide) -> None:
    shapes = (Manifest, Quest, Item, Trigger, VoiceLines, PastEvent, Gate)
    fields = {name for shape in shapes for name in shape.model_fields}
    fields |= {"knows", "told_by", "after", "trust", "importance", "secrets", "forbidden_triggers"}
    text = read(guide)
    assert [name for name in sorted(fields) if f"`{name}" not in text] == []


def test_the_questions_of_the_tiny_world_fit_its_gates(tiny) -> None:
    gates = {chunk.id: chunk.gate for chunk in tiny.chunks()}
    files = files_of(GUIDES[0])
    for language in LANGUAGES:
        for line in files[f"evaluation/questions.{language}.jsonl"].splitlines():
            question = json.loads(line)
            story = StoryState(flags=frozenset(question["flags"]))
            knower = Knower(tiny.npc(question["npc"]).audiences, story, question["trust"])
            assert question["language"] == language
            assert all(gates[answer].admits(knower) for answer in question["answers"])
            assert not any(gates[gated].admits(knower) for gated in question["gated"])


def test_the_secret_of_the_tiny_world_can_be_earned_by_its_quest(tiny) -> None:
    npc = tiny.npc(tiny.manifest.default_npc)
    (secret,) = npc.secrets
    gate, feelings, flags = tiny.passages[secret].gate, npc.initial, frozenset[str]()
    assert not gate.admits(Knower(npc.audiences, StoryState(), feelings.trust))
    for trigger in tiny.triggers[npc.id]:
        feelings = Relationship.moved(feelings, trigger.effects.deltas)
        flags |= frozenset(trigger.effects.flags)
    assert gate.admits(Knower(npc.audiences, StoryState(flags=flags), feelings.trust))
