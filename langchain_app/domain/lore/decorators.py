"""Decorators of lorebook entries (`@@activate_only_after 4`), each with its chain of fallbacks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from langchain_app.domain.text import Frozen

PLACEMENT = frozenset(
    [
        *("depth", "role", "position", "instruct_depth", "reverse_depth", "reverse_instruct_depth"),
        *("instruct_scan_depth", "is_greeting", "is_user_icon", "disable_ui_prompt"),
    ]
)
"""Decorators of the specification that mean nothing here: a prompt of ours has one place for lore,
and no greeting, user icon or hidden prompt to choose by. As ignored ones they yield to a fallback."""

_LINE = re.compile(r"^(?P<at>@@@?)(?P<name>[A-Za-z_]+)(?:[ \t]+(?P<value>.*?))?[ \t]*$")
_SWITCHES = frozenset(
    [
        *("activate", "dont_activate", "ignore_on_max_context"),
        *("keep_activate_after_match", "dont_activate_after_match"),
    ]
)
_NUMBERS = frozenset(["activate_only_after", "activate_only_every", "scan_depth"])
_LISTS = frozenset(["additional_keys", "exclude_keys"])


class Decorators(Frozen):
    """The decorators that decide whether an entry is told."""

    activate: bool = False
    dont_activate: bool = False
    keep_activate_after_match: bool = False
    dont_activate_after_match: bool = False
    ignore_on_max_context: bool = False
    activate_only_after: int | None = None
    activate_only_every: int | None = None
    scan_depth: int | None = None
    additional_keys: tuple[str, ...] = ()
    exclude_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decorated:
    """A content with its decorators taken out; `ignored` are those that mean nothing here."""

    text: str
    decorators: Decorators
    ignored: tuple[str, ...]


def read_decorators(content: str) -> Decorated:
    """Take the decorators out of `content`. Of several with one name the first one counts."""
    kept, ignored = [], []
    found: dict[str, object] = {}
    settled = True  # whether the decorator that a fallback belongs to needs none
    for line in content.splitlines():
        match = _LINE.match(line)
        if match is None:
            kept.append(line)
            continue
        if match["at"] == "@@@" and settled:
            continue
        name = match["name"].lower()
        value = _value(name, match["value"] or "")
        settled = value is not None
        if settled:
            found.setdefault(name, value)
        else:
            ignored.append(name)
    return Decorated("\n".join(kept).strip(), Decorators.model_validate(found), tuple(ignored))


def _value(name: str, text: str) -> object:
    """Return a decorator's value, or None where the decorator is unknown or its value is not valid."""
    if name in _SWITCHES:
        return text.strip().lower() != "false"
    if name in _NUMBERS:
        number = text.strip()
        least = 1 if name == "activate_only_every" else 0
        valid = number.isascii() and number.isdigit() and len(number) < 9 and int(number) >= least
        return int(number) if valid else None
    if name in _LISTS:
        return tuple(part.strip() for part in text.split(",") if part.strip()) or None
    return None
