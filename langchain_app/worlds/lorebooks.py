"""Lorebook files (`lorebook_v3`): what the specification asks for, read into what activation needs.

Unknown fields are left alone: they stay in the file and go out again with it. Our own, under
`extensions.dramatis` of the book or of an entry, are checked like every world file.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from langchain_app.domain.errors import Mistake
from langchain_app.domain.lore.decorators import Decorators, read_decorators
from langchain_app.domain.lore.lore import Gate
from langchain_app.domain.lore.lorebook import Entry, Lorebook, SelectiveLogic
from langchain_app.domain.lore.macros import curly
from langchain_app.domain.safety.guardrails import neutralise
from langchain_app.domain.story.story import START
from langchain_app.domain.text import Frozen, Language, Phrase
from langchain_app.worlds.source import Path_, SourceFile

_SPEAKER = re.compile(r"^[ \t]*\{\{(user|char)\}\}[ \t]*:", re.IGNORECASE | re.MULTILINE)

LOGIC: tuple[SelectiveLogic, ...] = ("and_any", "not_all", "not_any", "and_all")
"""SillyTavern's selectiveLogic, by its number."""


class GateExtension(Frozen):
    """`extensions.dramatis`: who may know it, from when on, in which language it is told."""

    knows: tuple[Phrase, ...] | None = Field(default=None, min_length=1)
    after: Phrase | None = None
    trust: float | None = Field(default=None, ge=-1, le=1)
    language: Language | None = None


class _Open(BaseModel):
    """Part of a format that is not ours: what is not known here is not an error."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def _mapping(value: object) -> object:
    return {} if value is None or value == [] else value  # [] is how PHP writes an empty map


def _list(value: object) -> object:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    return [] if value is None else value


Words = Annotated[tuple[str, ...], BeforeValidator(_list)]
Count = Annotated[int | None, BeforeValidator(lambda v: int(v) if isinstance(v, bool) else v)]


class _BookExtensions(_Open):
    dramatis: GateExtension = GateExtension()


class _EntryExtensions(_BookExtensions):
    selective_logic: Annotated[int | None, Field(alias="selectiveLogic", ge=0, le=3)] = None
    use_probability: Annotated[bool | None, Field(alias="useProbability")] = None
    probability: float | None = None
    scan_depth: int | None = None
    case_sensitive: bool | None = None
    match_whole_words: bool | None = None
    exclude_recursion: bool | None = None
    prevent_recursion: bool | None = None
    delay_until_recursion: Count = None
    sticky: int | None = None
    cooldown: int | None = None
    delay: int | None = None
    group: str | None = None
    group_override: bool | None = None
    group_weight: int | None = None
    use_group_scoring: bool | None = None


class _Entry(_Open):
    keys: Words = ()
    secondary_keys: Words = ()
    content: str = ""
    extensions: Annotated[_EntryExtensions, BeforeValidator(_mapping)] = _EntryExtensions()
    enabled: bool = True
    insertion_order: float | None = None
    case_sensitive: bool | None = None
    use_regex: bool | None = None
    constant: bool | None = None
    selective: bool | None = None
    priority: float | None = None
    id: int | float | str | None = None
    name: str | None = None
    comment: str | None = None


class _Book(_Open):
    name: str | None = None
    scan_depth: int | None = None
    token_budget: int | None = None
    recursive_scanning: bool | None = None
    extensions: Annotated[_BookExtensions, BeforeValidator(_mapping)] = _BookExtensions()
    entries: tuple[_Entry, ...]


class _File(_Open):
    spec: Literal["lorebook_v3"]
    data: _Book


Fault = tuple[Path_, str]


def read_lorebook(source: SourceFile, book_id: str) -> tuple[Lorebook | None, list[Mistake]]:
    """Return the book of a world's file, or its mistakes, each with its line."""
    book, faults = lorebook_of(source.json(), book_id)
    return book, [source.mistake(source.line_of(path), message) for path, message in faults]


