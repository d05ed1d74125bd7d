"""A document list, read whole: every mistake with the index and the id of its document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from langchain_app.domain.errors import DocumentsInvalid
from langchain_app.worlds.cards.files import Json
from langchain_app.worlds.cards.korean import slug
from langchain_app.worlds.seed.documents import ANY, AnyDocument, Document, NpcConfig

MAX_DOCUMENTS = 2000
MAX_MISTAKES = 50
D = TypeVar("D", bound=Document)


@dataclass(frozen=True, slots=True)
class About:
    """The documents that speak of one NPC, its own before those that speak of everybody."""

    npc_id: str
    documents: tuple[Document, ...]

    def all(self, kind: type[D]) -> list[D]:
        """Return the documents of a kind, in the order of the merge rules: the exact ones first."""
        found = [one for one in self.documents if isinstance(one, kind)]
        return sorted(found, key=_breadth)

    def first(self, kind: type[D]) -> D | None:
        """Return the document that goes before others of its kind."""
        return next(iter(self.all(kind)), None)


def is_documents(found: object) -> bool:
    """Tell a list of objects with a `type`, or an object whose `documents` are one."""
    if isinstance(found, dict) and "spec" not in found:
        return isinstance(found.get("documents"), list)
    return isinstance(found, list) and any(isinstance(d, dict) and "type" in d for d in found)


def read_documents(found: object, file: str) -> list[Document]:
    """Return the documents; raises DocumentsInvalid with every mistake."""
    entries = _entries(found)
    if not entries or len(entries) > MAX_DOCUMENTS:
        raise DocumentsInvalid(file, [f"{len(entries)} documents; 1 to {MAX_DOCUMENTS} are read"])
    documents: list[Document] = []
    mistakes: list[str] = []
    for index, entry in enumerate(entries):
        try:
            documents.append(_adapter().validate_python(entry))
        except ValidationError as error:
            mistakes += (f"{_named(index, entry)}: {fault}" for fault in _faults(error))
        if len(mistakes) > MAX_MISTAKES:
            break
    mistakes += (*_twice(documents), *_same_people(documents))
    if mistakes:
        raise DocumentsInvalid(file, mistakes)
    return [_of_its_npc(document) for document in documents]


def about_each(documents: Sequence[Document]) -> list[About]:
    """Return what is said of each NPC, NPCs in the order of their first documents."""
    everybody = tuple(one for one in documents if one.npc_id is None)
    ids = dict.fromkeys(one.npc_id for one in documents if one.npc_id is not None)
    return [
        About(npc, (*(one for one in documents if one.npc_id == npc), *everybody)) for npc in ids
    ]


def of_everybody(documents: Sequence[Document], kind: type[D]) -> list[D]:
    """Return the documents of a kind that name no NPC."""
    return [one for one in documents if isinstance(one, kind) and one.npc_id is None]


def _entries(found: object) -> list[Any]:
    if isinstance(found, list):
        return found
    held: Json = found if isinstance(found, dict) else {}
    config = held.get("npc_config")
    entries = list(held.get("documents") or ())
    return [*entries, {**config, "type": "npc_config"}] if isinstance(config, dict) else entries


def _of_its_npc(document: Document) -> Document:
    """Let an npc_config speak of the NPC that its own `id` names."""
    if isinstance(document, NpcConfig) and document.npc_id is None:
        return document.model_copy(update={"npc_id": document.id})
    return document


def _breadth(document: Document) -> tuple[bool, bool, bool]:
    return document.npc_id is None, document.quest_stage == ANY, document.location == ANY


def _named(index: int, entry: object) -> str:
    found = entry.get("id") if isinstance(entry, dict) else None
    return f"document {index + 1}" + (f" ({found[:60]})" if isinstance(found, str) else "")


def _faults(error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_url=False)[:5]:
        where = ".".join(str(step)[:60] for step in fault["loc"][1:])
        yield f"{where}: {fault['msg']}" if where else fault["msg"][:300]


def _twice(documents: Sequence[Document]) -> Iterator[str]:
    seen: set[tuple[type[Document], str]] = set()
    for document in documents:
        if document.id is None:
            continue
        key = (type(document), document.id)
        if key in seen:
            yield f"the id {document.id[:60]!r} stands twice"
        seen.add(key)


def _same_people(documents: Sequence[Document]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for npc_id in dict.fromkeys(d.npc_id for d in documents if d.npc_id is not None):
        other = seen.setdefault(slug(npc_id, "npc"), npc_id)
        if other != npc_id:
            yield f"the NPCs {other[:60]!r} and {npc_id[:60]!r} would have one id here"


@lru_cache
def _adapter() -> TypeAdapter[Document]:
    return TypeAdapter(AnyDocument)
