"""Macros of character cards ({{char}}, {{random:a,b}}, ...), expanded the same each time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from langchain_app.domain.words import agreeing

MAX_PASSES = 5
"""How deep macros may stand in one another."""

_MACRO = re.compile(
    r"\{\{(?P<body>(?:[^{}]|\{(?!\{)|\}(?!\}))*)\}\}"
    r"(?P<honorific>\s?님(?=$|[^가-힣]|[은는이가을를과와께의도만아들]|에게|한테|으로))?"
    r"(?P<particle>(?:은\(는\)|는\(은\)|이\(가\)|가\(이\)|을\(를\)|를\(을\)|과\(와\)|와\(과\)|은|는|이|가|을|를|과|와|으로|로|아|야)"
    r"(?![가-힣]))?"
)
_BODY = re.compile(r"\s*(?P<name>//|[A-Za-z_]+)\s*:{0,2}(?P<value>.*)", re.DOTALL)
_ANGLED = re.compile(r"<(char|bot|user)>", re.IGNORECASE)
_KNOWN = frozenset(
    ("//", "char", "user", "random", "pick", "roll", "hidden_key", "comment", "reverse", "original")
)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who the macros name, and what chance is drawn from.

    `{{random:}}` and `{{roll:}}` change with `turn`, `{{pick:}}` only with `place`.
    """

    char: str
    user: str
    turn: str = ""
    place: str = ""


def curly(text: str) -> str:
    """Return `text` with <BOT> and <USER>, as the first cards wrote them, as {{char}} and {{user}}."""
    return _ANGLED.sub(lambda m: "{{user}}" if m[1].lower() == "user" else "{{char}}", text)


def expand(text: str, cast: Cast, *, scanning: bool = False) -> str:
    """Return `text` with its macros replaced; an unknown one is left out.

    While `scanning` for keys, a {{hidden_key:}} counts as text. A Korean particle behind a name takes
    the form that fits the name, and what is called 님 already is not called so twice.
    """
    count = 0

    def replaced(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        particle = match["particle"] or ""
        value, is_name = _value(match["body"], cast, count, scanning)
        if not (is_name and value.endswith("님")):
            value += match["honorific"] or ""
        return value + (agreeing(value, particle) if is_name else particle)

    text = curly(text)
    for _ in range(MAX_PASSES):
        if "{{" not in text:
            break
        text = _MACRO.sub(replaced, text)
    return text


def unknown_macros(text: str) -> tuple[str, ...]:
    """Return the names of the macros that mean nothing here, each once."""
    bodies = (_BODY.match(match["body"]) for match in _MACRO.finditer(text))
    names = (body["name"] if body else "" for body in bodies)
    return tuple(dict.fromkeys(name for name in names if name.lower() not in _KNOWN))


def draw(seed: str, sides: int) -> int:
    """Return a number from 0 to `sides` - 1, the same for the same seed."""
    return int.from_bytes(blake2b(seed.encode(), digest_size=8).digest()) % sides


def _value(body: str, cast: Cast, nth: int, scanning: bool) -> tuple[str, bool]:
    """Return what a macro stands for, and whether that is a name."""
    match = _BODY.match(body)
    if match is None:
        return "", False
    name, value = match["name"].lower(), match["value"].strip()
    if name in ("char", "user"):
        return (cast.char if name == "char" else cast.user), True
    if name in ("random", "pick"):
        options = _options(value)
        seed = cast.turn if name == "random" else cast.place
        return options[draw(f"{seed}|{nth}|{value}", len(options))], False
    if name == "roll" and (sides := re.fullmatch(r"[dD]?([1-9]\d{0,8})", value)):
        return str(1 + draw(f"{cast.turn}|{nth}|{value}", int(sides[1]))), False
    if name == "hidden_key" and scanning:
        return value, False
    return (value[::-1] if name == "reverse" else ""), False


def _options(value: str) -> Sequence[str]:
    if "::" in value:
        return [option.strip() for option in value.split("::")]
    parts = re.split(r"(?<!\\),", value)
    return [part.replace("\\,", ",").strip() for part in parts]
