"""In-memory ports and a scripted speaker: enough of a house to play one turn in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_app.domain.errors import TimelineMoved
from langchain_app.domain.lore.lore import Findings
from langchain_app.domain.memory.chronicle import StoryEvent
from langchain_app.domain.memory.facts import Asked
from langchain_app.domain.memory.rumour import ChronicleEntry
from langchain_app.domain.people.npc import Npc
from langchain_app.domain.people.relationship import DEFAULT_AXES, Axes, Relationship
from langchain_app.domain.ports import StoredTurn
from langchain_app.domain.story.policy import policy_of
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.turn import Exchange, Scene, TurnRecord, TurnRequest
from langchain_app.domain.understanding.tone import Sentiment, Tone
from langchain_app.domain.understanding.understanding import (
    Act,
    Judged,
    Outcome,
    ToRead,
    Understood,
)
from langchain_app.domain.world import World
from langchain_app.graph.builder import compiled_turn
from langchain_app.graph.context import Parts, TurnContext


@dataclass
class ScriptedSpeaker:
    """Says its replies in turn; an exception among them is raised, a number is waited."""

    script: list[Any]
    name: str = "scripted"
    provider: str = "test"
    heard: list[Sequence[Any]] = field(default_factory=list)
    given_s: list[float] = field(default_factory=list)

    async def stream(
        self, messages: Sequence[Any], tone: Tone, seconds: float
    ) -> AsyncGenerator[str, None]:
        self.heard.append(messages)
        self.given_s.append(seconds)
        for piece in self.script.pop(0):
            if isinstance(piece, Exception):
                raise piece
            if isinstance(piece, int | float):
                await asyncio.sleep(piece)
                continue
            yield piece


ASKS = Understood(act="asks")
"""A question, and nothing that the story waits for."""


def performing(
    p: dict[str, float], act: Act = "small_talk", otherwise: Outcome = "other", **more: Any
) -> Understood:
    """Return a reading that performs acts so surely, by key."""
    judged = {key: Judged(sure, otherwise) for key, sure in p.items()}
    return Understood(act=act, judged=judged, **more)


@dataclass
class ScriptedUnderstanding:
    """Understands what it is told to; an exception is raised, a number is waited."""

    reading: Understood | Exception | float = ASKS
    name: str = "scripted"
    asked: list[ToRead] = field(default_factory=list)

    async def read(self, to_read: ToRead) -> Understood:
        self.asked.append(to_read)
        if isinstance(self.reading, Exception):
            raise self.reading
        if isinstance(self.reading, int | float):
            await asyncio.sleep(self.reading)
            return ASKS
        return self.reading


@dataclass
class Timeline:
    """One timeline in memory, which goes on with each turn; `moves` others are settled before ours."""

    npc: Npc
    moves: int = 0
    commits: list[TurnRecord] = field(default_factory=list)
    stored: StoredTurn | None = None
    seq: int = 0
    story: StoryState = field(default_factory=StoryState)
    felt: Relationship | None = None
    axes: Axes = field(default_factory=lambda: DEFAULT_AXES)
    recent: tuple[Exchange, ...] = ()

    def scene(self) -> Scene:
        felt = self.felt or self.npc.initial
        return Scene(
            self.npc, "p", "s", "t", self.seq, self.story, felt, self.recent, axes=self.axes
        )

    async def find_turn(self, turn_id: str) -> StoredTurn | None:
        return self.stored

    async def load_scene(self, request: TurnRequest, world: World) -> Scene:
        self.axes = world.manifest.axes
        return self.scene()

    async def reload(self, scene: Scene) -> Scene:
        return replace(scene, seq=self.seq)

    async def commit(self, record: TurnRecord, answer: dict[str, Any]) -> StoredTurn | None:
        if self.moves:
            self.moves, self.seq = self.moves - 1, self.seq + 1
            raise TimelineMoved
        assert record.scene.seq == self.seq
        self.commits.append(record)
        asked = answer["story"]["asks_back"]
        said = Exchange(record.utterance.text, record.reply.text, (), asked)
        self.seq, self.recent = self.seq + 1, (*self.recent, said)
        self.story, self.felt = record.settlement.story, record.settlement.relationship
        return self.stored


@dataclass
class Lore:
    """Knows nothing; finds a leak in replies that hold a word. `slow_s` is what a search takes."""

    secret: str = "\0"
    slow_s: float = 0.0

    async def search(self, utterance: Any, scene: Any, vector: Any, **_: Any) -> Findings:
        await asyncio.sleep(self.slow_s)
        return Findings()

    async def leak(self, reply: str, language: Any, knower: Any, said: str) -> str | None:
        return "a-secret" if self.secret in reply and self.secret not in said else None


@dataclass
class Memories:
    """Remembers nothing, slowly if told to; notes what it was asked to be reminded of."""

    slow_s: float = 0.0
    asked: list[Asked] = field(default_factory=list)

    async def recall(self, scene: Any, utterance: Any, vector: Any, asked: Asked) -> tuple[()]:
        self.asked.append(asked)
        await asyncio.sleep(self.slow_s)
        return ()


@dataclass
class Chronicle:
    """Nothing ever happened here."""

    slow_s: float = 0.0

    async def recall(self, scene: Any, utterance: Any, vector: Any) -> tuple[()]:
        await asyncio.sleep(self.slow_s)
        return ()

    async def just_happened(self, scene: Any, language: Any) -> tuple[()]:
        return ()

    def entry(self, event: StoryEvent) -> ChronicleEntry:
        return ChronicleEntry(event)


@dataclass
class Listener:
    """Hears no feeling; `alike` says how much the same any utterance means as the first example."""

    alike: float = 0.0

    def sentiment(self, utterance: Any) -> Sentiment:
        return Sentiment()

    def tokens(self, text: str, language: Any) -> tuple[str, ...]:
        return tuple(text.lower().split())

    def likeness(self, utterance: Any, vector: Any, examples: Any) -> tuple[float, str]:
        return self.alike, examples[0]


class Trace:
    """Notes the names of what was observed."""

    trace_id = "trace"

    def __init__(self) -> None:
        self.observed: list[str] = []

    def identify(self, *, player_id: str, session_id: str) -> None: ...

    @contextmanager
    def observe(self, name: str, as_type: str, input: Any = None) -> Iterator[Any]:
        self.observed.append(name)
        yield _Observation()


class _Observation:
    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: None


@dataclass
class Played:
    """What came of a turn."""

    final: dict[str, Any]
    events: list[tuple[str, dict[str, Any]]]
    nodes: list[str]
    seconds: float
    speaker: ScriptedSpeaker

    @property
    def answer(self) -> dict[str, Any]:
        return self.final["answer"]

    @property
    def shown(self) -> str:
        text = ""
        for kind, data in self.events:
            text = data["content"] if kind == "replace" else text + data.get("content", "")
        return text


def with_trigger(world: World, quest_id: str, trigger_id: str, **changes: Any) -> World:
    """Return a world in which one trigger of a quest is different."""
    quest = world.quests[quest_id]
    triggers = tuple(
        t.model_copy(update=changes) if t.id == trigger_id else t for t in quest.triggers
    )
    changed = quest.model_copy(update={"triggers": triggers})
    return replace(world, quests={**world.quests, quest_id: changed})


async def play(
    world: World,
    message: str,
    *script: Any,
    npc: str = "maren",
    fallback: ScriptedSpeaker | None = None,
    seconds: float = 5.0,
    reader: Any = None,
    game_state: dict[str, Any] | None = None,
    understood: Understood | Exception | float = ASKS,
    **ports: Any,
) -> Played:
    """Play one turn of `message`, understood so, with a speaker that follows `script`, one item an
    attempt."""
    speaker = ScriptedSpeaker(list(script))
    parts = Parts(
        world=world,
        policy=policy_of(world),
        timelines=ports.pop("timelines", None) or Timeline(world.npc(npc)),
        memory_book=ports.pop("memory_book", Memories()),
        chronicle=ports.pop("chronicle", Chronicle()),
        lore=ports.pop("lore", Lore()),
        listener=ports.pop("listener", None) or Listener(),
        understanding=ports.pop("understanding", None) or ScriptedUnderstanding(understood),
        speaker=speaker,
        fallback=fallback or ScriptedSpeaker([["I will ", "think on it."]], "light", "embedded"),
        reader=reader,
    )
    assert not ports, ports
    events: list[tuple[str, dict[str, Any]]] = []
    trace = Trace()
    embedding: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    embedding.set_result((1.0, 0.0))
    context = TurnContext(
        parts=parts,
        trace=trace,
        deadline=time.monotonic() + seconds,
        emit=lambda kind, data: events.append((kind, data)),
        embedding=embedding,
    )
    began = time.monotonic()
    request = TurnRequest(
        message, "turn-1", True, npc, game_state=game_state or {}, authoritative=bool(game_state)
    )
    final = await compiled_turn().ainvoke(
        {"request": request}, {"recursion_limit": 200}, context=context
    )
    return Played(final, events, trace.observed, time.monotonic() - began, speaker)