def lorebook_of(file: Any, book_id: str) -> tuple[Lorebook | None, list[Fault]]:
    """Return the book of a `{spec, data}` object, or what is wrong with it and where."""
    try:
        data = _File.model_validate(file).data
    except ValidationError as error:
        return None, [
            (fault["loc"], f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}")
            for fault in error.errors()
        ]
    ids = _ids(data.entries)
    return Lorebook(
        id=book_id,
        name=data.name or book_id,
        scan_depth=_positive(data.scan_depth),
        token_budget=_positive(data.token_budget) or None,  # 0 is "no budget" where it is written
        recursive=bool(data.recursive_scanning),
        entries=tuple(
            _entry(entry, entry_id, data.extensions.dramatis)
            for entry, entry_id in zip(data.entries, ids, strict=True)
        ),
    ), []


def _entry(entry: _Entry, entry_id: str, book: GateExtension) -> Entry:
    extensions, own = entry.extensions, entry.extensions.dramatis
    decorated = read_decorators(entry.content)
    content = neutralise(_answers(curly(decorated.text))).text
    sure = extensions.use_probability is False or extensions.probability is None
    return Entry(
        id=entry_id,
        title=_line(entry.name or entry.comment or "") or content[:40] or entry_id,
        content=content,
        keys=_phrases(entry.keys),
        secondary_keys=_phrases(entry.secondary_keys) if entry.selective else (),
        logic=LOGIC[extensions.selective_logic or 0],
        use_regex=bool(entry.use_regex),
        case_sensitive=bool(_first(extensions.case_sensitive, entry.case_sensitive, False)),
        whole_words=bool(_first(extensions.match_whole_words, True)),
        enabled=entry.enabled,
        constant=bool(entry.constant),
        probability=100.0 if sure else float(extensions.probability or 0),
        order=float(_first(entry.insertion_order, 100.0)),
        priority=entry.priority,
        scan_depth=_positive(extensions.scan_depth),
        exclude_recursion=bool(extensions.exclude_recursion),
        prevent_recursion=bool(extensions.prevent_recursion),
        delay_until_recursion=_positive(extensions.delay_until_recursion) or 0,
        sticky=_positive(extensions.sticky) or 0,
        cooldown=_positive(extensions.cooldown) or 0,
        delay=_positive(extensions.delay) or 0,
        groups=_phrases((extensions.group or "").split(",")),
        group_override=bool(extensions.group_override),
        group_weight=_positive(_first(extensions.group_weight, 100)) or 0,
        group_scoring=bool(extensions.use_group_scoring),
        decorators=_composed(decorated.decorators),
        gate=_gate(own, book),
        language=_first(own.language, book.language),
    )


def _answers(text: str) -> str:
    """Return an exchange between {{user}} and {{char}} as the character's words alone.

    Many authors write lore as an example of talk; told again, the questions are in the way.
    """
    first, *said = _SPEAKER.split(text)
    if not {"user", "char"} <= {who.lower() for who in said[::2]}:
        return text
    words = (line for who, line in zip(said[::2], said[1::2], strict=True) if who.lower() == "char")
    return "\n".join([first, *words])


def _composed(decorators: Decorators) -> Decorators:
    """Return decorators whose keys are written as what players say is."""
    return decorators.model_copy(
        update={
            "additional_keys": _phrases(decorators.additional_keys),
            "exclude_keys": _phrases(decorators.exclude_keys),
        }
    )


def _gate(entry: GateExtension, book: GateExtension) -> Gate:
    return Gate(
        audience=_first(entry.knows, book.knows, ("public",)),
        after=_first(entry.after, book.after, START),
        trust=_first(entry.trust, book.trust, -1.0),
    )


def _ids(entries: tuple[_Entry, ...]) -> list[str]:
    """Return an id for each entry: its own where no other entry has the same."""
    own = ["" if entry.id is None else _line(str(entry.id)) for entry in entries]
    count = Counter(own)
    return [
        name if name and count[name] == 1 else f"{name or 'entry'}-{index}"
        for index, name in enumerate(own)
    ]


def _phrases(texts: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    stripped = (unicodedata.normalize("NFC", text).strip() for text in texts)
    return tuple(dict.fromkeys(text for text in stripped if text))


def _line(text: str) -> str:
    return neutralise(text).text[:120]


def _positive(number: int | None) -> int | None:
    return None if number is None else max(0, number)


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)
