"""Facts as sentences: for a prompt, and in the voice of an NPC that was told them."""

from __future__ import annotations

import re
from dataclasses import replace

from langchain_app.domain.memory.facts import PLAYER, Fact, Slot
from langchain_app.domain.people.npc import SpeechLevel
from langchain_app.domain.text import Language
from langchain_app.language.clauses import plain_clause
from langchain_app.language.korean import KoreanAnalyser, josa

_ENGLISH: dict[Slot, tuple[str, str, str]] = {  # of the player; of another; of what is over
    "name": ("{your} name is {v}", "{your} {who} is called {v}", "{you} were called {v}"),
    "home": ("{you} live {v}", "{your} {who} lives {v}", "{you} used to live {v}"),
    "origin": ("{you} come from {v}", "{your} {who} comes from {v}", "{you} came from {v}"),
    "job": ("{you} are {v}", "{your} {who} is {v}", "{you} used to be {v}"),
    "age": ("{you} are {v} years old", "{your} {who} is {v} years old", "{you} were {v}"),
    "likes": ("{you} like {v}", "{your} {who} likes {v}", "{you} used to like {v}"),
    "dislikes": ("{you} do not like {v}", "{your} {who} dislikes {v}", "{you} used to dislike {v}"),
    "fear": ("{you} are afraid of {v}", "{your} {who} fears {v}", "{you} were afraid of {v}"),
    "owns": ("{you} have {v}", "{your} {who} has {v}", "{you} used to have {v}"),
    "goal": ("{you} {v}", "{your} {who} {v}", "{you} {v} once"),
    "promise": ("{you} promised to {v}", "{your} {who} promised to {v}", "{you} promised to {v}"),
    "family": ("{you} have {v}", "{your} {who} has {v}", "{you} had {v}"),
    "pet": ("{you} have {v}", "{your} {who} has {v}", "{you} had {v}"),
    "about": ("{you} {v}", "{your} {who} {v}", "{your} {who} {v}"),
}
_KOREAN: dict[Slot, tuple[str, str]] = {  # what holds; what is over
    "name": ("이름이 {v이}라고", "이름이 {v였}다고"),
    "home": ("{v}에 산다고", "{v}에 살았다고"),
    "origin": ("{v}에서 왔다고", "{v}에서 왔다고"),
    "job": ("{v이}라고", "{v였}다고"),
    "age": ("{v이}라고", "{v였}다고"),
    "likes": ("{v을} 좋아한다고", "{v을} 좋아했다고"),
    "dislikes": ("{v을} 싫어한다고", "{v을} 싫어했다고"),
    "fear": ("{v을} 무서워한다고", "{v을} 무서워했다고"),
    "owns": ("{v이가} 있다고", "{v이가} 있었다고"),
    "goal": ("{v}고", "{v}고"),  # of a clause in the plain form
    "promise": ("{v}고", "{v}고"),
    "about": ("{v}고", "{v}고"),
    "family": ("{v이가} 있다고", "{v이가} 있었다고"),
    "pet": ("{v을} 키운다고", "{v을} 키웠다고"),
}
_SAID: dict[SpeechLevel, str] = {
    "hapsyo": "{clause} 하셨습니다.",
    "haeyo": "{clause} 하셨잖아요.",
    "hao": "{clause} 하지 않았소.",
    "hage": "{clause} 하지 않았나.",
    "hae": "{clause} 했잖아.",
}
_TURNED = {
    "i": "{you}", "my": "{your}", "our": "{your}", "me": "{you}", "us": "{you}", "myself": "{your}self",
    "mine": "{your}s",
}  # fmt: skip
_FIRST_PERSON = re.compile(r"\b(?:i|my|our|me|us|myself|mine)\b", re.IGNORECASE)
_TURNED_BACK = {"you": "{npc}", "your": "{npcs}"}
_SECOND_PERSON = re.compile(r"\byour?\b", re.IGNORECASE)


_CLAUSES: frozenset[Slot] = frozenset({"goal", "promise", "about"})
"""Slots whose Korean value is a clause, kept as it was said."""


def known(facts: list[Fact], language: Language) -> str:
    """Return what the NPC knows by these facts of one slot, as a prompt shows it."""
    fact = facts[0]
    if fact.language != language or (fact.told.slot in _CLAUSES and language == "ko"):
        return f"“{fact.said}”"
    if language == "ko":
        return f"플레이어는 {_korean(facts)} 했다."
    return f"The player said {_english(facts, you='they', your='their')}."


