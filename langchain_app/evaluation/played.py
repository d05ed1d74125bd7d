"""What a run of a story test played, and what it found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from langchain_app.domain.lore.lore import Knower
from langchain_app.domain.story.ledger import LedgerEntry
from langchain_app.domain.text import Language
from langchain_app.evaluation.story_files import PlacedTest


@dataclass(frozen=True, slots=True)
class PlayedTurn:
    """One turn: what was said and answered, and what was known when it was played.

    `language` is the utterance's own; `fault` is what the reply gives away or says out of character.
    """

    npc: str
    said: str
    language: Language
    answer: dict[str, Any]
    ledger: tuple[LedgerEntry, ...]
    knower: Knower
    fault: str | None = None

    @property
    def reply(self) -> str:
        """What the NPC said."""
        return str(self.answer["reply"])


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that did not hold, and whatever may explain it."""

    expectation: str
    expected: str
    got: str
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FailedTurn:
    """A turn of which something else was expected."""

    step: int
    turn: PlayedTurn
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One test, played once in one language with one model.

    `error` tells why it could not be played to its end.
    """

    placed: PlacedTest
    language: Language
    model: str
    repetition: int
    seconds: float
    replies_ms: tuple[float, ...] = ()
    failed: tuple[FailedTurn, ...] = field(default=())
    error: str = ""

    @property
    def passed(self) -> bool:
        """Whether everything came as it was expected."""
        return not self.failed and not self.error
