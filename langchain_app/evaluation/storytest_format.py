"""A story test as a designer writes it: what is given, what is said, what shall come of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from langchain_app.domain.lore.lore import Gate
from langchain_app.domain.memory.chronicle import PUBLIC, EventReport, How, Witness
from langchain_app.domain.people.emotion import Emotion
from langchain_app.domain.people.relationship import Feeling
from langchain_app.domain.story.story import Known
from langchain_app.domain.text import LANGUAGES, Frozen, Language, Phrase, detect_language
from langchain_app.domain.turn import DeflectionWhy
from langchain_app.evaluation.bounds import Bounds

Phrases = tuple[Phrase, ...]
Feelings = dict[Phrase, Bounds]
"""Bounds by axis: of where feelings stand, or of what a turn does to them."""


class Spoken(Frozen):
    """A text in one language or both; `every` where it is the same in each run."""

    en: Phrase | None = None
    ko: Phrase | None = None
    every: Phrase | None = Field(default=None, exclude=True)

    @property
    def languages(self) -> frozenset[Language]:
        """The languages that it is written in; none where it is the same in each."""
        return frozenset(language for language in LANGUAGES if getattr(self, language))

    def __getitem__(self, language: Language) -> str:
        return self.every or (self.en if language == "en" else self.ko) or ""

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return {"every": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.every and not self.languages:
            raise ValueError("write a text, or one for each language: {en: ..., ko: ...}")
        return self


class Wording(Frozen):
    """Words or `/patterns/` for each language; a plain list holds for every language."""

    en: Phrases = ()
    ko: Phrases = ()

    def __getitem__(self, language: Language) -> Phrases:
        return self.en if language == "en" else self.ko

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return {"en": value, "ko": value} if isinstance(value, list) else value


def _named(value: Any) -> Any:
    return {"npc": value} if isinstance(value, str) else value


class Noticed(Frozen):
    """Who noticed an event, and how; a bare name saw it."""

    npc: Phrase
    how: How = "saw"


class Happening(Frozen):
    """Something that the game reports: the fields of `POST /api/events`."""

    kind: Phrase
    text: Spoken
    place: Phrase | None = None
    participants: Phrases = ()
    witnesses: tuple[Annotated[Noticed, BeforeValidator(_named)], ...] | None = None
    importance: float = Field(default=0.5, ge=0, le=1)
    game_time: float | None = Field(default=None, ge=-1e7, le=1e9)
    now: float | None = Field(default=None, ge=0, le=1e9)
    loud: bool = False
    secret: bool = False
    gate: Gate = PUBLIC

    def report(self, event_id: str) -> EventReport:
        """Return the event as the story takes it in."""
        spoken = {lang: self.text[lang] for lang in self.text.languages}
        if self.text.every:
            spoken = {detect_language(self.text.every): self.text.every}
        seen = None
        if self.witnesses is not None:
            seen = tuple(Witness(one.npc, one.how) for one in self.witnesses)
        return EventReport(
            event_id=event_id,
            kind=self.kind,
            text=spoken,
            place=self.place,
            participants=self.participants,
            witnesses=seen,
            importance=self.importance,
            game_time=self.game_time,
            now=self.now,
            loud=self.loud,
            secret=self.secret,
            gate=self.gate,
            trusted=True,  # a story test speaks as the game's own server
        )


class Expected(Frozen):
    """What shall come of a turn; what is left out is not looked at.

    `raises`, `gives`, `takes` and `actions` are the whole of it: `[]` says that nothing of it happens.
    `sources` are among the reply's sources; `[]` says that it has none.
    """

    raises: Phrases | None = None
    gives: Phrases | None = None
    takes: Phrases | None = None
    actions: Phrases | None = None
    deltas: Feelings = Field(default_factory=dict)
    feels: Feelings = Field(default_factory=dict)
    mentions: Wording = Wording()
    mentions_any: Wording = Wording()
    never_mentions: Wording = Wording()
    sources: Phrases | None = None
    sources_any: Phrases = ()
    never_sources: Phrases = ()
    deflected: Literal["none", DeflectionWhy] | None = None
    reacts_to: Phrase | None = None
    emotion: Emotion | None = None
    in_character: bool = False


class Step(Frozen):
    """One thing that happens: something is said, the game reports, saves or loads."""

    say: Spoken | None = None
    npc: Phrase | None = None
    game_time: float | None = Field(default=None, ge=0, le=1e9)
    new_session: bool = False
    then: Expected | None = None
    happens: Happening | None = None
    save: Phrase | None = None
    load: Phrase | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        done = [name for name in ("say", "happens", "save", "load") if getattr(self, name)]
        if len(done) != 1:
            raise ValueError("a step is one of say, happens, save and load")
        turn = self.npc or self.then or self.new_session or self.game_time is not None
        if turn and self.say is None:
            raise ValueError("npc, game_time, new_session and then belong to a step that says")
        return self


class Earlier(Frozen):
    """Something that was said before; a bare text is said to the test's NPC."""

    say: Spoken
    npc: Phrase | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        return value if isinstance(value, dict) and "say" in value else {"say": value}


class Given(Frozen):
    """Where the story stands before the first step. `trust` is that of the test's NPC.

    An axis that `feels` leaves out is as its author wrote it.
    """

    flags: Phrases = ()
    items: Phrases = ()
    deeds: Phrases = ()
    game: dict[Phrase, Known] = Field(default_factory=dict)
    trust: Feeling | None = None
    feels: dict[Phrase, dict[Phrase, Feeling]] = Field(default_factory=dict)
    game_time: float = Field(default=0.0, ge=0, le=1e9)
    events: tuple[Happening, ...] = ()
    said: tuple[Earlier, ...] = ()


class StoryTest(Frozen):
    """One test of a story."""

    test: Phrase
    npc: Phrase
    given: Given = Given()
    when: tuple[Step, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Everything that happens, in order, what was given to have been said and done first."""
        before = [Step(happens=event) for event in self.given.events]
        before += [Step(say=said.say, npc=said.npc) for said in self.given.said]
        return (*before, *self.when)

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages that the test is run in."""
        spoken = [step.say for step in self.steps if step.say]
        written = {language for text in spoken for language in text.languages}
        if not written and spoken:
            written = {detect_language(spoken[0]["en"])}
        return tuple(language for language in LANGUAGES if language in written)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not any(step.say and step.then for step in self.when):
            raise ValueError("nothing is expected: a step that says needs a `then`")
        saved: set[str] = set()
        for step in self.when:
            if step.load and step.load not in saved:
                raise ValueError(f"nothing was saved as {step.load!r} before it is loaded")
            saved |= {step.save} if step.save else set()
        return self
