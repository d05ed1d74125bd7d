"""Cards and lorebooks out of a world: what came in goes out, with what an author changed meanwhile."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from langchain_app.domain.errors import AlreadyThere, ExportFailed, NothingToExport
from langchain_app.domain.lore.decorators import read_decorators
from langchain_app.domain.people.npc import Npc
from langchain_app.domain.text import Language
from langchain_app.domain.world import World
from langchain_app.worlds.cards.books import book_of_card, to_world_info
from langchain_app.worlds.cards.character import npc_of
from langchain_app.worlds.cards.charx import write_charx
from langchain_app.worlds.cards.files import Json, json_bytes, parse_json, read_bytes
from langchain_app.worlds.cards.importing import with_gate
from langchain_app.worlds.cards.png import SIGNATURE, blank_picture, write_card
from langchain_app.worlds.cards.reading import Card
from langchain_app.worlds.loading import load_world
from langchain_app.worlds.lorebooks import lorebook_of

Form = Literal["card", "lorebook", "world_info"]
PICTURE = "assets/icon/image/main.png"
"""Where a CHARX gets the picture that its card came in."""


def export_file(
    id: str,
    folder: Path,
    to: Path,
    *,
    form: Form | None = None,
    language: Language = "ko",
    replace: bool = False,
) -> Form:
    """Write the card of an NPC, or a lorebook, to a file; return what it was written as.

    `language` is that of a card for an NPC that came from none. Raises NothingToExport, AlreadyThere,
    WorldInvalid, CardInvalid and ExportFailed.
    """
    world = load_world(folder)
    if form is None:
        form = "card" if id in world.npcs else "lorebook"
    if to.exists() and not replace:
        raise AlreadyThere(str(to))
    if form == "card":
        data = _card_file(id, world, folder, to.suffix.lower(), language)
    elif to.suffix.lower() != ".json":
        raise NothingToExport(f"A lorebook is no {to.suffix} file.", "Name a .json file.")
    else:
        data = json_bytes(_lorebook(id, world, folder, form))
    part = to.with_name(f"{to.name}.part")
    try:
        part.write_bytes(data)
        part.replace(to)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ExportFailed(
            f"{to} cannot be written: {error.strerror or error}",
            "Name a file in a folder that is there and that you may write to.",
        ) from None
    return form


def _card_file(id: str, world: World, folder: Path, suffix: str, language: Language) -> bytes:
    if id not in world.npcs:
        known = ", ".join(world.npcs)
        raise NothingToExport(f"There is no NPC {id[:64]!r} in this world.", f"Known: {known}.")
    card = _card(world.npcs[id], folder, language)
    assets = dict(_assets(folder / "assets" / id))
    picture = folder / "cards" / f"{id}.png"
    if suffix == ".json":
        return json_bytes(card)
    if suffix == ".png":
        icons = (data for name, data in sorted(assets.items()) if name.startswith("assets/icon/"))
        found = next((data for data in icons if data.startswith(SIGNATURE)), blank_picture())
        found = read_bytes(picture) if picture.is_file() else found
        return write_card(found, _by_keyword(card), picture.name)
    if suffix == ".charx":
        if picture.is_file():
            assets.setdefault(PICTURE, read_bytes(picture))
        return write_charx(as_v3(card), assets)
    raise NothingToExport(
        f"A card is no {suffix or 'nameless'} file.", "Use .json, .png or .charx."
    )


def as_v3(card: Json) -> Json:
    """Return a card as V3: what V3 requires and the card has not is empty."""
    if Card(card).version >= 3:
        return card
    data = copy.deepcopy(Card(card).data)
    for name in ("name", "description", "personality", "scenario", "first_mes", "mes_example",
                 "creator", "character_version", "creator_notes", "system_prompt",
                 "post_history_instructions"):  # fmt: skip
        data.setdefault(name, "")
    for name in ("tags", "alternate_greetings", "group_only_greetings"):
        data.setdefault(name, [])
    data.setdefault("extensions", {})
    if isinstance(data.get("character_book"), dict):
        data["character_book"] = book_of_card(data["character_book"])
    return {"spec": "chara_card_v3", "spec_version": "3.0", "data": data}


def _by_keyword(card: Json) -> dict[str, Json]:
    """Return what a picture carries: a V3 card with its backfill, or an older card alone.

    A `ccv3` made of an older card would be read in its place and be another card.
    """
    if Card(card).version < 3:
        return {"chara": card}
    older = {**copy.deepcopy(card), "spec": "chara_card_v2", "spec_version": "2.0"}
    for entry in (Card(older).book or {}).get("entries", ()):
        if isinstance(entry, dict) and "@@" in str(entry.get("content")):
            entry["content"] = read_decorators(str(entry["content"])).text  # V2 knows no decorators
    return {"ccv3": card, "chara": older}


def _card(npc: Npc, folder: Path, language: Language) -> Json:
    path = folder / "cards" / f"{npc.id}.json"
    if "/" in npc.id or not path.is_file():
        empty: Json = {"spec": "chara_card_v2", "data": {"name": npc.name[language]}}
        return as_v3(_with_book(_changed(empty, npc, {}, language), npc.id, folder))
    card = parse_json(read_bytes(path), path.name)
    source = folder / "cards" / f"{npc.id}.source.json"
    if source.is_file():
        named = parse_json(read_bytes(source), source.name).get("language")
        language = "en" if named == "en" else "ko"
    before = _said(
        Npc.model_validate(npc_of(Card(card), npc.id, language, npc.place).npc), language
    )
    return _with_book(_changed(card, npc, before, language), npc.id, folder)


def _said(npc: Npc, language: Language) -> dict[str, Any]:
    """Return what an NPC's author may change that a card has a field for."""
    greetings = npc.lines[language].greeting["neutral"]
    return {
        "name": npc.name[language],
        "description": npc.persona[language],
        "personality": ", ".join(npc.traits[language]),
        "scenario": npc.backstory[language],
        "first_mes": greetings[0],
        "alternate_greetings": list(greetings[1:]),
        "mes_example": "\n".join(
            f"<START>\n{{{{user}}}}: {e.player[language]}\n{{{{char}}}}: {e.npc[language]}"
            for e in npc.speech_examples
        ),
    }


