"""A character card as an NPC of ours: what the card says, and plain defaults for what it does not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import Literal

from langchain_app.domain.lore.macros import Cast, expand, unknown_macros
from langchain_app.domain.people.npc import SpeechLevel, VoiceLines
from langchain_app.domain.safety.guardrails import neutralise, reply_fault
from langchain_app.domain.text import LANGUAGES, Language, detect_language
from langchain_app.worlds.cards.ages import age_in
from langchain_app.worlds.cards.files import Json
from langchain_app.worlds.cards.korean import in_latin, speech_level_of
from langchain_app.worlds.cards.reading import Card
from langchain_app.worlds.house import plain_lines

NoteKind = Literal["default", "untranslated", "kept", "refused", "next"]
PERSONA_CHARS = 4000
"""A longer persona leaves a model with a context of 4096 tokens no room for lore and talk."""

_PLAYER: dict[Language, str] = {"en": "the player", "ko": "플레이어"}
_STRANGER: dict[Language, str] = {"en": "traveller", "ko": "손님"}
LEVEL_NAMES: dict[SpeechLevel, str] = {
    "hapsyo": "하십시오체",
    "haeyo": "해요체",
    "hao": "하오체",
    "hage": "하게체",
    "hae": "반말",
}
_UNUSED = (
    ("system_prompt", "the platform writes its own prompt"),
    ("post_history_instructions", "the platform writes its own prompt"),
    ("group_only_greetings", "an NPC speaks to one player at a time"),
    ("creator_notes", "it is addressed to people"),
)


@dataclass(frozen=True, slots=True)
class Note:
    """Something about an import that an author should know."""

    kind: NoteKind
    what: str
    why: str


@dataclass
class Derived:
    """An NPC made from a card, as plain data, and the notes on it."""

    npc: Json
    notes: list[Note] = field(default_factory=list)


def language_of(card: Card) -> Language:
    """Return the language that the card is written in."""
    fields = ("first_mes", "description", "personality", "scenario", "mes_example", "name")
    return detect_language(" ".join(card.text(name) for name in fields))


def npc_of(card: Card, npc_id: str, language: Language, place: str) -> Derived:
    """Make an NPC; the same card gives the same NPC.

    What a model reads stands in both languages as the card has it; what a player hears in the card's
    own language is the card's, in the other a plain line of ours.
    """
    return _Deriving(card, npc_id, language).npc(place)


class _Deriving:
    def __init__(self, card: Card, npc_id: str, language: Language) -> None:
        self._card = card
        self._id = npc_id
        self._language = language
        self._name = _one_line(card.text("name"))[:120] or npc_id
        self._called = _one_line(card.text("nickname")) or self._name
        self._notes: list[Note] = []

    def npc(self, place: str) -> Derived:
        card, name = self._card, self._name
        description, personality = card.text("description"), card.text("personality")
        level = self._level()
        persona = self._read(description or personality) or self._default("persona", name)
        if len(persona) > PERSONA_CHARS:
            self._note("next", "persona", f"{len(persona)} characters: shorten it")
        traits = self._traits(personality if description else "")
        backstory = self._read(card.text("scenario"))
        if not backstory:
            backstory = self._default("backstory", persona[:200])
        lines = self._lines(level)
        found: Json = {
            "id": self._id,
            "role": "resident",
            "name": both(name),
            "aliases": both(list(dict.fromkeys([name, self._called, name.split()[0]]))),
            "place": place,
            "factions": [],
            "age": self._age(f"{description}\n{personality}"),
            "persona": both(persona),
            "backstory": both(backstory),
            "traits": both(traits),
            "voice": {
                "en": "Speaks plainly, in their own words.",
                "ko": f"꾸밈없는 {LEVEL_NAMES[level]}로 말한다.",
            },
            "speech_level": level,
            "taboos": {
                "en": ["does not step out of the story"],
                "ko": ["이야기 밖으로 나가지 않는다"],
            },
            "speech_examples": self._examples(lines),
            "lines": lines,
        }
        self._about_the_rest(level)
        return Derived(found, self._notes)

    def _level(self) -> SpeechLevel:
        said = "\n".join([self._card.text("first_mes"), *self._card.texts("alternate_greetings")])
        level = speech_level_of(said) if self._language == "ko" else None
        level = level or speech_level_of(_answers(self._card.text("mes_example")))
        if level is None:
            self._note("default", "speech_level", "haeyo: the card says nothing in Korean")
        return level or "haeyo"

    def _traits(self, personality: str) -> list[str]:
        parts = re.split(r"[,;\n·•/]|\s-\s|\.\s", self._read(personality))
        traits = [part.strip(" .\"'[](){}") for part in parts]
        wanted = [t for t in (*traits, *map(_one_line, self._card.texts("tags"))) if t]
        found = list(dict.fromkeys(text[:200] for text in wanted))[:12]
        return found or [self._default("traits", "-")]

    def _age(self, text: str) -> int:
        if (age := age_in(text)) is not None:
            return age
        self._note("default", "age", "30: the card names none")
        return 30

    def _lines(self, level: SpeechLevel) -> Json:
        lines = {
            "en": plain_lines("en", None, in_latin(self._called)),
            "ko": plain_lines("ko", level, self._called),
        }
        greetings = self._greetings()
        if greetings:
            mine = lines[self._language]["greeting"]
            mine["warm"] = mine["neutral"] = greetings
        other = "ko" if self._language == "en" else "en"
        kinds = [kind for kind in VoiceLines.model_fields if kind != "greeting" or not greetings]
        self._note("default", f"lines.{self._language}", f"plain lines: {', '.join(kinds)}")
        self._note("default", f"lines.{other}", "plain lines for everything")
        return lines

    def _greetings(self) -> list[str]:
        found = []
        texts = [self._card.text("first_mes"), *self._card.texts("alternate_greetings")]
        for index, text in enumerate(filter(None, texts)):
            line = self._said(text)
            if fault := reply_fault(line, self._language):
                self._note("refused", f"greeting {index + 1}", f"it would not be said: {fault}")
            else:
                found.append(line)
        return list(dict.fromkeys(found))

    def _examples(self, lines: Json) -> list[Json]:
        pairs = (
            (self._said(player), self._said(answer))
            for player, answer in exchanges(self._card.text("mes_example"))
        )
        whole = ({"player": both(p), "npc": both(n)} for p, n in pairs if p and n)
        found = list(islice(whole, 8))
        if found:
            return found
        self._note("default", "speech_examples", "one greeting: write about five")
        hello = {"en": "Hello.", "ko": "안녕하세요."}
        said = {language: lines[language]["greeting"]["neutral"][0] for language in LANGUAGES}
        return [{"player": hello, "npc": said}]

    def _about_the_rest(self, level: SpeechLevel) -> None:
        other = "Korean" if self._language == "en" else "English"
        for what in ("name", "aliases", "persona", "backstory", "traits", "speech_examples"):
            self._note("untranslated", what, f"the same text in both languages: write the {other}")
        self._note("default", "role, place, voice, taboos, factions", "plain ones: write your own")
        for name, why in _UNUSED:
            if self._card.data.get(name):
                self._note("kept", name, f"{why}; it goes out with the card again")
        if self._card.version > 3:
            self._note("kept", "spec_version", f"{self._card.version}: read as far as V3 goes")
        texts = " ".join(v for v in self._card.data.values() if isinstance(v, str))
        for macro in unknown_macros(texts):
            self._note("refused", f"{{{{{macro[:40]}}}}}", "an unknown macro, left out")
        self._note("next", "speech_level", f"{level}: make the Korean lines fit it")

    def _read(self, text: str) -> str:
        """Return a text as a model may read it, line by line."""
        return _harmless(expand(text, self._cast(_PLAYER)))

    def _said(self, text: str) -> str:
        """Return a text as the NPC may say it."""
        return _harmless(expand(text, self._cast(_STRANGER)))

    def _cast(self, user: dict[Language, str]) -> Cast:
        return Cast(self._called, user[self._language], turn=self._id, place=self._id)

    def _default(self, what: str, text: str) -> str:
        self._note("default", what, "the card says nothing")
        return text

    def _note(self, kind: NoteKind, what: str, why: str) -> None:
        self._notes.append(Note(kind, what, why))


def exchanges(examples: str) -> list[tuple[str, str]]:
    """Return what the player and the character say in `mes_example`, pair by pair."""
    found: list[tuple[str, str]] = []
    for block in re.split(r"<START>", examples, flags=re.IGNORECASE):
        turns: list[list[str]] = []
        for line in block.splitlines():
            match = re.match(r"\s*(?:\{\{(user|char)\}\}|<(user|bot|char)>)\s*:\s*(.*)", line, re.I)
            if match:
                who = (match[1] or match[2]).lower()
                turns.append(["user" if who == "user" else "char", match[3]])
            elif turns and line.strip():
                turns[-1][1] += f"\n{line.strip()}"
        for first, second in pairwise(turns):
            if (first[0], second[0]) == ("user", "char"):
                found.append((first[1].strip(), second[1].strip()))
    return found


def _answers(examples: str) -> str:
    return "\n".join(answer for _, answer in exchanges(examples))


def _harmless(text: str) -> str:
    """Return `text` without control tokens, line by line where that is enough."""
    lines = "\n".join(neutralise(line).text for line in text.splitlines())
    lines = re.sub(r"\n{3,}", "\n\n", lines).strip()
    return neutralise(lines).text if neutralise(lines).had_control_tokens else lines


def _one_line(text: str) -> str:
    return neutralise(text).text


def both(text: str | Sequence[str] | Iterable[str]) -> Json:
    """Return a text that stands in both languages as it came."""
    return {"en": text, "ko": text}
