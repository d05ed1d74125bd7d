"""A world, and a person in one, begun from nothing."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from langchain_app.domain.errors import ImportFailed, WorldInvalid
from langchain_app.domain.people.npc import SpeechLevel
from langchain_app.worlds.loading import load_world
from langchain_app.worlds.scaffold import Person, new_npc, new_world


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_new_world_can_be_played_as_it_stands(tmp_path: Path) -> None:
    files = new_world(tmp_path / "mill", "Millbrook", "물방앗골")
    assert set(everything(tmp_path / "mill")) == set(files)
    world = load_world(tmp_path / "mill")
    assert world.id == "millbrook"
    assert (world.manifest.name.en, world.manifest.name.ko) == ("Millbrook", "물방앗골")
    assert world.npc(world.manifest.default_npc).answers["work"].ko == "여기 주인이에요."


def test_a_new_world_is_called_as_its_folder_where_no_name_is_given(tmp_path: Path) -> None:
    new_world(tmp_path / "별빛 정거장")
    name = load_world(tmp_path / "별빛 정거장").manifest.name
    assert (name.en, name.ko) == ("Byeolbit Jeonggeojang", "별빛 정거장")


def test_a_folder_that_holds_anything_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ImportFailed):
        new_world(tmp_path)
    assert set(everything(tmp_path)) == {"notes.txt"}


@pytest.mark.parametrize("level", get_args(SpeechLevel))
def test_a_new_person_speaks_at_their_level_and_stands_where_the_host_does(
    tmp_path: Path, level: SpeechLevel
) -> None:
    new_world(tmp_path / "w")
    assert new_npc(tmp_path / "w", Person("서하늘", role_ko="파발꾼", level=level)) == [
        "npcs/seohaneul.json"
    ]
    npc = load_world(tmp_path / "w").npc("seohaneul")
    assert (npc.name.en, npc.name.ko) == ("Seohaneul", "서하늘")
    assert npc.place == "here"
    assert npc.speech_level == level
    assert len(npc.lines.ko.private) == len(npc.lines.en.private) == 3


def test_an_author_says_who_is_met_first(tmp_path: Path) -> None:
    new_world(tmp_path / "w", first=Person("Bae Okja", "배옥자", "hotteok seller", "호떡 장수"))
    world = load_world(tmp_path / "w")
    okja = world.npc(world.manifest.default_npc)
    assert okja.id == "bae_okja"
    assert set(okja.aliases.en) == {"Bae Okja", "Bae", "Okja", "the hotteok seller"}
    assert set(okja.aliases.ko) == {"배옥자", "옥자", "호떡 장수"}
    assert okja.answers["work"].ko == "여기 호떡 장수예요."


@pytest.mark.parametrize(
    ("person", "error"),
    [
        (Person("Ada"), ImportFailed),
        (Person("Berta", id="../berta"), ImportFailed),
        (Person("Berta", place="moon"), ImportFailed),
        (Person("  "), ImportFailed),
        (Person("Berta", role_ko=" "), ImportFailed),
        (Person("Berta", age=-1), WorldInvalid),
    ],
)
def test_who_cannot_be_is_refused_and_nothing_is_written(
    tmp_path: Path, person: Person, error: type[Exception]
) -> None:
    new_world(tmp_path)
    before = everything(tmp_path)
    with pytest.raises(error):
        new_npc(tmp_path, person)
    assert everything(tmp_path) == before


def test_nobody_joins_a_world_that_has_mistakes(tmp_path: Path) -> None:
    new_world(tmp_path)
    (tmp_path / "npcs/ada.json").write_text("{}")
    before = everything(tmp_path)
    with pytest.raises(WorldInvalid):
        new_npc(tmp_path, Person("Berta"))
    assert everything(tmp_path) == before
