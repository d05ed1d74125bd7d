"""Lore: passages, who may know them, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from langchain_app.domain.story.story import START, StoryState
from langchain_app.domain.text import Asked, Frozen, Language, LocalText, Phrase

ChunkKind = Literal["lore", "voice", "acquaintance", "item", "quest", "lorebook"]
OWN_WORDS: tuple[ChunkKind, ...] = ("voice", "acquaintance")
"""Kinds that are an NPC's own words, quoted as they stand; the rest is narration."""
SURELY = 0.9
"""How surely a passage must answer to come before what rules would say."""


class Gate(Frozen):
    """Who may know something, from which story flag on, and at which trust it is told.

    A gate is a positive condition. Nobody is let in by an empty audience.
    """

    audience: tuple[Phrase, ...] = Field(min_length=1)
    after: Phrase = START
    trust: float = Field(default=-1.0, ge=-1, le=1)

    @property
    def guarded(self) -> bool:
        """Whether it must be opened, by the story or by trust, before it is told."""
        return self.after != START or self.trust > -1

    def admits(self, knower: Knower) -> bool:
        """Tell whether the knower may be given what stands behind this gate."""
        return (
            not knower.audiences.isdisjoint(self.audience)
            and self.after in knower.story.reached
            and knower.trust >= self.trust
        )


@dataclass(frozen=True, slots=True)
class Knower:
    """An NPC at a point of the story, before a player it trusts so far."""

    audiences: frozenset[str]
    story: StoryState
    trust: float


class Passage(Frozen):
    """One authored passage in both languages behind one gate."""

    id: Phrase
    gate: Gate
    importance: float = Field(default=0.5, ge=0, le=1)
    told_by: str | None = None
    title: LocalText
    body: LocalText
    asked: Asked = Asked()


@dataclass(frozen=True, slots=True)
class Chunk:
    """What retrieval finds: one passage in one language.

    `kind` tells how it may be quoted: an NPC's own words as they stand, narration in the speaker's
    own register.
    """

    id: str
    language: Language
    kind: ChunkKind
    title: str
    text: str
    gate: Gate
    importance: float = 0.5
    aliases: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    """Questions that it answers, as its author expects them; searched, never told."""

    @property
    def key(self) -> str:
        """The primary key in a store."""
        return f"{self.id}@{self.language}"


@dataclass(frozen=True, slots=True)
class ScoredChunk:
    """A chunk that retrieval chose.

    `score` is the fused score (comparable within one search only), `confidence` from 0 to 1 says how
    surely the chunk answers (comparable between searches), `why` says it in words.
    """

    chunk: Chunk
    score: float
    confidence: float
    best_sentence: str
    why: str

    @property
    def sure(self) -> bool:
        """Whether it so surely answers that it comes before what rules would say."""
        return self.confidence >= SURELY

    @property
    def outranks_persona(self) -> bool:
        """Whether it is told before what its NPC says of itself to anybody: it is opened by the story
        or by trust, or it is the NPC's own word on the very thing that is asked."""
        own = self.chunk.kind in OWN_WORDS
        return self.chunk.gate.guarded or (own and self.sure)


@dataclass(frozen=True, slots=True)
class Findings:
    """What one search brought: the passages good enough to answer from, best first."""

    chunks: tuple[ScoredChunk, ...] = ()
    query: str = ""

    @property
    def grounded(self) -> bool:
        """Whether there is anything to answer from."""
        return bool(self.chunks)

    @property
    def best(self) -> ScoredChunk | None:
        """What answers: the first passage that search found, else the lorebook entry most asked for.

        An entry without confidence is background that nobody asked for.
        """
        if not self.chunks:
            return None
        first = self.chunks[0]
        if first.chunk.kind == "lorebook":
            first = max(self.chunks, key=lambda found: found.confidence)
        return first if first.chunk.kind != "lorebook" or first.confidence else None