def reminded(
    facts: list[Fact],
    renewed: bool,
    language: Language,
    level: SpeechLevel,
    korean: KoreanAnalyser,
) -> str:
    """Return the facts of one slot as the NPC says them back; empty where it had better quote.

    `renewed` says that something else held before.
    """
    fact = facts[0]
    if fact.language != language:
        return ""
    if language == "en":
        if (
            fact.told.slot == "job"
            and " " in fact.told.value
            and not _ARTICLE.match(fact.told.value)
        ):
            return ""  # "fix clocks": what they do, no name for it
        if fact.told.slot == "promise" and fact.told.subject == PLAYER:
            return f"{_english(facts, you='You', your='your')}."
        now = " now" * (renewed and fact.current)
        return f"You told me {_english(facts, you='you', your='your')}{now}."
    if fact.told.slot in _CLAUSES:
        clause = plain_clause(fact.told.value, korean)
        if clause is None:
            return ""
        facts = [replace(fact, told=replace(fact.told, value=clause))]
    now = "지금은 " if renewed and fact.current else "전에는 " if not fact.current else ""
    return _SAID[level].format(clause=now + _korean(facts))


def _english(facts: list[Fact], *, you: str, your: str) -> str:
    told, current = facts[0].told, facts[0].current
    of_player, of_another, over = _ENGLISH[told.slot]
    template = of_another if told.subject != PLAYER else of_player if current else over
    if told.slot == "job" and template == of_player and not _ARTICLE.match(told.value):
        template = "{you} work as {v}"
    value = " and ".join(dict.fromkeys(fact.told.value for fact in facts))
    if told.slot == "goal":
        value = _pursued(value, of_player=told.subject == PLAYER)
    if told.slot == "promise" and you != "they":  # made to the one who says it back
        value = _SECOND_PERSON.sub(lambda word: _TURNED_BACK[word[0].lower()], value)
    value = _FIRST_PERSON.sub(lambda word: _TURNED[word[0].lower()], value)
    filled = template.replace("{v}", value).replace("{who}", told.subject)
    filled = filled.replace("{you}", you).replace("{your}", your)
    return filled.replace("{npc}", "me").replace("{npcs}", "my")


def _pursued(value: str, *, of_player: bool) -> str:
    """Return what somebody is after as a clause without its subject: are looking for a ring."""
    first = value.split()[0].lower()
    be, ending = ("are", "") if of_player else ("is", "s")
    if first == "after" or (first.endswith("ing") and first not in _NO_PARTICIPLES):
        return f"{be} {value}"
    if first in ("to", "for"):
        return f"came {value}"
    if not _WISHES.isdisjoint((first, first.removesuffix("s"), first.removesuffix("es"))):
        return value
    return f"want{ending} {value}" if _NOUN.match(value) else f"want{ending} to {value}"


_WISHES = frozenset(
    [
        "want",
        "hope",
        "wish",
        "plan",
        "need",
        "dream",
        "long",
        "seek",
        "came",
        "come",
        "intend",
        "mean",
        "aim",
        "are",
        "is",
    ]
)
_NO_PARTICIPLES = frozenset(
    [
        "bring",
        "ring",
        "sing",
        "swing",
        "sling",
        "string",
        "spring",
        "wring",
        "fling",
        "cling",
        "sting",
        "nothing",
        "something",
        "anything",
        "everything",
    ]
)
_NOUN = re.compile(
    r"(?:an?|the|my|your|our|his|her|their|some|no|one|more|enough|\w*thing)\b", re.IGNORECASE
)
_ARTICLE = re.compile(r"(?:an?|the|my|your)\b", re.IGNORECASE)


def _korean(facts: list[Fact]) -> str:
    told = facts[0].told
    holds, over = _KOREAN[told.slot]
    values = list(dict.fromkeys(fact.told.value for fact in facts))
    value = ", ".join(values) if told.slot not in _CLAUSES else values[0]
    clause = holds if facts[0].current else over
    for mark, closed, open_ in (
        ("{v이가}", "이", "가"), ("{v을}", "을", "를"), ("{v이}", "이", ""), ("{v였}", "이었", "였"), ("{v}", "", ""),
    ):  # fmt: skip
        clause = clause.replace(mark, josa(value, closed, open_))
    if told.subject == PLAYER:
        return clause
    whose = f"{told.subject} " if told.slot == "name" else f"{josa(told.subject, '이', '가')} "
    return whose + clause
