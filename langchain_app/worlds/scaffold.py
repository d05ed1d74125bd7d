"""The beginnings of a world, and of a person in one: small, whole, and playable at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_app.domain.errors import ImportFailed
from langchain_app.domain.people.npc import SpeechLevel
from langchain_app.worlds.cards.files import json_bytes
from langchain_app.worlds.cards.korean import in_latin, slug
from langchain_app.worlds.cards.writing import check_whole, write_whole
from langchain_app.worlds.loading import load_world

Json = dict[str, Any]

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
HERE = "here"
PLACES = f"""## place-{HERE} {{knows=public}}
### en: What this place is
This place is small and quiet.
### ko: 이곳은 어떤 곳인가
이곳은 작고 조용한 곳이다.
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Who a new NPC is, as far as a command line says; `level` is the Korean speech level."""

    name: str
    name_ko: str = ""
    role: str = "resident"
    role_ko: str = "주민"
    age: int = 30
    level: SpeechLevel = "haeyo"
    place: str | None = None
    id: str | None = None


_BE: dict[SpeechLevel, tuple[str, str]] = {
    "hapsyo": ("입니다.", "입니다."),
    "haeyo": ("이에요.", "예요."),
    "hao": ("이오.", "요."),
    "hage": ("일세.", "일세."),
    "hae": ("이야.", "야."),
}
"""What follows a noun: after a consonant, after a vowel."""
FIRST = Person("Ada", "아다", "host", "주인")
"""Who receives the first player of a new world, unless its author says who."""


def new_world(
    folder: Path, name: str | None = None, name_ko: str | None = None, first: Person = FIRST
) -> list[str]:
    """Write a world with one place and one person; return the files, the person's first.

    Raises WorldInvalid for what no world may be called, and ImportFailed where the folder holds
    anything or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ImportFailed(f"{folder} is not empty.", "Name a new folder. Nothing was written.")
    called = name or name_ko or folder.resolve().name
    npc_id = _id_of(first)
    manifest = manifest_of(called, npc_id) | {
        "name": {"en": name or in_latin(called), "ko": name_ko or called}
    }
    return _written(
        folder,
        {
            "world.json": json_bytes(manifest),
            "worldview/places.md": PLACES.encode(),
            f"npcs/{npc_id}.json": json_bytes(_npc(first, npc_id, HERE)),
        },
    )


def new_npc(folder: Path, person: Person) -> list[str]:
    """Write a person into a world, to stand where it says or where the default NPC stands; return the
    file.

    Raises WorldInvalid and ImportFailed.
    """
    world = load_world(folder)
    npc_id = _id_of(person)
    if npc_id in world.npcs or (folder / f"npcs/{npc_id}.json").exists():
        raise ImportFailed(
            f"npcs/{npc_id}.json stands there already.", "Give another --id. Nothing was written."
        )
    place = person.place or world.npc(world.manifest.default_npc).place
    if place not in world.manifest.places:
        known = ", ".join(sorted(world.manifest.places))
        raise ImportFailed(f"{world.id} has no place {place!r}.", f"Its places: {known}.")
    return _written(folder, {f"npcs/{npc_id}.json": json_bytes(_npc(person, npc_id, place))})


def manifest_of(name: str, npc_id: str) -> Json:
    """Return a plain world.json of a world with this name, in which one meets this NPC first."""
    return {
        "id": slug(name, "world"),
        "name": {"en": name, "ko": name},
        "summary": {"en": "A small, quiet place.", "ko": "작고 조용한 곳이다."},
        "now": {"en": "Nothing out of the ordinary goes on.", "ko": "별다른 일은 없다."},
        "currency": {"en": "coins", "ko": "동전"},
        "default_npc": npc_id,
        "places": {
            HERE: {
                "name": {"en": "this place", "ko": "이곳"},
                "description": {"en": "People meet here.", "ko": "사람들이 만나는 곳이다."},
            }
        },
        "factions": {},
        "actions": {},
        "policy": {
            "never": {
                "en": ["Nobody here leaves the world of the story."],
                "ko": ["이곳 사람은 이야기 속 세계를 벗어나지 않는다."],
            }
        },
    }


def _id_of(person: Person) -> str:
    if not person.name.strip():
        raise ImportFailed("A person needs a name.", "Nothing was written.")
    if not (person.role.strip() and person.role_ko.strip()):
        raise ImportFailed("A person needs a role, in both languages.", "Nothing was written.")
    npc_id = person.id or slug(person.name, "npc")
    if not ID.fullmatch(npc_id):
        raise ImportFailed(
            f"{npc_id!r} is no id.", "1 to 40 lower-case letters, digits, - and _ are one."
        )
    return npc_id


def _called(name: str) -> list[str]:
    """Return what somebody of this name is called: by all of it, by each word; a Korean name of three
    syllables by the last two, too."""
    words = name.split()
    given = [name[1:]] if re.fullmatch(r"[가-힣]{3}", name) else []
    return list(dict.fromkeys([name, *words, *given]))


def _is_a(role: str, level: SpeechLevel) -> str:
    """Return "(I) am ..." in Korean."""
    return _ends(role, _BE[level])


def _ends(noun: str, endings: tuple[str, str]) -> str:
    """Return a noun with what follows a consonant or a vowel."""
    return noun + endings[0 if (ord(noun[-1]) - 0xAC00) % 28 else 1]


def _written(folder: Path, files: dict[str, bytes]) -> list[str]:
    check_whole(folder, files)
    write_whole(folder, files)
    return sorted(files)


def _npc(person: Person, npc_id: str, place: str) -> Json:
    """Return a person with what the schema asks for; the house lends the lines."""
    name, name_ko = in_latin(person.name), person.name_ko or person.name
    role, role_ko = person.role, person.role_ko
    return {
        "id": npc_id,
        "role": role,
        "name": {"en": name, "ko": name_ko},
        "aliases": {
            "en": [*_called(name), f"the {role}"],
            "ko": [*_called(name_ko), role_ko],
        },
        "place": place,
        "age": person.age,
        "persona": {
            "en": f"{name} is the {role} here, and takes people as they come.",
            "ko": f"이곳의 {_ends(role_ko, ('이다.', '다.'))} 누가 오든 있는 그대로 대한다.",
        },
        "backstory": {
            "en": f"{name} has lived here for a long time.",
            "ko": "이곳에서 산 지 오래되었다.",
        },
        "traits": {"en": ["even-tempered"], "ko": ["차분하다"]},
        "voice": {"en": "Speaks plainly and briefly.", "ko": "짧고 꾸밈없이 말한다."},
        "speech_level": person.level,
        "speech_examples": [
            {
                "player": {"en": "Who are you?", "ko": "누구세요?"},
                "npc": {
                    "en": f"{name}. I'm the {role}.",
                    "ko": _is_a(f"{name_ko}, {role_ko}", person.level),
                },
            }
        ],
        "taboos": {
            "en": ["does not step out of the story"],
            "ko": ["이야기 밖으로 나가지 않는다"],
        },
        "answers": {
            "work": {
                "en": f"I'm the {role} here.",
                "ko": f"여기 {_is_a(role_ko, person.level)}",
            }
        },
    }
