"""The syntax of JavaScript-style regexes, as far as it can be matched without backtracking."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

MAX_SOURCE = 500
MAX_DEPTH = 20
MAX_REPEAT = 200

Assertion = Literal["start", "end", "line_start", "line_end", "edge", "inside"]
Node = tuple[Any, ...]
"""("set", Charset) | ("assert", Assertion) | ("all" | "any", nodes) | ("repeat", node, least, most)"""


class PatternRefused(ValueError):
    """A regex that is invalid, or that cannot be matched in linear time; the message says why."""


@dataclass(frozen=True, slots=True)
class Charset:
    """Which characters may stand at one place."""

    tests: tuple[Callable[[str], bool], ...]
    negated: bool = False
    ignore_case: bool = False

    def has(self, character: str) -> bool:
        """Tell whether `character` is one of them."""
        forms = [character]
        if self.ignore_case:
            forms += [character.lower(), character.upper()]
        return any(test(form) for test in self.tests for form in forms) != self.negated


def parse(source: str, flags: str = "") -> Node:
    """Return the syntax tree; raises PatternRefused."""
    if len(source) > MAX_SOURCE:
        raise PatternRefused(f"the pattern has {len(source)} characters; at most {MAX_SOURCE}")
    if unknown := set(flags) - set("dgimsuvy"):
        raise PatternRefused(f"unknown flag {min(unknown)!r}")
    return _Parser(source, flags).whole()


def _is(character: str) -> Callable[[str], bool]:
    return lambda c: c == character


def _word(c: str) -> bool:
    return c == "_" or c.isalnum()


_CLASSES: dict[str, Callable[[str], bool]] = {
    "d": str.isdigit,
    "w": _word,
    "s": str.isspace,
    "D": lambda c: not c.isdigit(),
    "W": lambda c: not _word(c),
    "S": lambda c: not c.isspace(),
}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
_QUANTIFIERS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}


class _Parser:
    def __init__(self, source: str, flags: str) -> None:
        self._source = source
        self._at = 0
        self._depth = 0
        self._ignore_case = "i" in flags
        self._multiline = "m" in flags
        self._dot_all = "s" in flags

    def whole(self) -> Node:
        node = self._alternatives()
        if self._at < len(self._source):
            raise PatternRefused("an unbalanced )")
        return node

    def _peek(self) -> str:
        return self._source[self._at : self._at + 1]

    def _take(self) -> str:
        if not (character := self._peek()):
            raise PatternRefused("the pattern ends too early")
        self._at += 1
        return character

    def _skip(self, text: str) -> bool:
        if self._source.startswith(text, self._at):
            self._at += len(text)
            return True
        return False

    def _alternatives(self) -> Node:
        branches = [self._sequence()]
        while self._skip("|"):
            branches.append(self._sequence())
        return branches[0] if len(branches) == 1 else ("any", tuple(branches))

    def _sequence(self) -> Node:
        nodes = []
        while self._peek() not in ("", "|", ")"):
            nodes.append(self._quantified(self._atom()))
        return ("all", tuple(nodes))

    def _atom(self) -> Node:
        character = self._take()
        if character == "(":
            return self._group()
        if character == "[":
            return self._charset()
        if character == "^":
            return ("assert", "line_start" if self._multiline else "start")
        if character == "$":
            return ("assert", "line_end" if self._multiline else "end")
        if character == ".":
            return (
                self._set((_is("\n"),), negated=True) if not self._dot_all else self._set((), True)
            )
        if character in "*+?":
            raise PatternRefused(f"nothing to repeat before {character}")
        if character == "\\":
            if self._skip("b"):
                return ("assert", "edge")
            if self._skip("B"):
                return ("assert", "inside")
            return self._set((self._escaped(),))
        return self._set((_is(character),))

    def _group(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise PatternRefused("groups are nested too deeply")
        if any(self._source.startswith(look, self._at) for look in ("?=", "?!", "?<=", "?<!")):
            raise PatternRefused("it looks ahead or behind")
        if self._skip("?<"):
            name, closed, _ = self._source[self._at :].partition(">")
            if not closed or not name.isidentifier():
                raise PatternRefused("a group's name is not closed")
            self._at += len(name) + 1
        elif self._peek() == "?" and not self._skip("?:"):
            raise PatternRefused("an unknown kind of group")
        node = self._alternatives()
        if not self._skip(")"):
            raise PatternRefused("a ( is not closed")
        self._depth -= 1
        return node

    def _quantified(self, node: Node) -> Node:
        quantifier = self._peek()
        if quantifier in ("*", "+", "?") and quantifier:
            self._at += 1
            least, most = _QUANTIFIERS[quantifier]
        elif quantifier == "{" and (counts := self._counts()) is not None:
            least, most = counts
        else:
            return node
        self._skip("?")  # lazy or greedy is the same where only a match is asked for
        if self._peek() in ("*", "+", "?") and self._peek():
            raise PatternRefused("nothing to repeat")
        return ("repeat", node, least, most)

    def _counts(self) -> tuple[int, int | None] | None:
        """Read {n}, {n,} or {n,m}; anything else in braces is text, as in JavaScript."""
        inside, closed, _ = self._source[self._at + 1 :].partition("}")
        least, comma, most = inside.partition(",")
        if not closed or not _number(least) or (most and not _number(most)):
            return None
        self._at += len(inside) + 2
        low = int(least)
        high = low if not comma else int(most) if most else None
        if max(low, high or 0) > MAX_REPEAT:
            raise PatternRefused(f"it repeats more than {MAX_REPEAT} times")
        if high is not None and high < low:
            raise PatternRefused("a repetition runs backwards")
        return low, high

    def _charset(self) -> Node:
        negated = self._skip("^")
        tests: list[Callable[[str], bool]] = []
        while not self._skip("]"):
            first = self._member()
            if (
                isinstance(first, str)
                and self._peek() == "-"
                and self._source[self._at + 1 :][:1] != "]"
            ):
                self._at += 1
                last = self._member()
                if not isinstance(last, str) or last < first:
                    raise PatternRefused("a range of characters runs backwards")
                tests.append(_between(first, last))
            else:
                tests.append(_is(first) if isinstance(first, str) else first)
        return self._set(tuple(tests), negated)

    def _member(self) -> str | Callable[[str], bool]:
        character = self._take()
        if character != "\\":
            return character
        if self._skip("b"):
            return "\b"
        before = self._at
        if self._peek() in _CLASSES or self._peek() in ("p", "P"):
            return self._escaped()
        self._at = before
        return self._literal()

    def _escaped(self) -> Callable[[str], bool]:
        if (name := self._peek()) in _CLASSES:
            self._at += 1
            return _CLASSES[name]
        if name in ("p", "P"):
            self._at += 1
            return self._property(negated=name == "P")
        return _is(self._literal())

    def _literal(self) -> str:
        """Return the character that stands after a backslash."""
        character = self._take()
        if character in "123456789k":
            raise PatternRefused("it refers back to a group")
        if character in ("x", "u"):
            return self._code_point(2 if character == "x" else 4)
        if character.isascii() and character.isalpha() and character not in _CONTROLS:
            raise PatternRefused(f"an unknown escape \\{character}")
        return _CONTROLS.get(character, character)

    def _code_point(self, digits: int) -> str:
        if digits == 4 and self._skip("{"):
            text, closed, _ = self._source[self._at :].partition("}")
            length = len(text) + len(closed)
        else:
            text = self._source[self._at : self._at + digits]
            length = digits
        self._at += length
        try:
            return chr(int(text, 16))
        except (ValueError, OverflowError):
            raise PatternRefused("a broken character code") from None

    def _property(self, *, negated: bool) -> Callable[[str], bool]:
        if not self._skip("{"):
            raise PatternRefused("a broken \\p")
        name, closed, _ = self._source[self._at :].partition("}")
        self._at += len(name) + len(closed)
        if name in ("Script=Hangul", "sc=Hangul"):
            return lambda c: unicodedata.name(c, "").startswith("HANGUL") != negated
        if len(name) not in (1, 2) or name[0] not in "LMNPSZC":
            raise PatternRefused(f"an unknown property {name[:20]!r}")
        return lambda c: unicodedata.category(c).startswith(name) != negated

    def _set(self, tests: tuple[Callable[[str], bool], ...], negated: bool = False) -> Node:
        return ("set", Charset(tests, negated, self._ignore_case))


def _between(first: str, last: str) -> Callable[[str], bool]:
    return lambda c: first <= c <= last


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6
