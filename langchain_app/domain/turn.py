"""One turn: what comes in, what is known when it is played, what goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from langchain_app.domain.lore.lore import Findings, Knower
from langchain_app.domain.memory.facts import Told
from langchain_app.domain.memory.memory import Recollection
from langchain_app.domain.memory.rumour import ChronicleEntry
from langchain_app.domain.people.emotion import Emotion
from langchain_app.domain.people.npc import ForbiddenTrigger, Npc
from langchain_app.domain.people.relationship import (
    DEFAULT_AXES,
    Axes,
    Mood,
    Relationship,
    levels_of,
    mood_of,
)
from langchain_app.domain.story.actions import ActionSpec
from langchain_app.domain.story.awaited import Awaited
from langchain_app.domain.story.ledger import LedgerEntry
from langchain_app.domain.story.reading import Reading
from langchain_app.domain.story.settlement import Settlement
from langchain_app.domain.story.story import Quest, Standing, StoryState, Trigger
from langchain_app.domain.text import LANGUAGES, Language, LocalText
from langchain_app.domain.understanding.tone import Tone
from langchain_app.domain.understanding.understanding import Mode, Understood

FOREVER = 2**31 - 1
"""The bound of what is still being lived."""

GUEST = "guest-"
"""How the ids of players begin whom nobody named."""


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """What a game asks for. Only `message` is required of it.

    `turn_id_is_new` says that the platform made the id itself, so no such turn can be stored yet.
    """

    message: str
    turn_id: str
    turn_id_is_new: bool = False
    npc_id: str | None = None
    player_id: str | None = None
    session_id: str | None = None
    language: Language | None = None
    game_state: dict[str, Any] = field(default_factory=dict)
    game_time: float | None = None
    """The game's clock, in hours."""
    authoritative: bool = False
    """Whether a game server asks, whose `game_state` counts; a player's never does."""
    opens_session: bool = False
    """Whether `session_id` is the game's own: opened for `player_id` when it is not there yet."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """An earlier turn, as the conversation's history shows it."""

    player: str
    npc: str
    sources: tuple[str, ...] = ()
    asked_back: str | None = None
    """The trigger about which the NPC asked whether it was meant."""
    mode: Mode = "meant"
    """How the player's words were read: they may have set up a play."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where the turn is played: server state, read once, never the client's word for it.

    `seq` is the number of turns already settled on the timeline and before it, on those that it was
    forked from; `game_time` is the clock in hours of the game. `lineage` says of which timelines the
    turns up to which seq have been lived here; only those may be remembered.
    """

    npc: Npc
    player_id: str
    session_id: str
    timeline_id: str
    seq: int
    story: StoryState
    relationship: Relationship
    recent: tuple[Exchange, ...] = ()
    told: tuple[tuple[int, tuple[str, ...]], ...] = ()
    """Where lorebooks have timed entries: the number of turns before, and what was told then."""
    game_time: float = 0.0
    lineage: tuple[tuple[str, int], ...] = ()
    eventful: bool = False
    """Whether the NPC knows of any story event at all."""
    world_version: str = ""
    first_read: tuple[int, float] | None = None
    """Where other turns were settled since: `seq` and `game_time` as the scene was read first."""
    heard: frozenset[str] = frozenset()
    """Kinds of game events that the NPC knows of, where some gate asks for one."""
    axes: Axes = field(default_factory=lambda: DEFAULT_AXES)
    beforehand: tuple[LedgerEntry, ...] = ()
    """What changed before the player spoke: feelings that faded, what the game server states."""

    @property
    def standing(self) -> Standing:
        """What conditions are asked of."""
        place = self.story.game.get("place")
        here = place if isinstance(place, str) else self.npc.place
        return Standing(self.story, self.relationship, self.axes, here, self.heard)

    def said(self, text: LocalText) -> bool:
        """Tell whether the NPC said this in the turns that it has at hand."""
        return any(text[language] in turn.npc for turn in self.recent for language in LANGUAGES)

    @property
    def mood(self) -> Mood:
        """The mood that the NPC's feelings put it in."""
        return mood_of(self.relationship, self.axes)

    @property
    def knower(self) -> Knower:
        """The NPC as somebody who may know things: levels that are reached open lore as flags do."""
        levels = levels_of(self.relationship, self.axes)
        story = (
            self.story.model_copy(update={"flags": self.story.flags | levels})
            if levels
            else self.story
        )
        return Knower(self.npc.audiences, story, self.relationship.trust)


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the player said, cleaned: safe to show to a model."""

    text: str
    language: Language


DeflectionWhy = Literal[
    "exploit", "forbidden_talk", "forbidden_trigger", "model_failed", "out_of_time", "bad_reply"
]

UNHEARD: tuple[DeflectionWhy, ...] = ("exploit", "forbidden_talk")
UNHEARD_WORDS = "…"
"""What stands in a conversation's history for words that nobody listened to."""


