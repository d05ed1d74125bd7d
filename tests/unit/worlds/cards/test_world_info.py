"""World Info and V3 lorebooks, in and out."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_app.domain.errors import AlreadyThere, CardInvalid, NothingToExport
from langchain_app.worlds import load_world
from langchain_app.worlds.cards.books import from_world_info, to_world_info
from langchain_app.worlds.cards.exporting import export_file
from langchain_app.worlds.cards.importing import import_files
from langchain_app.worlds.lorebooks import lorebook_of
from tests.cards import BOOK, saved, v1

ENTRY: dict[str, Any] = {
    "uid": 0,
    "key": ["종탑", "/bell\\s?tower/i"],
    "keysecondary": ["높이"],
    "comment": "종탑",
    "content": "종탑의 높이는 마흔 자다.",
    "constant": False,
    "vectorized": False,
    "selective": True,
    "selectiveLogic": 2,
    "addMemo": True,
    "order": 70,
    "position": 4,
    "disable": False,
    "excludeRecursion": True,
    "preventRecursion": False,
    "delayUntilRecursion": False,
    "probability": 80,
    "useProbability": True,
    "depth": 4,
    "group": "항구",
    "groupOverride": False,
    "groupWeight": 50,
    "scanDepth": 5,
    "caseSensitive": None,
    "matchWholeWords": None,
    "useGroupScoring": False,
    "automationId": "",
    "role": 0,
    "sticky": 4,
    "cooldown": 2,
    "delay": 0,
    "displayIndex": 0,
    "characterFilter": {"isExclude": False, "names": [], "tags": []},
}
FILE = {"entries": {"0": ENTRY, "7": {"key": ["등대"], "content": "등대."}}, "이름없는": {"a": 1}}


def imported(tmp_path: Path, file: Any, name: str = "harbour.json") -> Path:
    world = tmp_path / "world"
    import_files([saved(tmp_path, "card.json", v1()), saved(tmp_path, name, file)], world)
    return world


def test_world_info_means_here_what_it_meant_there(tmp_path) -> None:
    book = load_world(imported(tmp_path, FILE)).lorebooks["harbour"]
    entry, bare = book.entries
    assert entry.keys == ("종탑", "/bell\\s?tower/i")
    assert (entry.secondary_keys, entry.logic) == (("높이",), "not_any")
    assert (entry.order, entry.probability, entry.scan_depth) == (70, 80, 5)
    assert (entry.sticky, entry.cooldown, entry.groups) == (4, 2, ("항구",))
    assert entry.exclude_recursion
    assert (bare.id, bare.keys, bare.order, bare.enabled) == ("7", ("등대",), 100, True)


def test_world_info_comes_back_equal(tmp_path) -> None:
    world = imported(tmp_path, FILE)
    export_file("harbour", world, tmp_path / "out.json", form="world_info")
    assert json.loads((tmp_path / "out.json").read_text("utf-8")) == FILE


def test_of_a_changed_entry_only_what_changed_goes_out_changed(tmp_path) -> None:
    world = imported(tmp_path, FILE)
    path = world / "lorebooks/harbour.json"
    file = json.loads(path.read_text("utf-8"))
    file["data"]["entries"][0]["content"] = "종탑은 없다."
    file["data"]["entries"][0]["enabled"] = False
    file["data"]["entries"][0]["extensions"]["sticky"] = 9
    added = {"keys": ["새"], "content": "새 글", "extensions": {}, "enabled": True, "id": 0.5}
    file["data"]["entries"].append({**added, "insertion_order": 3, "use_regex": False})
    del file["data"]["entries"][1]
    path.write_text(json.dumps(file), "utf-8")
    export_file("harbour", world, tmp_path / "out.json", form="world_info")
    out = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert out["entries"]["0"] == {**ENTRY, "content": "종탑은 없다.", "disable": True, "sticky": 9}
    assert "7" not in out["entries"]
    assert out["이름없는"] == {"a": 1}
    (new,) = (entry for entry in out["entries"].values() if entry["key"] == ["새"])
    assert (new["order"], new["disable"], new["probability"]) == (3, False, 100)


def test_a_v3_lorebook_comes_back_equal_and_goes_out_as_world_info(tmp_path) -> None:
    file = {"spec": "lorebook_v3", "data": copy.deepcopy(BOOK), "more": [1]}
    world = imported(tmp_path, file)
    (book_id,) = load_world(world).lorebooks
    export_file(book_id, world, tmp_path / "v3.json")
    assert json.loads((tmp_path / "v3.json").read_text("utf-8")) == file
    export_file(book_id, world, tmp_path / "wi.json", form="world_info")
    entry = json.loads((tmp_path / "wi.json").read_text("utf-8"))["entries"]["1"]
    assert (entry["key"], entry["order"], entry["depth"]) == (["종탑"], 10, 4)


def test_a_book_of_a_card_alone_is_a_lorebook_too(tmp_path) -> None:
    assert load_world(imported(tmp_path, BOOK)).lorebooks


def test_what_cannot_be_exported_is_said(tmp_path, ebbhold_files) -> None:
    world = imported(tmp_path, FILE)
    for id, to, form in [
        ("nobody", "a.json", None),
        ("seohaneul", "a.gif", None),
        ("harbour", "a.png", None),
        ("harbour", "a.json", "card"),
        ("../x", "a.json", None),
    ]:
        with pytest.raises(NothingToExport):
            export_file(id, world, tmp_path / to, form=form)
    (tmp_path / "there.json").write_text("mine")
    with pytest.raises(AlreadyThere):
        export_file("harbour", world, tmp_path / "there.json")
    assert (tmp_path / "there.json").read_text() == "mine"


def test_an_entry_that_cannot_be_read_is_named(tmp_path) -> None:
    bad = {"entries": {"0": ENTRY, "1": {**ENTRY, "uid": 1, "order": "first"}}}
    with pytest.raises(CardInvalid, match=r"entries\.1\.insertion_order"):
        imported(tmp_path, bad)


_VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers())
_ENTRIES = st.dictionaries(
    st.sampled_from([*ENTRY, "extensions", "unknown", "새것"]), _VALUES, max_size=12
)


_UIDS = st.text(st.sampled_from("0123456789a"), min_size=1, max_size=3)


@given(
    st.dictionaries(_UIDS, _ENTRIES, max_size=4),
    st.dictionaries(st.sampled_from(["name", "originalData", "x"]), _VALUES, max_size=3),
)
def test_any_world_info_comes_back_equal_through_v3(entries, top) -> None:
    file = {**top, "entries": entries}
    before = copy.deepcopy(file)
    data = from_world_info(file, "book")
    lorebook_of({"spec": "lorebook_v3", "data": data}, "book")
    assert to_world_info(copy.deepcopy(data), file) == file == before


_V3_ENTRIES = st.fixed_dictionaries(
    {"keys": st.lists(st.text(max_size=3)), "content": st.text(max_size=5)},
    optional={
        "id": st.integers() | st.text(max_size=2),
        "enabled": st.booleans(),
        "extensions": st.dictionaries(st.sampled_from(["depth", "role", "x"]), st.integers()),
    },
)


@given(st.lists(_V3_ENTRIES, max_size=4))
def test_no_entry_is_lost_on_the_way_to_world_info(entries) -> None:
    out = to_world_info({"name": "b", "entries": entries})
    assert [entry["content"] for entry in out["entries"].values()] == [
        e["content"] for e in entries
    ]
