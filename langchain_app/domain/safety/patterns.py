"""Regular expressions of strangers, matched in linear time.

Files that players share carry regexes, and a backtracking matcher can be made to run for hours by
one of them. This one keeps the set of places where the pattern may stand (Thompson's construction,
with the steps remembered), so a search costs at most pattern x text, and the same text always costs
the same. What needs backtracking, a backreference or a look to either side, is refused by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from langchain_app.domain.safety.pattern_syntax import Assertion, Node, PatternRefused, parse

MAX_PROGRAM = 256
"""Instructions of one pattern. Lorebooks look for words and alternatives."""
MAX_STEPS = 10_000
"""Of writing a program: repeating nothing a million times writes nothing and takes for ever."""
REMEMBERED = 1024
"""Steps kept a pattern; forgotten all at once, as RE2 does."""

START, NEWLINE, WORD, OTHER = range(4)
END: Final = ""
"""What stands after the last character."""


class Fuel:
    """What searches may still cost, in places visited; shared by the searches of one turn.

    It counts the same whether a step is remembered or not, so what matches depends on no cache. All of
    it is 100 usual regexes over usual messages, or 0.4 s of the worst that somebody could think of.
    """

    def __init__(self, left: int = 300_000) -> None:
        self.left = left


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that was found safe."""

    code: tuple[tuple[object, ...], ...]
    _steps: dict[tuple[frozenset[int], int, str], tuple[bool, frozenset[int], int]] = field(
        default_factory=dict, compare=False
    )

    def search(self, text: str, fuel: Fuel) -> bool:
        """Tell whether the pattern matches anywhere in `text`; False once the fuel is spent."""
        state, before = frozenset({0}), START
        for character in (*text, END):
            key = (state, before, character)
            step = self._steps.get(key)
            if step is None:
                if len(self._steps) >= REMEMBERED:
                    self._steps.clear()
                step = self._steps[key] = self._step(state, before, character)
            matched, state, cost = step
            fuel.left -= cost
            if fuel.left < 0:
                return False
            if matched:
                return True
            before = _kind(character)
        return False

    def _step(
        self, state: frozenset[int], before: int, character: str
    ) -> tuple[bool, frozenset[int], int]:
        """Return whether the match is complete before `character`, the places after it, the cost."""
        waiting, seen, after = list(state), set(state), {0}
        while waiting:
            at = waiting.pop()
            if at == len(self.code):
                return True, frozenset(), len(seen)
            kind, *rest = self.code[at]
            following: tuple[int, ...] = ()
            if kind == "split":
                following = tuple(rest)  # type: ignore[arg-type]  # a split holds two addresses
            elif kind == "assert":
                following = (at + 1,) if _holds(rest[0], before, character) else ()  # type: ignore[arg-type]
            elif character and rest[0].has(character):  # type: ignore[attr-defined]
                after.add(at + 1)
            waiting += [place for place in following if place not in seen]
            seen.update(following)
        return False, frozenset(after), len(seen)


@lru_cache(maxsize=2048)
def compiled(source: str, flags: str = "") -> Pattern:
    """Return the pattern of a JavaScript-style regex; raises PatternRefused, which says why.

    `\\w`, `\\d`, `\\s` and `\\b` know every script: Korean letters are word characters.
    """
    writer = _Writer()
    writer.write(parse(source, flags))
    return Pattern(tuple(writer.code))


class _Writer:
    """Writes the program of a syntax tree."""

    def __init__(self) -> None:
        self.code: list[tuple[object, ...]] = []
        self._steps = 0

    def write(self, node: Node) -> None:
        self._steps += 1
        if len(self.code) > MAX_PROGRAM or self._steps > MAX_STEPS:
            raise PatternRefused("the pattern is too large")
        match node:
            case ("set", charset):
                self.code.append(("set", charset))
            case ("assert", assertion):
                self.code.append(("assert", assertion))
            case ("all", nodes):
                for inner in nodes:
                    self.write(inner)
            case ("any", nodes):
                self._alternatives(nodes)
            case ("repeat", inner, least, most):
                self._repetition(inner, least, most)

    def _alternatives(self, nodes: tuple[Node, ...]) -> None:
        ends = []
        for inner in nodes[:-1]:
            fork = self._reserve()
            self.write(inner)
            ends.append(self._reserve())
            self.code[fork] = ("split", fork + 1, len(self.code))
        self.write(nodes[-1])
        for end in ends:
            self.code[end] = ("split", len(self.code), len(self.code))

    def _repetition(self, inner: Node, least: int, most: int | None) -> None:
        for _ in range(least):
            self.write(inner)
        forks = []
        for _ in range((most - least) if most is not None else 1):
            forks.append(self._reserve())
            self.write(inner)
        if most is None:
            self.code.append(("split", forks[0], forks[0]))
        for fork in forks:
            self.code[fork] = ("split", fork + 1, len(self.code))

    def _reserve(self) -> int:
        self.code.append(("split", 0, 0))
        return len(self.code) - 1


def _kind(character: str) -> int:
    if character == "\n":
        return NEWLINE
    return WORD if character == "_" or character.isalnum() else OTHER


def _holds(assertion: Assertion, before: int, character: str) -> bool:
    if assertion in ("start", "line_start"):
        return before == START or (assertion == "line_start" and before == NEWLINE)
    if assertion in ("end", "line_end"):
        return character == END or (assertion == "line_end" and character == "\n")
    at_edge = (before == WORD) != (character != END and _kind(character) == WORD)
    return at_edge == (assertion == "edge")
