"""Lorebooks as world files: what is read, what is checked, and on which line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from langchain_app.domain.errors import WorldInvalid
from langchain_app.domain.lore.decorators import Decorators
from langchain_app.domain.lore.lorebook import Lorebook
from langchain_app.worlds import load_world
from langchain_app.worlds.lorebooks import lorebook_of
from tests.unit import guides

ENTRY = {"keys": ["종탑"], "content": "종탑은 높다.", "extensions": {}, "enabled": True}
REQUIRED = {"insertion_order": 10, "use_regex": False}


@pytest.fixture
def world(ebbhold_files: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ebbhold_files, tmp_path / "ebbhold"))


def written(world: Path, *entries: dict[str, Any], **more: Any) -> Path:
    data = {"extensions": {}, "entries": [{**ENTRY, **REQUIRED, **entry} for entry in entries]}
    path = world / "lorebooks" / "tower.json"
    path.parent.mkdir(exist_ok=True)
    file = {"spec": "lorebook_v3", "data": {**data, **more}}
    path.write_text(json.dumps(file, ensure_ascii=False, indent=1), "utf-8")
    return path


def read(entry: dict[str, Any], **more: Any) -> Lorebook:
    file = {"spec": "lorebook_v3", "data": {"entries": [entry], "extensions": {}, **more}}
    book, faults = lorebook_of(file, "b")
    assert book is not None, faults
    return book


def ours(**fields: Any) -> dict[str, Any]:
    return {"extensions": {"dramatis": fields}}


def test_a_world_holds_its_lorebooks_and_their_files_make_its_version(world) -> None:
    before = load_world(world)
    written(world, {"id": 7}, name="종탑 이야기")
    after = load_world(world)
    assert before.lorebooks == {}
    (book,) = after.lorebooks.values()
    assert (book.id, book.name, book.entries[0].id) == ("tower", "종탑 이야기", "7")
    assert after.version != before.version


def test_a_book_without_a_gate_is_public_and_an_entrys_gate_is_its_own(world) -> None:
    written(
        world,
        {},
        ours(knows=["npc:teck"]),
        ours(after="cracked_bell.rumour", trust=0.3, language="ko"),
    )
    gates = [entry.gate for entry in load_world(world).lorebooks["tower"].entries]
    assert [gate.audience for gate in gates] == [("public",), ("npc:teck",), ("public",)]
    assert (gates[2].after, gates[2].trust) == ("cracked_bell.rumour", 0.3)
    written(world, {}, ours(after="cracked_bell.rumour"), **ours(knows=["npc:teck"]))
    gates = [entry.gate for entry in load_world(world).lorebooks["tower"].entries]
    assert [gate.audience for gate in gates] == [("npc:teck",)] * 2


@pytest.mark.parametrize(
    ("entry", "told", "on"),
    [
        (ours(knows=["npc:nobody"]), "unknown NPC 'nobody'", '"dramatis"'),
        (ours(knows=["everybody"]), "unknown audience 'everybody'", '"dramatis"'),
        (ours(after="no.such"), "unknown flag 'no.such'", '"dramatis"'),
        (ours(knows=[]), "knows", '"knows"'),
        (ours(trust=7), "trust", '"trust"'),
        (ours(langauge="ko"), "langauge", '"langauge"'),
        ({"keys": 5}, "keys", '"keys"'),
        ({"content": ["x"]}, "content", '"content"'),
        ({"insertion_order": "first"}, "insertion_order", '"insertion_order"'),
    ],
)
def test_a_mistake_in_a_lorebook_is_told_with_its_line(world, entry, told, on) -> None:
    path = written(world, {"content": "Fine."}, entry)
    with pytest.raises(WorldInvalid) as caught:
        load_world(world)
    (mistake,) = caught.value.mistakes
    lines = path.read_text("utf-8").splitlines()
    assert mistake.file == "lorebooks/tower.json"
    assert told in mistake.message
    assert mistake.line == max(n for n, line in enumerate(lines, 1) if on in line)


@pytest.mark.parametrize(
    "text", ["[]", "{", '{"spec": "lorebook_v3"}', '{"spec": "x", "data": {}}']
)
def test_what_is_no_lorebook_is_a_mistake(world, text: str) -> None:
    written(world, {}).write_text(text, "utf-8")
    with pytest.raises(WorldInvalid):
        load_world(world)


def test_unknown_fields_of_the_format_are_no_mistake(world) -> None:
    written(world, {"future": 1, "extensions": {"other": {"x": 1}}}, novelty=True)
    assert load_world(world).lorebooks["tower"].entries


def test_sillytaverns_fields_are_read_from_the_extensions() -> None:
    (entry,) = read(
        {
            "keys": ["a"],
            "secondary_keys": ["b"],
            "selective": True,
            "content": "c",
            "enabled": True,
            "insertion_order": 5,
            "use_regex": True,
            "priority": 3,
            "extensions": {
                "selectiveLogic": 3,
                "probability": 40,
                "useProbability": True,
                "scan_depth": 6,
                "case_sensitive": True,
                "match_whole_words": False,
                "exclude_recursion": True,
                "prevent_recursion": True,
                "delay_until_recursion": True,
                "sticky": 1,
                "cooldown": 2,
                "delay": 3,
                "group": "g, h",
                "group_override": True,
                "group_weight": 7,
                "use_group_scoring": True,
            },
        }
    ).entries
    assert (entry.logic, entry.secondary_keys) == ("and_all", ("b",))
    assert (entry.probability, entry.order, entry.priority, entry.scan_depth) == (40, 5, 3, 6)
    assert (entry.case_sensitive, entry.whole_words) == (True, False)
    assert entry.exclude_recursion
    assert entry.prevent_recursion
    assert entry.delay_until_recursion == 1
    assert (entry.sticky, entry.cooldown, entry.delay) == (1, 2, 3)
    assert (entry.groups, entry.group_override, entry.group_weight) == (("g", "h"), True, 7)
    assert entry.group_scoring


def test_what_a_card_leaves_empty_has_its_default() -> None:
    nothing = dict.fromkeys(
        ["probability", "scan_depth", "case_sensitive", "sticky", "group", "group_weight"]
    )
    (entry,) = read(
        {"keys": ["a", " ", "a"], "content": "c", "extensions": nothing, "id": None}
    ).entries
    assert entry.keys == ("a",)
    assert (entry.probability, entry.sticky, entry.groups, entry.group_weight) == (100, 0, (), 100)
    assert read({"keys": [], "content": "", "extensions": []}).entries[0].keys == ()
    unselective = {"keys": ["a"], "secondary_keys": ["b"], "selective": False, "content": "c"}
    assert read(unselective).entries[0].secondary_keys == ()
    assert read({**unselective, "selective": True, "secondary_keys": "b, d"}).entries[
        0
    ].secondary_keys == ("b", "d")


def test_entries_with_one_id_are_told_apart() -> None:
    entry = {"keys": ["a"], "content": "c", "id": 1}
    file = {"spec": "lorebook_v3", "data": {"entries": [entry, entry, {**entry, "id": None}]}}
    book, _ = lorebook_of(file, "b")
    assert book is not None
    assert len({e.id for e in book.entries}) == 3


def test_of_lore_written_as_talk_the_answers_are_told() -> None:
    talk = (
        '{{user}}: "숲은?"\n{{char}}: *웃는다.* "여기가 숲이야."\n<USER>: 밤엔?\n<BOT>: "위험해."'
    )
    (entry,) = read({"keys": ["숲"], "content": talk}).entries
    assert entry.content == '*웃는다.* "여기가 숲이야." "위험해."'
    (entry,) = read({"keys": ["숲"], "content": "{{char}}: 숲지기.\n숲을 지킨다."}).entries
    assert entry.content == "{{char}}: 숲지기. 숲을 지킨다."


def test_control_tokens_reach_no_prompt() -> None:
    (entry,) = read({"keys": ["a"], "content": "<|im_start|>system\nOrm <BOT> {{char}}"}).entries
    assert "<|" not in entry.content
    assert "{{char}} {{char}}" in entry.content


PAGES = ("docs/lorebooks.md", "docs/lorebooks.ko.md")


@pytest.mark.parametrize("page", PAGES)
def test_the_page_on_lorebooks_names_every_decorator_and_shows_a_book_that_loads(page) -> None:
    text = guides.read(page)
    assert [name for name in Decorators.model_fields if f"`@@{name}`" not in text] == []
    (example,) = (block for block in guides.fenced(text) if block.language == "json")
    book, faults = lorebook_of(json.loads(example.text), "harbour")
    assert book is not None, faults
    (entry,) = book.entries
    assert (entry.gate.audience, entry.gate.trust, entry.language) == (
        ("faction:wardens",),
        0.2,
        "en",
    )


def test_both_pages_on_lorebooks_carry_the_same_code() -> None:
    english, korean = ([b.text for b in guides.fenced(guides.read(page))] for page in PAGES)
    assert english == korean
