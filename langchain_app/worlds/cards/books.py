"""Lorebooks in their forms: V3, the books inside of cards, and SillyTavern's World Info.

A world keeps V3. What World Info says more stands under `extensions`: SillyTavern's own fields in
snake_case, as its cards have them, and what nobody knows under `extensions.world_info`.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from langchain_app.worlds.cards.files import Json

UNKNOWN = "world_info"

_MISSING: Any = object()
_SAME: Callable[[Any], Any] = lambda value: value  # noqa: E731  an entry of the table below


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of World Info, where V3 has it, and how the value is turned."""

    name: str
    path: tuple[str, ...]
    default: Any
    turned: Callable[[Any], Any] = _SAME  # its own inverse


def _negated(value: Any) -> Any:
    return not value if isinstance(value, bool) else value


_FIELDS = (
    _Field("uid", ("id",), 0),
    _Field("key", ("keys",), []),
    _Field("keysecondary", ("secondary_keys",), []),
    _Field("comment", ("comment",), ""),
    _Field("content", ("content",), ""),
    _Field("constant", ("constant",), False),
    _Field("selective", ("selective",), True),
    _Field("order", ("insertion_order",), 100),
    _Field("disable", ("enabled",), False, _negated),
    _Field("position", ("extensions", "position"), 0),
    _Field("selectiveLogic", ("extensions", "selectiveLogic"), 0),
    _Field("useProbability", ("extensions", "useProbability"), True),
    *(
        _Field(name, ("extensions", snake), default)
        for name, snake, default in (
            ("vectorized", "vectorized", False),
            ("excludeRecursion", "exclude_recursion", False),
            ("preventRecursion", "prevent_recursion", False),
            ("delayUntilRecursion", "delay_until_recursion", False),
            ("probability", "probability", 100),
            ("depth", "depth", 4),
            ("group", "group", ""),
            ("groupOverride", "group_override", False),
            ("groupWeight", "group_weight", 100),
            ("scanDepth", "scan_depth", None),
            ("caseSensitive", "case_sensitive", None),
            ("matchWholeWords", "match_whole_words", None),
            ("useGroupScoring", "use_group_scoring", None),
            ("automationId", "automation_id", ""),
            ("role", "role", None),
            ("sticky", "sticky", 0),
            ("cooldown", "cooldown", 0),
            ("delay", "delay", 0),
            ("displayIndex", "display_index", 0),
        )
    ),
)
_NAMES = frozenset(field.name for field in _FIELDS)


def book_of_card(book: Json) -> Json:
    """Return a card's `character_book` as V3 data: what V3 requires and V2 has not is added."""
    data = copy.deepcopy(book)
    data.setdefault("extensions", {})
    data.setdefault("entries", [])
    entries = data["entries"]
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict):
            entry.setdefault("use_regex", False)
            entry.setdefault("extensions", {})
    return data


def is_world_info(file: Json) -> bool:
    """Tell World Info: a map of entries, each with a `key`."""
    entries = file.get("entries")
    if "spec" in file or not isinstance(entries, dict):
        return False
    return all(isinstance(entry, dict) for entry in entries.values())


def from_world_info(file: Json, name: str) -> Json:
    """Return World Info as V3 data."""
    unknown = {key: value for key, value in file.items() if key not in ("entries", "name")}
    return {
        "name": file.get("name") or name,
        "extensions": {UNKNOWN: copy.deepcopy(unknown)} if unknown else {},
        "entries": [
            _entry_from({"uid": int(uid) if _is_number(uid) else uid, **entry})
            for uid, entry in file["entries"].items()
        ],
    }


def to_world_info(data: Json, original: Json | None = None) -> Json:
    """Return V3 data as World Info.

    With the `original` that the book was imported from, an entry that says what it said then is given
    back word for word, and of a changed one only what was changed.
    """
    first = {} if original is None else from_world_info(original, "")
    keys = dict(zip(_ids(first), original["entries"], strict=True)) if original else {}
    before = dict(zip(_ids(first), first.get("entries", ()), strict=True))
    entries: Json = {}
    for index, (entry_id, entry) in enumerate(zip(_ids(data), data["entries"], strict=True)):
        if original is not None and entry_id in keys:
            key = keys[entry_id]
            entries[key] = _changed(original["entries"][key], before[entry_id], entry)
        else:
            entries[_free(str(entry.get("id", index)), {*entries, *keys.values()})] = _entry_to(
                entry, index
            )
    if original is None:
        unknown = _mapping(_mapping(data.get("extensions")).get(UNKNOWN))
        return {"name": data.get("name", ""), **copy.deepcopy(unknown), "entries": entries}
    top = {**copy.deepcopy(original), "entries": entries}
    if original.get("name") and data.get("name") != original["name"]:
        top["name"] = data.get("name")
    return top


def _entry_from(entry: Json) -> Json:
    found: Json = {"keys": [], "content": "", "extensions": {}, "enabled": True}
    found |= {"insertion_order": 100, "use_regex": False, "selective": True}
    for field in _FIELDS:
        if field.name in entry:
            _put(found, field.path, field.turned(copy.deepcopy(entry[field.name])))
    if (place := found["extensions"].get("position")) in (0, 1):
        found["position"] = "after_char" if place else "before_char"
    if own := _mapping(entry.get("extensions")):
        found["extensions"] |= copy.deepcopy(own)
    unknown = {k: v for k, v in entry.items() if k not in _NAMES and (k != "extensions" or not own)}
    if unknown:
        found["extensions"][UNKNOWN] = copy.deepcopy(unknown)
    return found


def _entry_to(entry: Json, index: int) -> Json:
    found: Json = {}
    for field in _FIELDS:
        value = _get(entry, field.path)
        found[field.name] = field.default if value is _MISSING else field.turned(value)
    found["uid"] = entry.get("id", index)
    if _get(entry, ("extensions", "position")) is _MISSING:
        found["position"] = int(entry.get("position") == "after_char")
    if found["caseSensitive"] is None:
        found["caseSensitive"] = entry.get("case_sensitive")
    unknown = _mapping(_mapping(entry.get("extensions")).get(UNKNOWN))
    return copy.deepcopy({**found, **unknown})


def _changed(original: Json, before: Json, now: Json) -> Json:
    found = copy.deepcopy(original)
    for field in _FIELDS:
        value = _get(now, field.path)
        if value != _get(before, field.path) and field.name != "uid":
            if value is _MISSING:
                found.pop(field.name, None)
            else:
                found[field.name] = field.turned(copy.deepcopy(value))
    return found


def _ids(data: Json) -> list[tuple[str, int]]:
    """Return what tells the entries apart: the id, and how often it stood before."""
    seen: Counter[str] = Counter()
    found = []
    for entry in data.get("entries", ()):
        name = json.dumps(entry.get("id"))
        found.append((name, seen[name]))
        seen[name] += 1
    return found


def _is_number(uid: str) -> bool:
    return uid.isascii() and uid.isdigit() and len(uid) < 16 and str(int(uid)) == uid


def _free(key: str, taken: set[str]) -> str:
    while key in taken:
        key += "-2"
    return key


def _mapping(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _get(entry: Json, path: tuple[str, ...]) -> Any:
    value: Any = entry
    for step in path:
        if not isinstance(value, dict) or step not in value:
            return _MISSING
        value = value[step]
    return value


def _put(entry: Json, path: tuple[str, ...], value: Any) -> None:
    for step in path[:-1]:
        entry = entry[step]
    entry[path[-1]] = value