@dataclass(frozen=True, slots=True)
class Deflection:
    """Why the NPC answers with an authored line or the fallback model."""

    why: DeflectionWhy
    detail: str
    trigger: ForbiddenTrigger | None = None

    @property
    def unheard(self) -> bool:
        """Whether the words themselves are kept from memory and from every later prompt."""
        return self.why in UNHEARD


@dataclass(frozen=True, slots=True)
class FiredTrigger:
    """A story trigger that the utterance opened, and the words that did it."""

    trigger: Trigger
    evidence: str

    @property
    def beside(self) -> bool:
        """Whether it waited for no words: its line is said beside the answer."""
        return self.trigger.says is None


@dataclass(frozen=True, slots=True)
class StateQuestion:
    """What a state reader is asked: the utterance in its scene, the gates that wait for words, and the
    actions that the NPC may take now of its own accord."""

    scene: Scene
    utterance: Utterance
    tone: Tone
    lore: Findings
    waiting: tuple[Trigger, ...]
    offered: Mapping[str, ActionSpec]


@dataclass(frozen=True, slots=True)
class TriggerCheck:
    """The story's gates this turn: which are open, which one fired, and what was nearly met.

    `asks_back` is one that is costly and was not certain; `hint`, one whose time has not come;
    `trouble`, a quest that the NPC has to give to somebody who offers help. `reading` is what a
    second judge read."""

    open: tuple[Trigger, ...] = ()
    fired: FiredTrigger | None = None
    asks_back: Trigger | None = None
    hint: Trigger | None = None
    trouble: Quest | None = None
    near: tuple[NearMiss, ...] = ()
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A gate that the words came near to: how surely they perform it, and what else they may be.

    `closed` says that its conditions did not hold.
    """

    trigger: str
    performs: float
    otherwise: str
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Brief:
    """All that a speaker is told: the one argument of every prompt and of the embedded speaker."""

    scene: Scene
    utterance: Utterance
    tone: Tone
    lore: Findings
    memories: tuple[Recollection, ...]
    triggers: TriggerCheck
    understood: Understood = field(default_factory=Understood)
    complaint: str = ""
    """What was wrong with the first reply, when it is being repaired."""

    @property
    def of_oneself(self) -> str | None:
        """What the NPC says of itself, where it is asked for that and its author wrote it.

        What the story or trust has opened outranks it: that is the truth behind it; so does what the
        NPC says of the very thing that was asked ("how long have you been diving?").
        """
        asked, answers = self.understood.of_npc, self.scene.npc.answers
        if asked not in answers or (self.lore.best is not None and self.lore.best.outranks_persona):
            return None
        return answers[asked][self.utterance.language]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the NPC says, and who made the words."""

    text: str
    emotion: Emotion
    origin: Literal["model", "authored", "fallback"]
    model: str


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """A whole turn, ready to be committed."""

    request: TurnRequest
    scene: Scene
    utterance: Utterance
    reply: Reply
    settlement: Settlement
    lore: Findings
    tone: Tone | None
    deflection: Deflection | None
    importance: float
    facts: tuple[Told, ...]
    recalled: tuple[str, ...]
    """Ids of the memories that came to mind: they are fresh again."""
    tokens: tuple[str, ...]
    vector: tuple[float, ...]
    trace_id: str
    timing_ms: dict[str, float]
    model_info: dict[str, Any]
    happened: tuple[ChronicleEntry, ...] = ()
    """What the turn did to the story, as those who were there will tell it."""
    awaited: tuple[Awaited, ...] = ()
    triggers: TriggerCheck = TriggerCheck()
    understood: Understood = field(default_factory=Understood)
    stages: tuple[tuple[str, str], ...] = ()
    """Quest and furthest reached stage, of the quests that the NPC has a part in."""


EventType = Literal["status", "token", "replace", "complete", "error"]


@dataclass(frozen=True, slots=True)
class TurnEvent:
    """One event of a turn, in any rendering. `seq` counts from 0 within the turn."""

    type: EventType
    seq: int
    data: dict[str, Any]
