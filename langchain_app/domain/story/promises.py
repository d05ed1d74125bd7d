"""Whether a model's words agree with what the rules let happen this turn.

A reply that hands over an item, announces an action or declares a quest done, while the settlement
will do nothing of the kind, is repaired: what an NPC says and what the state says must be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from langchain_app.domain.story.story import Effects, StoryState
from langchain_app.domain.text import Language, squeezed
from langchain_app.domain.world import World

_GIVING: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\bhere(?:'s| is| are| you (?:go|are)| it is)\b|\btake (?:this|it|these|the|my|your|an?)\b"
        r"|\bhave (?:this|these|my)\b|\b(?:give|giving|gave|hand|handing|lend|lending|grant|offer|pass|"
        r"bring) (?:it|this|these|the|my|an?|you|to you|over)\b|\b(?:is|are) yours\b|\byours now\b"
        r"|\b(?:accept|keep) (?:this|it|the|my|these)\b|\bwant you to have\b|\byou(?:'ve| have) earned\b",
        re.IGNORECASE,
    ),
    "ko": re.compile(
        r"드릴게|드리겠|드리지|드립니다|드려요|드리리|줄게|주마|주겠|주지(?!\s?(?:않|못|는|도|마))|줄 ?테니|건네|"
        r"받(?:아|으)(?:요|라|둬|두|주|가|세요|게|십시오|시오|시게)|가져가|여기 ?있|가지(?:세요|게|십시오|시오|거라|고 ?가)|"
        r"챙겨 ?가|(?:네|당신|자네|그대) ?(?:것|거)(?:야|예요|이에요|입니다|이오|일세|다)|맡기(?:겠|마|지|네)|선물"
    ),
}  # fmt: skip
_TAKING: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\bi(?:'ll| will| shall|'ve| have)? (?:take|took|taken|accept(?:ed)?|receive[d]?) (?:it|this|"
        r"these|the|your|that)\b|\bthank you for (?:the|this|bringing)\b",
        re.IGNORECASE,
    ),
    "ko": re.compile(r"(?:잘 ?)?받(?:았|을게|겠|도록 ?하|아 ?두)|넘겨받"),
}
_DONE: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:quest|task|mission|errand)\b[^.!?]{0,12}\b(?:complete[d]?|done|finished|fulfilled|over)\b"
        r"|\byour reward\b",
        re.IGNORECASE,
    ),
    "ko": re.compile(r"(?:퀘스트|임무|의뢰|과제|심부름)\S{0,2}\s?\S{0,6}\s?(?:완료|완수|끝났|끝냈|마쳤|해냈)|보상(?:이다|이야|이오|일세|입니다|을|으로)"),
}  # fmt: skip
_UNREAL: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"n't\b|\b(?:not|never|no|cannot|nothing|nobody|if|when|once|unless|until|before|would|could|"
        r"might|may|should|perhaps|maybe|some ?day|used to|did|was|were|had)\b|\?\s*$",
        re.IGNORECASE,
    ),
    "ko": re.compile(
        r"(?:^|\s)(?:못|안)\s|않|못|없|말게|마세요|마라|지 ?마|[가-힣]면(?:[\s,]|$)|만약|때까지|전까지|나중에|언젠가|"
        r"을 ?텐데|ㄹ 텐데|수도|예전|\?\s*$"
    ),
}
"""Denied, conditional, past or asked: no promise of now."""
_SENTENCE = re.compile(r"[^.!?…\n]+[.!?…]*")


@dataclass(frozen=True, slots=True)
class Settled:
    """What the rules let happen this turn, and what may be quoted: authored lines, lore, memories."""

    effects: Effects
    actions: frozenset[str]
    story: StoryState
    npc_id: str
    quotable: str


def promise_fault(reply: str, language: Language, settled: Settled, world: World) -> str | None:
    """Return what a reply promises that will not be so, or None."""
    quotable = squeezed(settled.quotable)
    for sentence in _SENTENCE.findall(reply):
        if _UNREAL[language].search(sentence) or squeezed(sentence) in quotable:
            continue
        if fault := next(_faults(sentence, language, settled, world), None):
            return fault
    return None


def _faults(sentence: str, language: Language, settled: Settled, world: World) -> Iterator[str]:
    giving, taking = _GIVING[language].search(sentence), _TAKING[language].search(sentence)
    named = _items(sentence, language, world) if giving or taking else []
    given, taken = settled.story.items.union(settled.effects.gives), settled.effects.takes
    for item in named:
        if giving and item not in given and settled.npc_id not in world.items[item].sold_by:
            yield f"gives {item}, which nothing gives"
        if taking and item not in taken and item not in given:
            yield f"takes {item}, which nothing takes"
    for name, spec in world.manifest.actions.items():
        if name not in settled.actions and spec.announced.evidence(sentence, language):
            yield f"announces {name}, which is not done"
    if _DONE[language].search(sentence):
        flags = settled.story.flags | frozenset(settled.effects.flags)
        if not any(quest.completed_flag in flags for quest in world.quests.values()):
            yield "declares a quest done"


def _items(sentence: str, language: Language, world: World) -> list[str]:
    """Return the items that a sentence names; English names as whole words."""
    text = sentence.lower()
    return [
        item
        for word, item in world.item_words[language].items()
        if word in text
        and word not in world.manifest.currency[language].lower()
        and (language == "ko" or re.search(rf"\b{re.escape(word)}\b", text))
    ]
