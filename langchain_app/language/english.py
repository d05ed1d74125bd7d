"""English words for retrieval: lower case, no function words, light stems."""

from __future__ import annotations

import re

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")

STOPWORDS = frozenset(
    """
    a about after again all also am an and any anyone anything are around as at be because been
    before being both but by can could d did do does doing done dont else even ever every for from
    get gets give go goes going gonna got had has have having he her here hers him his how i if im
    in into is it its just know let like ll m make many may me might mine more most much must my
    need no not now of off ok on one only or other our out over own please pls really re s said
    same say see she should so some something sort still such sure t tell than that the their them
    then there these they thing things think this those though to too u um up upon us use used ve
    very want was we well were what whats when where which while who whom whose why will with
    would yeah yes yet you your yours ur wanna heard hear hey hi hello
    remember recall forgot forget told yesterday today tonight tomorrow lately
    """.split()  # noqa: SIM905  a list literal would take a line a word
)

_SUFFIXES = (
    ("sses", "ss"),
    ("ies", "y"),
    ("ied", "y"),
    ("ings", ""),
    ("ing", ""),
    ("edly", ""),
    ("ed", ""),
    ("ers", "er"),
    ("ly", ""),
)


def words(text: str) -> list[str]:
    """Return the lower-case words of `text`, apostrophes cut off."""
    return [word.partition("'")[0] for word in _WORD.findall(text.lower().replace("’", "'"))]


def tokens(text: str) -> list[str]:
    """Return the content tokens of `text` for a lexical index."""
    return [stem(word) for word in words(text) if word not in STOPWORDS]


def stem(word: str) -> str:
    """Cut the commonest endings: a light stem keeps names apart where Porter would merge them."""
    if len(word) <= 3 or word.isdigit():
        return word
    for suffix, instead in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            root = word[: len(word) - len(suffix)] + instead
            if instead == "" and len(root) > 3 and root[-1] == root[-2] and root[-1] not in "ls":
                root = root[:-1]  # ringing -> ring stays, running -> run
            return root.removesuffix("e") if len(root) > 3 else root
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word