def _changed(card: Json, npc: Npc, before: Mapping[str, Any], language: Language) -> Json:
    """Return the card with what the NPC says otherwise than `before`."""
    changes = {k: v for k, v in _said(npc, language).items() if before.get(k) != v}
    if not changes:
        return card
    changed = copy.deepcopy(card)
    data = Card(changed).data
    if "description" in changes and not Card(card).text("description") and data.get("personality"):
        changes["personality"] = changes.pop("description")  # the persona came from there
    if "personality" in changes and Card(card).text("description"):
        tags = Card(card).texts("tags")  # traits too, and they stay what they are
        changes["personality"] = ", ".join(t for t in npc.traits[language] if t not in tags)
    for name, value in changes.items():
        if data is not changed and name in changed and changed[name] == data.get(name):
            changed[name] = copy.deepcopy(value)  # V2 cards repeat V1's fields outside of data
        data[name] = value
    return changed


def _with_book(card: Json, npc_id: str, folder: Path) -> Json:
    """Return the card with the lorebook as the world has it now."""
    raw, path = Card(card).book, folder / "lorebooks" / f"{npc_id}.json"
    before = None if raw is None else with_gate(book_of_card(raw), npc_id)
    if before and lorebook_of({"spec": "lorebook_v3", "data": before}, npc_id)[0] is None:
        return card  # it could not be read, and never became a book of the world
    now = parse_json(read_bytes(path), path.name)["data"] if path.is_file() else None
    if now == before:
        return card
    changed = copy.deepcopy(card)
    if now is None:
        del Card(changed).data["character_book"]
    else:
        Card(changed).data["character_book"] = _without_gate(now)
    return changed


def _without_gate(data: Json) -> Json:
    """Return a book without our gates, which name NPCs of this world."""
    found = copy.deepcopy(data)
    for part in (found, *found["entries"]):
        if isinstance(part.get("extensions"), dict):
            part["extensions"].pop("dramatis", None)
    return found


def _lorebook(id: str, world: World, folder: Path, form: Form) -> Json:
    if id not in world.lorebooks:
        known = ", ".join(dict.fromkeys([*world.npcs, *world.lorebooks]))
        raise NothingToExport(
            f"There is nothing called {id[:64]!r} in this world.", f"Known: {known}."
        )
    path = folder / "lorebooks" / f"{id}.json"
    file = parse_json(read_bytes(path), path.name)
    if form == "lorebook":
        return file
    came = folder / "cards" / f"{id}.world_info.json"
    original = parse_json(read_bytes(came), came.name) if came.is_file() else None
    return to_world_info(file["data"], original)


def _assets(folder: Path) -> Mapping[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): read_bytes(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }
