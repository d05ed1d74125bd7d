"""What English questions want to be reminded of."""

from __future__ import annotations

import re

from langchain_app.domain.facts import PLAYER, SLOTS, Asked, Slot, When
from langchain_app.language.facts_english import MY, OTHERS

_ASKED: tuple[tuple[Slot, str], ...] = (
    ("name", r"\b(?:my (?:own |real )?name|who (?:am i|i am)|(?:am i|i'm|i am) called|call me|i introduce)\b"),
    ("home", r"\bwhere\b(?!.*\b(?:can|could|should|may|might|from)\b).*\b(?:i|we|my|our|me)\b.*\b(?:live|lived|living|stay\w*|home|house|"
     r"dwell\w*|lodg\w*|sleep\w*|moved?|settled?|reside|find me|room|place)\b|\bmy (?:home|house|address|lodging|place)\b"
     r"|\bdo i (?:still |now )?live\b|\bwhat (?:place|part|quarter)\b.*\bi\b.*\b(?:live|call)\b"),
    ("origin", r"\bwhere\b.*\b(?:i|i'm|am i|we)\b.*\b(?:from|born|grew|grow|come|came|hail)\b|\bmy (?:hometown|homeland|birthplace|origins?|roots)\b"
     r"|\bwhat (?:land|town|place|country)\b.*\bi\b.*\bfrom\b"),
    ("job", r"\bwhat (?:do|did|is it) i do\b(?! (?:to|with|wrong|if|when|about|now|next|here|first)\b)|\bmy (?:old |former )?(?:job|trade|work|profession|craft|calling|occupation|living)\b"
     r"|\bdo i work\b|\bi (?:do|did) for (?:a living|work)\b|\bi (?:earn|make)\b.*\b(?:living|bread|keep)\b|\bwhat (?:kind|line|sort) of work\b|\bline of work\b|\bi work(?:ed)? (?:as|at)\b"),
    ("age", r"\bhow old (?:am i|i am|was i)|\bmy age\b|\bhow many (?:years|winters|summers)\b.*\bi\b"),
    ("dislikes", r"\bi\b.*\b(?:hate|dislike|detest|loathe|can't (?:stand|bear)|cannot (?:stand|bear)|not (?:stand|bear|abide)|don't like|do not like|never eat)\b|\bcan(?:'t|not)? i\b.*\b(?:stand|bear|abide)\b|\bwhat (?:bothers|sickens|disgusts) me\b|\bmy (?:dislikes|least favou?rite)\b"),
    ("likes", r"\b(?:i|my)\b.*\b(?:like[sd]?(?! to (?:buy|know|ask))|loved?|enjoy|favou?rite|fond|prefer|weakness|please[sd]? me)\b"),
    ("fear", r"\b(?:i|me|my|i'm)\b.*\b(?:afraid|scared?s?|fears?|frighten\w*|terrif\w*|dread)\b|\b(?:frightens?|scares?|terrif\w+) me\b|\bme (?:the )?(?:shivers?|creeps)\b"),
    ("owns", r"\b(?:do|did|does) i (?:still )?(?:own|have(?! (?:a )?(?:weakness|soft|passion|love|fear|dream|wish|to\b))|possess)\b|\bwhat\b.*\bi\b.*\b(?:own|have|buy|bought|possess)\b|\bmy (?:possessions|belongings)\b"),
    ("goal", r"\bwhat\b(?!.*\bdid i dream).*\bi\b.*\b(?:want\w*|hop\w+|plan\w*|look\w* for|seek\w*|after|search\w*|try\w*|dream(?:ing)? of|wish\w*|came|come)\b|\bi(?:'m| am)? (?:after|long for)\b|\bam i after\b|\bmy heart\b|\bmy (?:goal|dream|plan|quest|aim|wish|search)s?\b"
     r"|\bwhy (?:did i come|am i here|i came|i'm here)\b"),
    ("promise", r"\b(?:promise|vow|pledge|oath|word)s?\b.*\bi\b|\bi (?:\w+ )?(?:promised?|swore|swear|vow(?:ed)?|pledged?)\b|\bmy (?:promise|vow|pledge|word)s?\b"),
    ("family", r"\bmy (?:family|siblings?|relatives|kin|folks)\b|\bdo i have (?:any )?(?:family|siblings|relatives|brothers or sisters)\b"),
    ("pet", r"\bmy (?:pets?|animals?|companion)\b|\b(?:i have|have i) (?:a |any )?(?:pets?|animals?)\b|\bwhat (?:animal|pet)s?\b.*\bi\b"),
)  # fmt: skip
_ASKED_COMPILED = [(slot, re.compile(text, re.IGNORECASE)) for slot, text in _ASKED]
_ASKED_OF_OTHERS: tuple[tuple[Slot, re.Pattern[str]], ...] = (
    ("name", re.compile(r"\b(?:name|named|called|call)\b", re.I)),
    ("home", re.compile(r"\bwhere\b|\blives?\b", re.I)),
    ("job", re.compile(r"\bdo(?:es)? my\b.*\bdo\b|\bwhat (?:is|was) my \w+\W*$|\b(?:job|trade|work|living)\b|\bwhat\b.*\bdoes\b.*\bdo\b", re.I)),
    ("age", re.compile(r"\bhow old\b|\bage\b", re.I)),
)  # fmt: skip
_WHEN: tuple[tuple[When, re.Pattern[str]], ...] = (
    ("yesterday", re.compile(r"\byesterday\b", re.I)),
    ("first", re.compile(r"\b(?:first|to begin with|in the beginning|at the start|when we (?:first )?met)\b", re.I)),
    ("last", re.compile(r"\b(?:last(?: time)?|just now|a moment ago|latest|most recently|before you|earlier)\b", re.I)),
)  # fmt: skip
_TOLD_YOU = re.compile(
    r"\b(?:i (?:\w+ )?(?:tell|told|say|said|mention(?:ed)?|spoke|speak)|we (?:talk|talked|speak|spoke|discuss)|"
    r"my (?:first|last|latest) words|you (?:hear|heard) from me)\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"\b(?:before|used to|previously|formerly|once|earlier|originally|at first|former|old (?:job|home|house|trade))\b",
    re.IGNORECASE,
)
_TOLD_BEFORE = re.compile(  # earlier is when it was told, not when it held
    r"\b(?:told|tell|said|say|mention(?:ed)?)(?: you)?(?: about (?:it|that))? (?:once|before|earlier|previously)\b|"
    r"\b(?:once|earlier|previously) (?:told|said|mentioned)\b|"
    r"\b(?:told|tell|said|say|mention(?:ed)?)\b.*\b(?:i'm|i (?:live|am|do|work|come)|my \w+ is)\b",
    re.IGNORECASE,
)
ADVICE = re.compile(
    r"\b(?:can|could|should|may|might|must|shall|would|will) (?:i|we)\b(?! not)|\b(?:i|we) have to\b|"
    r"\b(?:i|we) (?:can|could|should|may|might|must|shall|would|will|need)\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(r"\b(?:did i (?:say|tell|promise)|my (?:promise|word))\b", re.I)
_REMEMBER = re.compile(r"\b(?:remember|recall|forg[eo]t|know|told|tell|said|mention)", re.I)
_EVERYTHING = re.compile(
    r"\b(?:know|remember|learned|learnt|recall)\b.* about me\b|\bwho do you think i am\b", re.I
)
_A_NAME = re.compile(r"(?<![.!?] )(?<!^)\b[A-Z][a-z]+\b")


def asked(text: str) -> Asked:
    """Return what a question asks of the talks with this NPC."""
    text = text.replace("’", "'")
    when = None
    if _TOLD_YOU.search(text):
        when = next((when for when, pattern in _WHEN if pattern.search(text)), None)
    names = tuple(dict.fromkeys(name for name in _A_NAME.findall(text)))
    before = _BEFORE.search(text) is not None and _TOLD_BEFORE.search(text) is None
    if _EVERYTHING.search(text):
        return Asked(SLOTS, (PLAYER,), names)
    if ADVICE.search(text) and not _REPORTED.search(text):
        return Asked(names=names)
    others = tuple(
        dict.fromkeys(OTHERS[m["rel"].lower()] for m in re.finditer(rf"\b{MY}\b", text, re.I))
    )
    if others:
        slots = tuple(slot for slot, pattern in _ASKED_OF_OTHERS if pattern.search(text))
        if not slots and _REMEMBER.search(text):
            slots = SLOTS
        return Asked(slots, others, names, before)
    slots = tuple(slot for slot, pattern in _ASKED_COMPILED if pattern.search(text))
    if "dislikes" in slots:
        slots = tuple(slot for slot in slots if slot != "likes")
    return Asked(slots, (PLAYER,) if slots else (), names, before, None if slots else when)


def of_me(text: str) -> bool:
    """Tell whether a question asks about the player: "what am I", "where do I", "my brother"."""
    return _OF_ME.search(text) is not None and ADVICE.search(text) is None


_OF_ME = re.compile(
    r"\b(?:am|do|did|was|have|is|are|'s|can) (?:i|we|my|our)\b(?! (?:need|have to|get|find|go|pay|owe you))|"
    r"\b(?:remember|recall|know|forg[eo]t|tell me)\b.*\b(?:i|my|me)\b|\bcall me\b|\b(?:told|tell) you\b|"
    r"\b(?:i|we) (?:told|said|mention\w*|come from|came from|live|lived)\b|\bin my\b|\bmy own\b|^\W*my\b",
    re.IGNORECASE,
)
