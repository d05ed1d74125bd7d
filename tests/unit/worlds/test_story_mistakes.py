"""Mistakes in the rules of a story are told with file, line and name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from langchain_app.domain.errors import WorldInvalid
from langchain_app.worlds import load_world

GOALS, QUEST, NPC = "goals/daily_life.json", "quests/cracked_bell.json", "npcs/dorrik.json"
LEVEL = {"id": "trusted", "at": 0.9, "name": {"en": "dear", "ko": "절친"}}


@pytest.fixture
def world(ebbhold_files: Path, tmp_path: Path) -> Path:
    """A copy of the demo world to break."""
    return Path(shutil.copytree(ebbhold_files, tmp_path / "ebbhold"))


def put(data: Any, path: tuple[str | int, ...], value: Any) -> None:
    *steps, last = path
    for step in steps:
        data = data[step]
    if isinstance(data, list) and last == len(data):
        data.append(value)
    else:
        data[last] = value


@pytest.mark.parametrize(
    ("name", "path", "value", "told"),
    [
        (GOALS, (2, "effects", "gives"), ["a_dragon"], "unknown item 'a_dragon'"),
        (GOALS, (2, "requires"), {"flags": ["no.flag"]}, "unknown flag 'no.flag'"),
        (GOALS, (2, "requires"), {"any_of": [{"items": ["x"]}]}, "unknown item 'x'"),
        (GOALS, (2, "requires"), {"places": ["the_moon"]}, "unknown place 'the_moon'"),
        (GOALS, (2, "requires"), {"feelings": {"love": 0.1}}, "unknown axis 'love'"),
        (GOALS, (2, "requires"), {"stage": "rumour"}, "only a quest's own trigger"),
        (GOALS, (2, "npcs"), ["nobody"], "unknown NPC 'nobody'"),
        (GOALS, (2, "repeatable"), True, "needs `says`"),
        (GOALS, (2, "effects", "actions"), [{"name": "fly"}], "unknown action 'fly'"),
        (
            GOALS,
            (2, "effects", "actions"),
            [{"name": "give_item"}],
            "'item' is a required property",
        ),
        (GOALS, (2, "effects", "actions"), [{"name": "ring_bell"}], "ring_bell is not for nele"),
        (GOALS, (2, "effects", "deltas"), {"trust": 99}, "less than or equal to 2"),
        (QUEST, ("triggers", 0, "requires"), {"stage": "nowhere"}, "no stage 'nowhere'"),
        (QUEST, ("triggers", 0, "effects", "deltas"), {"love": 0.1}, "unknown axis 'love'"),
        (QUEST, ("reward", "deltas"), {"love": 0.1}, "unknown axis 'love'"),
        (NPC, ("initial",), {"love": 0.1}, "unknown axis 'love'"),
        ("world.json", ("axes", "trust", "levels", 3), LEVEL, "'trusted' stands twice"),
        ("world.json", ("axes", "trust", "courtesy"), 2.0, "less than or equal to 1"),
        ("world.json", ("axes", "cracked_bell"), {"name": LEVEL["name"]}, "is a quest already"),
        ("world.json", ("actions", "follow", "arguments"), {"type": "colour"}, "no JSON schema"),
        ("world.json", ("actions", "follow", "npcs"), ["nobody"], "unknown NPC 'nobody'"),
        ("world.json", ("policy", "flags"), {"deny": ["no.flag"]}, "unknown name 'no.flag'"),
        ("world.json", ("policy", "thresholds"), {"no.flag": 0.5}, "unknown flag 'no.flag'"),
        ("world.json", ("policy", "manners"), {"thanks": {"love": 0.1}}, "unknown axis 'love'"),
    ],
)
def test_a_mistake_is_told_with_its_file_and_its_name(world: Path, name, path, value, told) -> None:
    file = world / name
    data = json.loads(file.read_text("utf-8"))
    put(data, path, value)
    file.write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
    with pytest.raises(WorldInvalid) as caught:
        load_world(world)
    found = [m for m in caught.value.mistakes if told in m.message]
    assert found, caught.value.mistakes
    assert found[0].file == name
    assert found[0].line > 1 or name == QUEST  # a whole quest is wrong where a stage is
    assert "Value error" not in found[0].message


def test_a_world_without_trust_is_told_so(world: Path) -> None:
    file = world / "world.json"
    data = json.loads(file.read_text("utf-8"))
    del data["axes"]["trust"]
    file.write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
    with pytest.raises(WorldInvalid) as caught:
        load_world(world)
    assert any(
        "the axis 'trust' is missing" in mistake.message for mistake in caught.value.mistakes
    )
