"""What the turn needs from outside, as the nodes see it. Adapters stand in their own rooms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from langchain_app.domain.lore.lore import Findings, Knower
from langchain_app.domain.memory.chronicle import EventReport, StoryEvent, TimeWindow, Witness
from langchain_app.domain.memory.facts import Asked, Told
from langchain_app.domain.memory.memory import Recollection
from langchain_app.domain.memory.reflection import Reflected, Remembered
from langchain_app.domain.memory.rumour import ChronicleEntry
from langchain_app.domain.story.reading import Reading
from langchain_app.domain.text import Language, LocalText
from langchain_app.domain.turn import (
    Exchange,
    Scene,
    StateQuestion,
    TurnRecord,
    TurnRequest,
    Utterance,
)
from langchain_app.domain.understanding.tone import Sentiment
from langchain_app.domain.understanding.understanding import ToRead, Understood
from langchain_app.domain.world import World

Vector = Sequence[float]


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A turn that was committed, as it was answered."""

    turn_id: str
    message: str
    npc_id: str
    player_id: str
    session_id: str
    answer: dict[str, Any]


class Timelines(Protocol):
    """The system of record: sessions, timelines, turns."""

    async def find_turn(self, turn_id: str) -> StoredTurn | None:
        """Return the turn that was answered under this id."""

    async def load_scene(self, request: TurnRequest, world: World) -> Scene:
        """Read the scene in one round trip, opening a session where none was named.

        Raises UnknownNpc, UnknownSession, SessionOfAnotherPlayer, DatabaseUnavailable.
        """

    async def reload(self, scene: Scene) -> Scene:
        """Read story, relationship and position of the scene's timeline again."""

    async def commit(self, record: TurnRecord, answer: dict[str, Any]) -> StoredTurn | None:
        """Commit a turn whole: turn, ledger, state, memory, outbox.

        Returns the stored turn when this turn_id was already committed, else None.
        Raises TimelineMoved when another turn was settled since the scene was read, and
        DatabaseUnavailable.
        """


class MemoryBook(Protocol):
    """What NPCs remember."""

    async def recall(
        self, scene: Scene, utterance: Utterance, vector: Vector, asked: Asked
    ) -> tuple[Recollection, ...]:
        """Return what this utterance brings to the NPC's mind about this player, best first."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose story an event belongs to: a session's, or a player's as it stands now."""

    session_id: str | None = None
    player_id: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it stands in the chronicle."""

    event_id: str
    witnesses: tuple[Witness, ...]
    game_time: float


class Chronicle(Protocol):
    """What happened in the story, and who knows of it."""

    async def record(self, report: EventReport, whose: Whose, vector: Vector) -> Recorded:
        """Write an event down, once, with everybody who notices it and ever will be told of it.

        A repeat returns what the first report did. Raises UnknownSession, SessionOfAnotherPlayer,
        UnknownNpc, UnknownPlace, UnknownTurn, EventInvalid, EventFromTheFuture, EventIdReused and
        DatabaseUnavailable.
        """

    def entry(self, event: StoryEvent) -> ChronicleEntry:
        """Return the event with everybody who ever knows of it; writes nothing."""

    async def recall(
        self, scene: Scene, utterance: Utterance, vector: Vector
    ) -> tuple[Recollection, ...]:
        """Return the events that this utterance brings to the NPC's mind, best first."""

    async def just_happened(self, scene: Scene, language: Language) -> tuple[Recollection, ...]:
        """Return what the NPC noticed since the last turn, the newest first, whatever is said."""

    async def retrieve(
        self, scene: Scene, window: TimeWindow | None, query: Utterance, vector: Vector, limit: int
    ) -> tuple[Recollection, ...]:
        """Return what the scene's NPC knows to have happened in `window`, by meaning, best first."""


class FactReader(Protocol):
    """Who reads facts out of an utterance with more than patterns, off the turn's path."""

    async def read(self, utterance: Utterance) -> tuple[Told, ...]:
        """Return what the player tells of themselves and theirs."""


class Reflector(Protocol):
    """Who makes something of many exchanges."""

    async def reflect(
        self, remembered: Sequence[Remembered], language: Language
    ) -> Sequence[Reflected]:
        """Return thoughts; none where nothing stands out."""


class Afterthoughts(Protocol):
    """What may be added to a settled turn. Everything here may be repeated."""

    async def learn(self, turn_id: str, told: Sequence[Told]) -> None:
        """Add facts to the turn that told them."""

    async def due(self, scene: Scene, utterance: Utterance) -> list[Remembered]:
        """Return what is to be reflected upon, if it is time."""

    async def keep(self, turn_id: str, thoughts: Sequence[Reflected]) -> None:
        """Keep reflections upon everything up to a turn."""


class StateReader(Protocol):
    """Who judges what an utterance means for the story: state heads, or a chat model with a schema."""

    @property
    def seconds(self) -> float:
        """How long a turn waits for it."""

    async def read(self, question: StateQuestion) -> Reading | None:
        """Return what the utterance proposes; None where nothing was read.

        Raises ChatModelFailed.
        """


class LoreRetriever(Protocol):
    """Where lore is found."""

    async def search(
        self, utterance: Utterance, scene: Scene, vector: Vector, *, alone: bool = True
    ) -> Findings:
        """Return the visible passages that answer; none when nothing is good enough.

        An utterance that does not stand `alone` is about what was talked about before.
        """

    async def leak(self, reply: str, language: Language, knower: Knower, said: str) -> str | None:
        """Return the id of a passage behind a closed gate that `reply` gives away, or None.

        What was said already (`said`: the player's words, an authored line) gives nothing away.
        """


class QueryWriter(Protocol):
    """Says in other words what a player asks for."""

    async def queries(self, utterance: Utterance, recent: Sequence[Exchange]) -> tuple[str, ...]:
        """Return queries to search for beside the player's own words; none on any failure."""


class Understanding(Protocol):
    """Who reads an utterance: what it does, whether it is meant, what it tells and performs."""

    @property
    def name(self) -> str:
        """The model's name, as traces show it."""

    async def read(self, to_read: ToRead) -> Understood:
        """Return one reading; raises UnderstandingFailed."""


class Listener(Protocol):
    """Hears an utterance: its feeling, its words, what it is like."""

    def sentiment(self, utterance: Utterance) -> Sentiment:
        """Rate the sentiment."""

    def tokens(self, text: str, language: Language) -> tuple[str, ...]:
        """Return the content tokens of a text."""

    def outcome(self, does: LocalText, *, succeeded: bool) -> dict[Language, str]:
        """Say in a plain sentence, in both languages, whether what an action does was done."""

    def likeness(
        self, utterance: Utterance, vector: Vector, examples: Sequence[str]
    ) -> tuple[float, str]:
        """Return how much the utterance means the same as the nearest example (0..1), and which."""
