"""Who speaks: persona, voice, taboos and acquaintances of one NPC."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from langchain_app.domain.keywords import Keywords
from langchain_app.domain.people.emotion import Emotion
from langchain_app.domain.people.relationship import Deltas, Mood, Relationship
from langchain_app.domain.story.story import Action, OpensOn
from langchain_app.domain.text import Asked, Frozen, Language, LocalText, LocalTexts, Phrase

SpeechLevel = Literal["hapsyo", "haeyo", "hao", "hage", "hae"]
"""Korean speech levels: 하십시오체, 해요체, 하오체, 하게체, 해체 (반말)."""

SmallTalk = Literal[
    "greeting", "farewell", "thanks", "how_are_you", "who_are_you", "compliment", "apology",
    "insult", "affection", "laughter", "agreement", "refusal", "name", "told", "sorrow", "joy", "news",
    "deed", "gift", "offer", "promise", "complaint", "threat", "joke", "hurt", "afraid", "care",
    "nonsense", "haggle", "sell", "teach", "join", "come_along", "permit", "work", "favour",
    "small_talk",
]  # fmt: skip
"""What an utterance does when it asks for nothing that could be looked up.

`name` to `nonsense` are what a player tells or does of which no rule makes anything: an NPC takes it
up. `haggle` to `favour` are what a player wants of the NPC itself.
"""
TAKEN_UP: tuple[SmallTalk, ...] = (
    "name", "told", "sorrow", "joy", "news", "deed", "gift", "offer", "promise", "complaint", "threat",
    "joke", "hurt", "afraid", "care", "nonsense",
)  # fmt: skip
Wanted = Literal[
    "haggle", "sell", "teach", "join", "come_along", "permit", "work", "favour", "perform", "nonsense",
    "care",
]  # fmt: skip
"""What a player wants of the NPC: a lower price, to be taught, a song; or only to be kind to it."""
MAY_BE_KNOWN: tuple[SmallTalk, ...] = (
    "sell", "teach", "join", "permit", "work", "favour", "care", "nonsense",
)  # fmt: skip
"""What the world's lore may answer before an NPC's line does: who may enter, who mends pots, how one
joins."""
Personal = Literal[
    "age", "home", "origin", "family", "marriage", "childhood", "work", "likes", "dislikes", "food",
    "hobby", "today", "mood", "worries", "fear", "dream", "friend", "regret", "advice", "name_meaning",
    "opinion_player", "secret", "pastime_song", "town",
]  # fmt: skip
"""What people ask a person about itself."""
COMMON: tuple[Personal, ...] = (
    "age", "home", "family", "marriage", "likes", "today", "mood", "work", "worries", "dream",
    "friend", "origin", "name_meaning",
)  # fmt: skip
"""What they ask most of all: without an answer to these a person is none."""


class ByMood(Frozen):
    """Lines for each mood."""

    warm: tuple[Phrase, ...] = Field(min_length=1)
    neutral: tuple[Phrase, ...] = Field(min_length=1)
    cold: tuple[Phrase, ...] = Field(min_length=1)

    def __getitem__(self, mood: Mood) -> tuple[str, ...]:
        lines: tuple[str, ...] = getattr(self, mood)
        return lines


Lines = tuple[Phrase, ...]


class VoiceLines(Frozen):
    """Everything an author wrote for one NPC to say, in one language."""

    openers: ByMood
    closers: ByMood
    greeting: ByMood
    farewell: Lines = Field(min_length=1)
    thanks: Lines = Field(min_length=1)
    how_are_you: Lines = Field(min_length=1)
    who_are_you: Lines = Field(min_length=1)
    compliment: Lines = Field(min_length=1)
    apology: Lines = Field(min_length=1)
    insult: Lines = Field(min_length=1)
    affection: Lines = Field(min_length=1)
    laughter: Lines = Field(min_length=1)
    agreement: Lines = Field(min_length=1)
    refusal: Lines = Field(min_length=1)
    name: Lines = Field(min_length=1)
    """`{name}` is what the player is called."""
    told: Lines = Field(min_length=1)
    sorrow: Lines = Field(min_length=1)
    joy: Lines = Field(min_length=1)
    news: Lines = Field(min_length=1)
    deed: Lines = Field(min_length=1)
    gift: Lines = Field(min_length=1)
    offer: Lines = Field(min_length=1)
    promise: Lines = Field(min_length=1)
    complaint: Lines = Field(min_length=1)
    threat: Lines = Field(min_length=1)
    joke: Lines = Field(min_length=1)
    hurt: Lines = Field(min_length=1)
    afraid: Lines = Field(min_length=1)
    care: Lines = Field(min_length=1)
    nonsense: Lines = Field(min_length=1)
    haggle: Lines = Field(min_length=1)
    sell: Lines = Field(min_length=1)
    teach: Lines = Field(min_length=1)
    join: Lines = Field(min_length=1)
    come_along: Lines = Field(min_length=1)
    permit: Lines = Field(min_length=1)
    work: Lines = Field(min_length=1)
    favour: Lines = Field(min_length=1)
    repeated: Lines = Field(min_length=1)
    """Said before an answer that was given just before."""
    small_talk: Lines = Field(min_length=1)
    unknown: Lines = Field(min_length=2)
    private: Lines = Field(min_length=1)
    """Said where it is asked of itself what its author says nothing of."""
    deflect: Lines = Field(min_length=2)
    forbidden_talk: Lines = Field(min_length=1)
    weary: Lines = Field(min_length=1)

    def small_talk_lines(self, kind: SmallTalk, mood: Mood) -> tuple[str, ...]:
        """Return the lines that answer one kind of small talk in one mood."""
        lines = getattr(self, kind)
        return lines[mood] if isinstance(lines, ByMood) else tuple(lines)


class Voice(Frozen):
    """The authored lines in both languages."""

    en: VoiceLines
    ko: VoiceLines

    def __getitem__(self, language: Language) -> VoiceLines:
        return self.en if language == "en" else self.ko


class SpeechExample(Frozen):
    """One exchange that shows how the NPC talks."""

    player: LocalText
    npc: LocalText


class Reaction(Frozen):
    """What a forbidden trigger does to the NPC."""

    line: LocalText
    emotion: Emotion
    deltas: Deltas = Deltas()
    actions: tuple[Action, ...] = ()


class ForbiddenTrigger(Frozen):
    """Talk that this NPC does not stand for: what the player does, in one sentence, and examples."""

    id: Phrase
    act: LocalText | None = None
    examples: LocalTexts
    keywords: Keywords = Keywords()
    opens_on: OpensOn = "meaning"
    reaction: Reaction


class Npc(Frozen):
    """One character as its author wrote it."""

    id: Phrase
    role: Phrase
    name: LocalText
    aliases: LocalTexts
    epithets: Asked = Asked()
    place: Phrase
    factions: tuple[Phrase, ...] = ()
    age: int = Field(ge=0)
    persona: LocalText
    backstory: LocalText
    traits: LocalTexts
    voice: LocalText
    speech_level: SpeechLevel
    speech_examples: tuple[SpeechExample, ...] = Field(min_length=1)
    taboos: LocalTexts
    secrets: tuple[Phrase, ...] = ()
    acquaintances: dict[str, LocalText] = Field(default_factory=dict)
    answers: dict[Personal, LocalText] = Field(default_factory=dict)
    """What this person says of itself when asked."""
    initial: Relationship = Relationship()
    lines: Voice
    forbidden_triggers: tuple[ForbiddenTrigger, ...] = ()

    @property
    def audiences(self) -> frozenset[str]:
        """The names under which this NPC may know things."""
        return frozenset({"public", f"npc:{self.id}", *(f"faction:{f}" for f in self.factions)})
