"""What the player said, turned for telling it back: "I found a ring" -> "you found a ring"."""

from __future__ import annotations

import re

from langchain_app.language.korean import josa

LONGEST = 120
"""Characters; who said more is quoted."""
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ,'’-]*")
"""One sentence of words alone: no question, no quotation, no markup."""
_ADDRESSES = re.compile(
    r"\b(?:you|your|yours|u|ur|yourself|please|pls|let'?s|thanks|thank|we|us|our|ours)\b",
    re.IGNORECASE,
)
"""Who speaks to somebody, or for more than one, is quoted: turned, it would say something else."""
_LEADS = re.compile(
    r"^(?:(?:oh|ugh|well|so|btw|by the way|hey|hi|hello|honestly|actually|and|but|ok|okay|yeah|um|also)"
    r"\b[ ,]*)+",
    re.IGNORECASE,
)
_AFTER_I = (
    (re.compile(r"\bi(?:['’]?m| am)\b", re.IGNORECASE), "you are"),
    (re.compile(r"\bi was\b", re.IGNORECASE), "you were"),
    (re.compile(r"\bi wasn['’]?t\b", re.IGNORECASE), "you weren't"),
    (re.compile(r"\bi['’]?ve\b", re.IGNORECASE), "you've"),
    (re.compile(r"\bi['’]d\b", re.IGNORECASE), "you'd"),
    (re.compile(r"\bi['’]ll\b", re.IGNORECASE), "you'll"),
)
_TURNED = {"i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself"}
_OWN = re.compile(r"\b(?:i|me|my|mine|myself)\b", re.IGNORECASE)
_BEGINS = re.compile(r"(?:i|i['’]?(?:m|ve|d|ll)|my)\b", re.IGNORECASE)


def as_reported(text: str) -> str | None:
    """Return an English statement as the NPC tells it of the player; None where it is better quoted.

    Only what begins with the player or with what is theirs is turned.
    """
    said = _LEADS.sub("", text.strip().rstrip(".!").strip())
    turnable = len(said) <= LONGEST and _PLAIN.fullmatch(said) and _BEGINS.match(said)
    if not turnable or _ADDRESSES.search(said):
        return None
    for own, theirs in _AFTER_I:
        said = own.sub(theirs, said)
    return _OWN.sub(lambda word: _TURNED[word.group().lower()], said)


def quoting(said: str) -> str:
    """Return the Korean particle after a quotation: 이라고 where the words end in a consonant."""
    last = re.sub(r"[^가-힣]", "", said)[-1:]
    return josa(last, "이라고", "라고").removeprefix(last)
