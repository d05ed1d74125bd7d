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
HINT = {"en": "Not yet.", "ko": "아직이에요."}
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
        (
            GOALS,
            (2, "hints"),
            [HINT | {"requires": {"unless": ["no.flag"]}}],
            "unknown flag 'no.flag'",
        ),
        (GOALS, (2, "hints"), [HINT | {"requires": {"stage": "rumour"}}], "a hint names no stage"),
        (
            QUEST,
            ("triggers", 1, "hints"),
            [HINT | {"requires": {"items": ["x"]}}],
            "unknown item 'x'",
        ),
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


WORDS = {"examples": {"en": ["I found it."], "ko": ["찾았어요."]}}


@pytest.mark.parametrize(
    ("name", "path", "value", "told"),
    [
        (QUEST, ("triggers", 0, "says", "unless"), {"en": ["for orsine"], "ko": []}, "unless"),
        (QUEST, ("triggers", 0, "says", "act"), {"en": "The player asks."}, "ko"),
        (QUEST, ("triggers", 0, "says", "act"), "The player asks.", "act"),
        (QUEST, ("triggers", 0, "says"), {"examples": {"en": ["I found it."]}}, "ko"),
        (QUEST, ("triggers", 0, "says"), {"act": {"en": "a", "ko": "b"}}, "examples"),
        (QUEST, ("triggers", 0, "confirm"), "sometimes", "'unsure', 'never' or 'always'"),
        (QUEST, ("triggers", 0, "hint"), {"en": "Not yet."}, "ko"),
        (QUEST, ("triggers", 0, "asks_back"), {"ko": "정말?"}, "en"),
        (QUEST, ("trouble",), {"en": "The bell."}, "ko"),
        (GOALS, (0, "confirm"), True, "'unsure', 'never' or 'always'"),
        (NPC, ("forbidden_triggers", 0, "act"), {"en": "The player mocks."}, "ko"),
        (NPC, ("forbidden_triggers", 0, "keywords"), {"en": [[]], "ko": []}, "at least 1 item"),
    ],
)
def test_a_mistake_in_the_words_that_a_gate_waits_for_is_told(
    world: Path, name, path, value, told
) -> None:
    file = world / name
    data = json.loads(file.read_text("utf-8"))
    put(data, path, value)
    file.write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
    with pytest.raises(WorldInvalid) as caught:
        load_world(world)
    found = [m for m in caught.value.mistakes if told in m.message]
    assert found, caught.value.mistakes
    assert found[0].file == name
    assert found[0].line > 1


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("triggers", 0, "says"), WORDS),
        (("triggers", 0, "hint"), {"en": "Not yet.", "ko": "아직이오."}),
        (("triggers", 0, "asks_back"), {"en": "Truly?", "ko": "정말이오?"}),
        (("triggers", 0, "confirm"), "always"),
        (("trouble",), {"en": "The bell is sick.", "ko": "종이 앓고 있소."}),
    ],
)
def test_what_an_author_may_write_of_a_gate_is_read(world: Path, path, value) -> None:
    file = world / QUEST
    data = json.loads(file.read_text("utf-8"))
    put(data, path, value)
    file.write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
    quest = load_world(world).quests["cracked_bell"]
    read: Any = quest.triggers[0] if path[0] == "triggers" else quest
    written = getattr(read, str(path[-1]))
    shown = written if isinstance(written, str) else written.model_dump(exclude_defaults=True)
    assert shown == value or shown == json.loads(json.dumps(value), object_hook=_tuples)


def _tuples(value: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in value.items()}


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
