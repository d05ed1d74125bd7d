"""What a file is: a character card of any version and wrapping, or a lorebook of any form."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from langchain_app.domain.errors import CardInvalid
from langchain_app.worlds.cards.books import is_world_info
from langchain_app.worlds.cards.charx import read_charx
from langchain_app.worlds.cards.files import Json, as_object, parse_value, read_bytes
from langchain_app.worlds.cards.png import SIGNATURE, read_card
from langchain_app.worlds.seed.reading import is_documents

_V1_FIELDS = ("description", "personality", "scenario", "first_mes", "mes_example")


@dataclass(frozen=True)
class Found:
    """A file that was read: its JSON as it stands, its picture, its assets by path."""

    file: str
    kind: Literal["card", "lorebook", "world_info", "documents"]
    json: Json
    picture: bytes | None = None
    assets: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Card:
    """A card's JSON, whatever its version; what has the wrong type counts as empty."""

    json: Json

    @property
    def version(self) -> float:
        """The specification's version: 1.0 where the card names none."""
        spec = self.json.get("spec")
        if not isinstance(spec, str):
            return 1.0
        try:
            return float(str(self.json.get("spec_version")))
        except ValueError:
            return 2.0 if spec == "chara_card_v2" else 3.0

    @property
    def data(self) -> Json:
        """The fields: under `data` since V2."""
        data = self.json.get("data")
        return data if "spec" in self.json and isinstance(data, dict) else self.json

    def text(self, name: str) -> str:
        """Return a text field."""
        value = self.data.get(name)
        return value.strip() if isinstance(value, str) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        values: Any = self.data.get(name)
        if not isinstance(values, list):
            return ()
        return tuple(v.strip() for v in values if isinstance(v, str) and v.strip())

    @property
    def book(self) -> Json | None:
        """The embedded lorebook."""
        book = self.data.get("character_book")
        return book if isinstance(book, dict) and isinstance(book.get("entries"), list) else None


def read_source(path: Path) -> Found:
    """Read a card or a lorebook; raises CardInvalid. Nothing is fetched, whatever a card names."""
    data = read_bytes(path)
    if data.startswith(SIGNATURE):
        return Found(path.name, "card", _card(read_card(data, path.name), path.name), data)
    if data.startswith(b"PK\x03\x04"):
        card, assets = read_charx(data, path.name)
        return Found(path.name, "card", _card(card, path.name), assets=assets)
    value = parse_value(data, path.name)
    if is_documents(value):
        return Found(path.name, "documents", {"documents": value})
    found = as_object(value, path.name)
    if is_world_info(found):
        return Found(path.name, "world_info", found)
    if found.get("spec") == "lorebook_v3":
        return Found(path.name, "lorebook", found)
    if "spec" not in found and isinstance(found.get("entries"), list):
        return Found(path.name, "lorebook", {"spec": "lorebook_v3", "data": found})
    return Found(path.name, "card", _card(found, path.name))


def _card(found: Json, where: str) -> Json:
    """Return `found` if it is a card; newer versions than are known are read as far as they go."""
    spec = found.get("spec")
    known = isinstance(spec, str) and spec.startswith("chara_card_v")
    if spec is None and any(name in found for name in _V1_FIELDS):
        known = True
    elif known and not isinstance(found.get("data"), dict):
        raise CardInvalid(where, "the card has no data")
    if not known:
        raise CardInvalid(where, "neither a character card nor a lorebook")
    if not Card(found).text("name"):
        raise CardInvalid(where, "the card has no name")
    return found
