"""What was imported goes out again as it came in, whatever it is wrapped in."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from langchain_app.worlds import load_world
from langchain_app.worlds.cards.exporting import as_v3, export_file
from langchain_app.worlds.cards.importing import import_files
from langchain_app.worlds.cards.png import blank_picture, read_card, write_card
from langchain_app.worlds.cards.reading import read_source
from tests.cards import BOOK, charx, png, saved, text_chunk, v1, v2, v3

CARDS = {"v1": v1(), "v2": v2(), "v2-book": v2(character_book=BOOK), "v3": v3()}


def through(card: Any, folder: Path, *steps: str) -> Any:
    """Import and export a card through each wrapping in turn; return its JSON at the end."""
    path = saved(folder, "card.json", card)
    for number, step in enumerate(steps):
        world = folder / f"world{number}"
        (npc,) = import_files([path], world).npcs
        path = folder / f"out{number}.{step}"
        export_file(npc, world, path)
    return read_source(path).json


@pytest.mark.parametrize("name", CARDS)
@pytest.mark.parametrize("steps", [("json",), ("png",), ("png", "json"), ("png", "png", "json")])
def test_a_card_comes_back_equal(name: str, steps: tuple[str, ...], tmp_path: Path) -> None:
    assert through(CARDS[name], tmp_path, *steps) == CARDS[name]


@pytest.mark.parametrize("steps", [("charx",), ("charx", "png", "json"), ("png", "charx", "json")])
def test_a_v3_card_comes_back_equal_from_an_archive(steps, tmp_path: Path) -> None:
    assert through(v3(), tmp_path, *steps) == v3()


def test_an_older_card_becomes_v3_in_an_archive_and_loses_nothing(tmp_path: Path) -> None:
    card = through(v2(character_book=BOOK), tmp_path, "charx")
    assert card == as_v3(v2(character_book=BOOK))
    assert {name: card["data"][name] for name in v2()["data"]} == v2()["data"]


def test_a_picture_holds_both_versions_and_keeps_its_other_chunks(tmp_path: Path) -> None:
    other = text_chunk("Comment", {"남": 1})
    picture = saved(tmp_path, "card.png", png(other, text_chunk("chara", v3()), animated=True))
    import_files([picture], tmp_path / "world")
    export_file("seohaneul", tmp_path / "world", tmp_path / "out.png")
    data = (tmp_path / "out.png").read_bytes()
    assert other in data
    assert b"acTL" in data
    assert data.count(b"tEXtchara\0") == data.count(b"tEXtccv3\0") == 1
    older = json.loads(json.dumps(v3()))
    older |= {"spec": "chara_card_v2", "spec_version": "2.0"}
    without_v3 = data.replace(b"tEXtccv3\0", b"tEXtnone\0")
    with pytest.raises(Exception, match="damaged"):
        read_card(without_v3, "x")  # the chunk's checksum covers its name
    assert read_card(write_card(png(), {"chara": older}, "x"), "x") == older


@pytest.mark.parametrize("kind", ["tEXt", "zTXt", "iTXt"])
@pytest.mark.parametrize("keyword", ["chara", "ccv3", "CCV3"])
def test_a_card_is_found_in_every_kind_of_text(kind: str, keyword: str) -> None:
    assert read_card(png(text_chunk(keyword, v3(), kind)), "x") == v3()


def test_ccv3_is_read_before_chara() -> None:
    both = png(text_chunk("chara", v2()), text_chunk("ccv3", v3()))
    assert read_card(both, "x") == v3()


def test_assets_and_unknown_files_of_an_archive_come_back(tmp_path: Path) -> None:
    assets = {
        "assets/icon/image/main.png": blank_picture(),
        "assets/emotion/image/기쁨.png": b"\x89PNG...",
        "module.risum": b"\0\1\2",
    }
    path = saved(tmp_path, "card.charx", charx(v3(), assets))
    import_files([path], tmp_path / "world")
    assert (tmp_path / "world/assets/seohaneul/module.risum").read_bytes() == b"\0\1\2"
    export_file("seohaneul", tmp_path / "world", tmp_path / "out.charx")
    again = read_source(tmp_path / "out.charx")
    assert again.assets == assets
    assert again.json == v3()
    export_file("seohaneul", tmp_path / "world", tmp_path / "out.png")
    assert read_source(tmp_path / "out.png").json == v3()
    with ZipFile(tmp_path / "out.charx") as archive:
        assert archive.namelist()[0] == "card.json"


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=8), inner, max_size=3
        )
    ),
    max_leaves=8,
)
_UNKNOWN = st.dictionaries(
    st.text(st.sampled_from("xyz가나_"), min_size=3, max_size=6), _VALUES, max_size=3
)
_KOREAN = st.text(st.sampled_from("가나다라 종탑은{}<>|\n\"'*.,!?aB\ud800\0"), max_size=40)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_UNKNOWN, _UNKNOWN, _UNKNOWN, _KOREAN, _KOREAN, st.sampled_from(["json", "png", "charx"]))
def test_whatever_a_card_says_more_comes_back(
    extensions, unknown, top, said, persona, step
) -> None:
    more = {**unknown, "extensions": extensions, "first_mes": said, "description": persona}
    card = {**v3(**more), **{f"x_{k}": v for k, v in top.items()}}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "card.json"
        path.write_text(json.dumps(card), "ascii")
        (npc,) = import_files([path], Path(folder) / "world").npcs
        out = Path(folder) / f"out.{step}"
        export_file(npc, Path(folder) / "world", out)
        assert read_source(out).json == card


# What an author changed


def edited(world: Path, name: str, change: Any) -> None:
    path = world / name
    data = json.loads(path.read_text("utf-8"))
    change(data)
    path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")


def test_an_export_carries_what_the_author_changed_and_nothing_else(tmp_path: Path) -> None:
    card = {**v2(), "name": "서하늘", "first_mes": "other"}
    world = tmp_path / "world"
    import_files([saved(tmp_path, "card.json", card)], world)

    def change(npc: Any) -> None:
        npc["name"]["ko"] = "서바다"
        npc["persona"]["ko"] = "서바다는 새 종지기다."
        npc["lines"]["ko"]["greeting"]["neutral"] = ["왔어?", "앉아."]
        npc["traits"]["ko"] = ["다정함", *npc["traits"]["ko"]]

    edited(world, "npcs/seohaneul.json", change)
    export_file("seohaneul", world, tmp_path / "out.json")
    wanted = copy.deepcopy(card)
    wanted["name"] = "서바다"
    wanted["data"] |= {
        "name": "서바다",
        "description": "서바다는 새 종지기다.",
        "first_mes": "왔어?",
        "alternate_greetings": ["앉아."],
        "personality": "다정함, 무뚝뚝함, 꼼꼼함",
    }
    assert read_source(tmp_path / "out.json").json == wanted


def test_a_persona_that_came_from_the_personality_goes_back_there(tmp_path: Path) -> None:
    world = tmp_path / "world"
    import_files([saved(tmp_path, "card.json", v1(description=""))], world)
    edited(world, "npcs/seohaneul.json", lambda npc: npc["persona"].update(ko="새 성격"))
    export_file("seohaneul", world, tmp_path / "out.json")
    card = read_source(tmp_path / "out.json").json
    assert card == v1(description="", personality="새 성격")


def test_an_edited_lorebook_goes_out_with_the_card_and_without_our_gates(tmp_path: Path) -> None:
    world = tmp_path / "world"
    import_files([saved(tmp_path, "card.json", v3())], world)
    edited(
        world,
        "lorebooks/seohaneul.json",
        lambda book: book["data"]["entries"][0].update(content="종탑은 무너졌다."),
    )
    export_file("seohaneul", world, tmp_path / "out.json")
    wanted = v3(character_book=copy.deepcopy(BOOK))
    wanted["data"]["character_book"]["entries"][0]["content"] = "종탑은 무너졌다."
    assert read_source(tmp_path / "out.json").json == wanted
    (world / "lorebooks/seohaneul.json").unlink()
    export_file("seohaneul", world, tmp_path / "none.json")
    assert "character_book" not in read_source(tmp_path / "none.json").json["data"]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_npc_that_came_from_no_card_goes_out_as_one(ebbhold_files, tmp_path, language) -> None:
    export_file("maren", ebbhold_files, tmp_path / "maren.png", language=language)
    card = read_source(tmp_path / "maren.png").json
    npc = load_world(ebbhold_files).npcs["maren"]
    assert card["spec"] == "chara_card_v3"
    assert card["data"]["description"] == npc.persona[language]
    done = import_files([tmp_path / "maren.png"], tmp_path / "world", id="maren")
    again = load_world(tmp_path / "world").npcs["maren"]
    assert done.npcs == ["maren"]
    assert again.persona[language] == npc.persona[language]
    assert again.lines[language].greeting["neutral"] == npc.lines[language].greeting["neutral"]
