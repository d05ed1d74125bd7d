"""Cards, lorebooks and document lists into a world.

Of a card come `npcs/<id>.json` (ours to edit), `cards/<id>.json` (the card as it came, for export),
its picture and assets, and `lorebooks/<id>.json`, which this NPC alone knows until an author says
otherwise.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from langchain_app.domain.errors import AlreadyThere, CardInvalid, ImportFailed
from langchain_app.domain.text import Language
from langchain_app.domain.world import World
from langchain_app.worlds.cards.books import book_of_card, from_world_info
from langchain_app.worlds.cards.character import Note, language_of, npc_of
from langchain_app.worlds.cards.files import Json, json_bytes, parse_value, read_bytes
from langchain_app.worlds.cards.korean import slug
from langchain_app.worlds.cards.notes import book_notes
from langchain_app.worlds.cards.reading import Card, Found, read_source
from langchain_app.worlds.cards.writing import check_whole, write_whole
from langchain_app.worlds.loading import load_world
from langchain_app.worlds.lorebooks import lorebook_of
from langchain_app.worlds.scaffold import HERE, ID, PLACES, manifest_of
from langchain_app.worlds.seed.mapping import mapped
from langchain_app.worlds.seed.reading import read_documents


@dataclass
class Imported:
    """What an import did: ids, files written, and what an author should know, by id."""

    npcs: list[str] = field(default_factory=list)
    lorebooks: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    notes: dict[str, list[Note]] = field(default_factory=dict)


def import_files(
    paths: Sequence[Path],
    into: Path,
    *,
    id: str | None = None,
    language: Language | None = None,
    replace: bool = False,
) -> Imported:
    """Import every file or none; a world is made where `into` does not exist.

    Raises CardInvalid, AlreadyThere, WorldInvalid (the world as it is, or as it would be) and
    ImportFailed.
    """
    if id is not None and (len(paths) != 1 or not ID.fullmatch(id)):
        raise ImportFailed(
            f"{id!r} cannot be the id of {len(paths)} files.",
            "One file, and 1 to 40 lower-case letters, digits, - and _.",
        )
    plan = _Plan(into, _world(into), language, replace)
    for found in [read_source(path) for path in paths]:
        if found.kind == "card":
            plan.add_card(found, id)
        elif found.kind == "documents":
            plan.add_documents(found, id)
        else:
            plan.add_lorebook(found, id)
    plan.make_world()
    check_whole(into, plan.files)
    write_whole(into, plan.files)
    plan.done.files = sorted(name for name, data in plan.files.items() if data is not None)
    return plan.done


def _world(into: Path) -> World | None:
    if (into / "world.json").is_file():
        return load_world(into)
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise ImportFailed(
            f"{into} is no world: it has no world.json.",
            "Name a world's folder, or one that does not exist yet.",
        )
    return None


class _Plan:
    """The files that an import would write."""

    def __init__(
        self, into: Path, world: World | None, language: Language | None, replace: bool
    ) -> None:
        self.files: dict[str, bytes | None] = {}
        self.done = Imported()
        self._into = into
        self._world = world
        self._language = language
        self._replace = replace
        self._brought: Json = {}
        self._cards = False
        self._place = world.npc(world.manifest.default_npc).place if world else HERE

    def add_card(self, found: Found, wanted: str | None) -> None:
        """Plan an NPC with all that its card brings."""
        self._cards = True
        card = Card(found.json)
        npc_id = wanted or slug(card.text("name"), "npc")
        self._claim(f"npcs/{npc_id}.json", npc_id in (self._world.npcs if self._world else ()))
        language = self._language or language_of(card)
        derived = npc_of(card, npc_id, language, self._place)
        self._put(f"npcs/{npc_id}.json", derived.npc)
        self._put(f"cards/{npc_id}.json", found.json)
        self._put(f"cards/{npc_id}.source.json", {"file": found.file, "language": language})
        self.files[f"cards/{npc_id}.png"] = found.picture
        self._add_assets(npc_id, found.assets)
        self.done.npcs.append(npc_id)
        self.done.notes[npc_id] = derived.notes
        if card.book is not None:
            self._add_book_of(card.book, npc_id)
        elif self._replace and (self._into / f"cards/{npc_id}.json").exists():
            self.files[f"lorebooks/{npc_id}.json"] = None  # the book of the card that goes

    def add_lorebook(self, found: Found, wanted: str | None) -> None:
        """Plan a lorebook of its own; who may know it is the author's to say."""
        stem = Path(found.file).stem
        if found.kind == "world_info":
            file: Json = {"spec": "lorebook_v3", "data": from_world_info(found.json, stem)}
        else:
            file = found.json
        name = file["data"].get("name") if isinstance(file.get("data"), dict) else None
        book_id = wanted or slug(name if isinstance(name, str) and name else stem, "lorebook")
        self._claim(f"lorebooks/{book_id}.json", False)
        book, faults = lorebook_of(file, book_id)
        if book is None:
            raise CardInvalid(found.file, "; ".join(message for _, message in faults[:5]))
        self._put(f"lorebooks/{book_id}.json", file)
        original = json_bytes(found.json) if found.kind == "world_info" else None
        self.files[f"cards/{book_id}.world_info.json"] = original
        self.done.lorebooks.append(book_id)
        notes = book_notes(file["data"], book)
        if all(entry.gate.audience == ("public",) for entry in book.entries):
            notes.append(Note("next", "knows", "public: everybody knows it; say who does"))
        self.done.notes.setdefault(book_id, []).extend(notes)

    def add_documents(self, found: Found, wanted: str | None) -> None:
        """Plan the NPCs, quests, items and passages of a document list."""
        if wanted is not None:
            raise ImportFailed(
                "A document list names its NPCs itself.", "Leave --id out; ids stay as they are."
            )
        documents = read_documents(found.json["documents"], found.file)
        made = mapped(documents, self._world, self._language, self._listed)
        for name, data in made.files.items():
            self._claim(name, False)
            self.files[name] = data
        origin = f"cards/{slug(Path(found.file).stem, 'documents')}.documents.json"
        self._claim(origin, False)
        self.files[origin] = json_bytes(found.json["documents"])
        self.done.npcs += made.npcs
        for about, notes in made.notes.items():
            self.done.notes.setdefault(about, []).extend(notes)
        _join(self._brought, made.manifest)

    def make_world(self) -> None:
        """Plan a minimal world where there is none."""
        if self._world is not None:
            return
        if not self.done.npcs:
            raise ImportFailed(
                "A world needs somebody to talk to.", "Import a character card with the lorebook."
            )
        manifest = manifest_of(self._into.resolve().name, self.done.npcs[0])
        if self._cards or not self._brought.get("places"):
            self.files["worldview/places.md"] = PLACES.encode()
        else:
            manifest["places"] = {}
        _join(manifest, self._brought)
        self._put("world.json", manifest)
        why = "written so that the world can be played: say what it is called and what goes on"
        self.done.notes["world"] = [Note("default", "world.json, worldview/places.md", why)]

    def _add_book_of(self, raw: Json, npc_id: str) -> None:
        data = with_gate(book_of_card(raw), npc_id)
        book, faults = lorebook_of({"spec": "lorebook_v3", "data": data}, npc_id)
        notes = self.done.notes[npc_id]
        if book is None:
            told = "; ".join(message for _, message in faults[:3])
            notes.append(Note("refused", "character_book", f"left out, kept in the card: {told}"))
            return
        self._claim(f"lorebooks/{npc_id}.json", False)
        self._put(f"lorebooks/{npc_id}.json", {"spec": "lorebook_v3", "data": data})
        self.done.lorebooks.append(npc_id)
        notes += book_notes(data, book)

    def _add_assets(self, npc_id: str, assets: dict[str, bytes]) -> None:
        folder = self._into / "assets" / npc_id
        for old in folder.rglob("*"):
            if old.is_file():
                self.files[old.relative_to(self._into).as_posix()] = None
        for name, data in assets.items():
            self.files[f"assets/{npc_id}/{name}"] = data

    def _listed(self, name: str) -> frozenset[str]:
        """Return the ids in a list of the world that is to be written over."""
        path = self._into / name
        if not self._replace or not path.is_file():
            return frozenset()
        listed = parse_value(read_bytes(path), name)
        return frozenset(str(one.get("id")) for one in listed if isinstance(one, dict))

    def _claim(self, name: str, taken: bool) -> None:
        """Refuse to write over what an author has, or what another file of this import brings."""
        if name in self.files and self.files[name] is not None:
            raise AlreadyThere(f"{name} of this very import")
        if not self._replace and (taken or (self._into / name).exists()):
            raise AlreadyThere(name)

    def _put(self, name: str, value: Json) -> None:
        self.files[name] = json_bytes(value)


def with_gate(data: Json, npc_id: str) -> Json:
    """Return a card's book that its NPC alone knows, unless it says itself who does."""
    if not isinstance(data.get("extensions"), dict) or "dramatis" in data["extensions"]:
        return data
    gated = copy.copy(data)
    gated["extensions"] = {**data["extensions"], "dramatis": {"knows": [f"npc:{npc_id}"]}}
    return gated


def _join(into: Json, more: Json) -> None:
    """Add what several files say of one manifest; of two words for the same, the first counts."""
    for name, value in more.items():
        if isinstance(value, dict):
            _join(into.setdefault(name, {}), value)
        elif isinstance(value, list):
            into[name] = list(dict.fromkeys([*into.get(name, []), *value]))
        else:
            into.setdefault(name, value)
