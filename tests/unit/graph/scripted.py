"""In-memory ports and a scripted speaker: enough of a house to play one turn in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_app.domain.chronicle import StoryEvent
from langchain_app.domain.errors import TimelineMoved
from langchain_app.domain.lore import Findings
from langchain_app.domain.npc import Npc
from langchain_app.domain.policy import policy_of
from langchain_app.domain.ports import StoredTurn
from langchain_app.domain.relationship import DEFAULT_AXES, Axes, Relationship
from langchain_app.domain.rumour import ChronicleEntry
from langchain_app.domain.story import StoryState
from langchain_app.domain.tone import Sentiment, Tone
from langchain_app.domain.turn import Scene, TurnRecord, TurnRequest
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


@dataclass
class Timeline:
    """One timeline in memory; `moves` other turns are settled before ours."""

    npc: Npc
    moves: int = 0
    commits: list[TurnRecord] = field(default_factory=list)
    stored: StoredTurn | None = None
    seq: int = 0
    story: StoryState = field(default_factory=StoryState)
    felt: Relationship | None = None
    axes: Axes = field(default_factory=lambda: DEFAULT_AXES)

    def scene(self) -> Scene:
        felt = self.felt or self.npc.initial
        return Scene(self.npc, "p", "s", "t", self.seq, self.story, felt, axes=self.axes)

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
        return self.stored


@dataclass
class Lore:
    """Knows nothing; finds a leak in replies that hold a word. `slow_s` is what a search takes."""

    secret: str = "\0"
    slow_s: float = 0.0

    async def search(self, utterance: Any, scene: Any, vector: Any) -> Findings:
        await asyncio.sleep(self.slow_s)
        return Findings()

    async def leak(self, reply: str, language: Any, knower: Any, said: str) -> str | None:
        return "a-secret" if self.secret in reply and self.secret not in said else None


@dataclass
class Memories:
    """Remembers nothing, slowly if told to."""

    slow_s: float = 0.0

    async def recall(self, scene: Any, utterance: Any, vector: Any) -> tuple[()]:
        await asyncio.sleep(self.slow_s)
        return ()


class Chronicle(Memories):
    """Nothing ever happened here."""

    async def just_happened(self, scene: Any, language: Any) -> tuple[()]:
        return ()

    def entry(self, event: StoryEvent) -> ChronicleEntry:
        return ChronicleEntry(event)


class Listener:
    """Hears a question in everything."""

    def sentiment(self, utterance: Any) -> Sentiment:
        return Sentiment()

    def act(self, utterance: Any) -> Any:
        return "question"

    def tokens(self, text: str, language: Any) -> tuple[str, ...]:
        return tuple(text.lower().split())

    def told(self, utterance: Any) -> tuple[()]:
        return ()

    def topics(self, utterance: Any) -> tuple[()]:
        return ()

    def likeness(self, utterance: Any, vector: Any, examples: Any) -> tuple[float, str]:
        return 0.0, ""


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


async def play(
    world: World,
    message: str,
    *script: Any,
    npc: str = "maren",
    fallback: ScriptedSpeaker | None = None,
    seconds: float = 5.0,
    reader: Any = None,
    game_state: dict[str, Any] | None = None,
    **ports: Any,
) -> Played:
    """Play one turn of `message` with a speaker that follows `script`, one item an attempt."""
    speaker = ScriptedSpeaker(list(script))
    parts = Parts(
        world=world,
        policy=policy_of(world),
        timelines=ports.pop("timelines", None) or Timeline(world.npc(npc)),
        memory_book=ports.pop("memory_book", Memories()),
        chronicle=ports.pop("chronicle", Chronicle()),
        lore=ports.pop("lore", Lore()),
        listener=Listener(),
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
