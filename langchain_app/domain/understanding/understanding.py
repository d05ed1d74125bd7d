"""What an utterance was understood to do, to tell, to ask, and to perform of what the story waits
for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from langchain_app.domain.memory.facts import PLAYER, Asked, Told
from langchain_app.domain.people.npc import Npc, Personal, SmallTalk, Wanted
from langchain_app.domain.text import Language, LocalText, LocalTexts

Act = Literal[
    "asks", "asks_wellbeing", "asks_identity", "requests", "offers", "promises", "accepts", "refuses",
    "hands_over", "reports_deed", "brings_news", "tells_self", "tells_feeling", "thanks", "apologises",
    "praises", "insults", "threatens", "complains", "affection", "jokes", "laughs", "greets",
    "takes_leave", "small_talk",
]  # fmt: skip
"""What a line does; what wants an answer or moves something goes before courtesy."""
Mode = Literal[
    "meant", "quoted", "reported", "supposed", "conditional", "ironic", "bargained", "play", "ordered",
]  # fmt: skip
"""Whether a line is meant, and what it is where it is not."""
Feeling = Literal["glad", "sad", "hurt", "afraid"]
"""How what is told is to who tells it; hurt is the body: ill, wounded, tired, hungry."""
OfBefore = Literal["adds", "renews"]
"""What a line is to what the player told before: it goes on about it, or what was told holds no
longer as it was."""
About = Literal["player", "npc", "world"]
"""Whom a question is about."""
Outcome = Literal[
    "performs", "other", "denied", "unwilling", "withheld", "supposed", "bargained", "later", "asks",
    "past", "partial", "harmful", "quoted", "ironic", "play", "ordered", "unrelated",
]  # fmt: skip
"""What a line is to something that the story waits for: it performs it, or why it does not."""

MANNERS: Mapping[Act, SmallTalk | Literal["question"]] = {
    "asks": "question", "requests": "question", "asks_wellbeing": "how_are_you",
    "asks_identity": "who_are_you", "accepts": "agreement", "refuses": "refusal", "thanks": "thanks",
    "apologises": "apology", "praises": "compliment", "insults": "insult", "affection": "affection",
    "jokes": "joke", "laughs": "laughter", "greets": "greeting", "takes_leave": "farewell",
    "tells_self": "told", "tells_feeling": "told", "brings_news": "news", "reports_deed": "deed",
    "hands_over": "gift", "offers": "offer", "promises": "promise", "complains": "complaint",
    "threatens": "threat",
}  # fmt: skip
"""The manner of an act, for which every NPC has lines; of the others it is small talk."""
FELT: tuple[SmallTalk, ...] = ("told", "news", "deed", "small_talk", "complaint", "greeting")
"""Manners of what may be felt."""
AS_FELT: Mapping[Feeling, SmallTalk] = {
    "glad": "joy", "sad": "sorrow", "hurt": "hurt", "afraid": "afraid",
}  # fmt: skip
"""The manner of what is told with a feeling."""
WANTING: tuple[Act, ...] = (
    "asks", "requests", "offers", "complains", "small_talk", "asks_wellbeing", "greets", "tells_self",
    "brings_news", "reports_deed", "tells_feeling",
)  # fmt: skip
"""Acts by which a player may want something of the NPC; praise is praise, and counts as that."""
COURTESIES: tuple[Act, ...] = (
    "greets", "takes_leave", "thanks", "laughs", "asks_identity", "asks_wellbeing",
)  # fmt: skip
SURELY = 0.8
"""An act of this probability is taken for all that a line does."""
QUESTIONS: tuple[Act, ...] = ("asks", "asks_wellbeing", "asks_identity")
TELLING: tuple[Mode, ...] = ("meant", "reported")
"""Modes in which something is told: not what is played, supposed, quoted, said in jest."""
PLAINLY_WANTED: tuple[Wanted, ...] = (
    "haggle", "sell", "teach", "join", "come_along", "permit", "perform", "nonsense", "care",
)  # fmt: skip
"""Wants that are no offer of help; who asks for work, or a favour, may well be told the trouble."""
STEERED = 0.2
"""From here on a line is taken to steer: 73% (English) and 71% (Korean) of another author's such lines
are, and 2% of the honest lines beside them."""
UNSURE = 0.5
"""An act below this probability is no yes, and, unmarked, no question."""


@dataclass(frozen=True, slots=True)
class StoryAct:
    """Something that a line may perform: what happens, in one sentence, and how it may be said.

    `key` names it in the reading. `keywords_heard` says that the author's own words for it stand
    there, and `opens_on_keywords` that they are enough; `verbatim`, that one of the examples is all
    that was said. What would hurt if it were misheard must be performed `surely`. What opens on
    despair is performed by who `despairs`, whatever the words."""

    key: str
    examples: LocalTexts
    act: LocalText | None = None
    keywords_heard: bool = False
    opens_on_keywords: bool = False
    verbatim: bool = False
    surely: bool = False
    despairs: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """How surely a line performs an act (0 to 1), and what it most likely is where it does not."""

    performs: float
    otherwise: Outcome

    @property
    def near(self) -> bool:
        """Whether the line is about the act at all, though it may not perform it."""
        return self.otherwise != "unrelated"


@dataclass(frozen=True, slots=True)
class Understood:
    """One reading of one utterance.

    `judged` holds what was asked about, by key. A `failure` says why there is no reading: then nothing
    is known, and what is costly does not happen.
    """

    act: Act = "small_talk"
    mode: Mode = "meant"
    sure: Mapping[str, float] = field(default_factory=dict)
    """The probability of `act`, `mode` and `alone`."""
    told: tuple[Told, ...] = ()
    asked: Asked = field(default_factory=Asked)
    put_right: str = ""
    """The value of before that it puts right, where it names it."""
    personal: Personal | None = None
    """What of the NPC itself is asked."""
    feeling: Feeling | None = None
    """How what is told is to who tells it."""
    wanted: Wanted | None = None
    """What the player wants of the NPC."""
    about: About | None = None
    """Whom a question is about, where that is all but certain."""
    of_before: OfBefore | None = None
    """What it is to what the player told in the turns before."""
    despair: float = 0.0
    """How surely the player seems to want to die or to come to harm."""
    steers: float = 0.0
    """How surely the player would move the story by saying that it moved: by telling the NPC what it
    does, feels or owes, by made-up rules, by claims of what never was."""
    alone: bool = True
    """Whether it can be understood without the turn before."""
    judged: Mapping[str, Judged] = field(default_factory=dict)
    played: bool = False
    """Whether the turn before set up a play, in which this one may be a line."""
    failure: str | None = None

    def as_played(self) -> Understood:
        """The same words as a line of a play: they tell nothing, and open nothing."""
        return replace(self, played=True, told=(), put_right="")

    @property
    def manner(self) -> SmallTalk | Literal["question"]:
        """The manner of the act; what is wanted, or told with a feeling, is taken up as that."""
        manner = "name" if self.named else MANNERS.get(self.act, "small_talk")
        wanted = self.wanted if self.act in WANTING and not self.named else None
        if wanted is not None and wanted != "perform":
            return wanted
        return AS_FELT[self.feeling] if self.feeling and manner in FELT else manner

    @property
    def named(self) -> str:
        """What the player says that they are called; empty where they do not."""
        own = (PLAYER, "name", "holds")
        names = [t.value for t in self.told if (t.subject, t.slot, t.stance) == own]
        return names[0] if self.act == "tells_self" and names else ""

    @property
    def wants_answer(self) -> bool:
        """Whether something is asked that could be looked up."""
        return self.act in ("asks", "requests")

    @property
    def asks(self) -> bool:
        """Whether it is a question, or wants something told or done."""
        return self.wants_answer or self.act in QUESTIONS

    @property
    def of_npc(self) -> Personal | None:
        """What of itself the NPC is asked to tell; a song or a joke is of itself, too."""
        if not self.asks or self.about == "world":
            return None
        return "pastime_song" if self.wanted == "perform" else self.personal

    @property
    def aside(self) -> bool:
        """Whether it asks on about what was talked of, or wants something plain of the NPC: then no
        gate is hinted at, and no trouble told, unless that is surely meant."""
        return self.asks_on or self.wanted in PLAINLY_WANTED

    @property
    def asks_on(self) -> bool:
        """Whether it asks on about what was talked of."""
        return self.act == "asks" and not self.alone

    @property
    def agrees(self) -> bool:
        """Whether it is a yes that is meant."""
        says_yes = self.act in ("accepts", "hands_over")
        return self.meant and says_yes and self.sure.get("act", 1.0) >= UNSURE

    @property
    def plain(self) -> bool:
        """Whether it does one plain thing, and nothing else by the way: greets, asks who one is, asks
        to be reminded of a fact, or surely of something that it told."""
        reminded = self.asked.of_player and (self.asked.sure or not self.asked.words)
        return reminded or (self.act in COURTESIES and self.sure.get("act", 0.0) >= SURELY)

    @property
    def tells(self) -> bool:
        """Whether something is said in earnest, be it that something is wanted; a question is not."""
        asks = self.act in QUESTIONS or self.asked.of_player
        return not asks and self.mode in TELLING and not (self.played or self.steered)

    @property
    def adds(self) -> bool:
        """Whether it only says something about what was told before: it is remembered with that."""
        asks = self.wants_answer or self.asked.of_player
        renews = self.of_before == "renews"
        return not asks and bool(self.put_right or renews or not self.alone)

    @property
    def steered(self) -> bool:
        """Whether it would move the story by saying that it moved: then it moves nothing."""
        return self.steers >= STEERED

    @property
    def meant(self) -> bool:
        """Whether the player speaks in earnest."""
        return self.mode == "meant" and not (self.played or self.steered)


NOTHING = Understood(failure="there was nothing to read")


@dataclass(frozen=True, slots=True)
class Before:
    """A turn before the utterance, as far as it is read: what the player said and the NPC answered."""

    player: str
    npc: str


@dataclass(frozen=True, slots=True)
class ToRead:
    """What is to be read: the player's own words, the turns before (newest last), and story acts.

    A reader may hold the words against the likeliest of many acts alone.
    """

    text: str
    language: Language
    npc: Npc
    before: tuple[Before, ...] = ()
    acts: tuple[StoryAct, ...] = ()
    always: tuple[str, ...] = ()
    """Keys of acts that are read whatever the words: what the NPC has just asked back about."""
