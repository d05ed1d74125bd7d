# ruff: noqa: E501  Korean letters count double; a pattern reads best whole
"""The player's own words in what they typed: no stage directions, quotations, code or others' lines.

This is structure, and ruled. What the own words mean is read by the understanding.
"""

from __future__ import annotations

import re
from functools import lru_cache

_DIRECTIONS = (
    re.compile(r"```.{0,2000}?(?:```|$)|`[^`]{1,400}`", re.DOTALL),
    re.compile(r"\*{1,3}[^*]{1,800}(?:\*{1,3}|$)"),
    re.compile(r"(?<!\w)_[^_]{2,800}_(?!\w)|~{2}[^~]{1,800}~{2}"),
    re.compile(r"\([^()]{0,800}(?:\)|$)|\[[^\[\]]{0,800}(?:\]|$)|\{[^{}]{0,800}(?:\}|$)"),
    re.compile(r"（[^（）]{0,800}(?:）|$)|【[^【】]{0,800}(?:】|$)|<[^<>]{1,800}>"),
)
_QUOTED = re.compile(
    r"“[^”]{1,800}(?:”|$)|\"[^\"]{1,800}(?:\"|$)|«[^»]{1,800}(?:»|$)|「[^」]{1,800}(?:」|$)|『[^』]{1,800}(?:』|$)"
    r"|‘[^’]{2,800}’(?![A-Za-z0-9])|(?<![A-Za-z0-9])'[^']{2,800}'(?![A-Za-z0-9])"
    r"|(?<!\w)'(?:[^']|(?<=\w)'(?=\w)){2,800}'(?!\w)"
)
_SPEAKER = re.compile(
    r"(?:^|(?<=[.!?…]\s)|(?<=[.!?…]))\s*(?!(?:Look|Listen|Well|Here|So|Honestly|Truth|Fact|Question|"
    r"Please|Promise|Answer|Wait|Hey|OK|Okay|Yes|No|Thing|Good news|News|솔직히|사실|질문|약속|좋은 소식)\s{0,4}:)"
    r"(?:[A-Z][\w'’]{0,20}(?: [A-Z][\w'’]{0,20}){0,2}|[가-힣]{1,6}|>)\s{0,4}[:：](?!\d)"  # how it is said (smiling) is left out by now
)
_SPEAKS = re.compile(r"\b(?:say|tell|whisper|answer|repl|shout|ask|promis)|말|대답|속삭|외치|묻")

_CODE = re.compile(
    r"[\w\"']\s?(?:=|:=|==|\+=|->|=>)\s?[\w\"'{\[]|[\"']\w{1,40}[\"']\s?:|\w\(\s?[\"'\w]{0,40}\s?\)\s?;"
    r"|</?\w{1,32}[^<>]{0,64}>|^\s?-{3}|```|\{\{|\$\{|\b(?:true|false|null)\s?[,;}]"
)
"""Code, data and markup: nobody talks like that."""
_ODD = re.compile(
    r"[\[\]{}<>*|=\\`#_@$%^]|\S{32,}|[\u0370-\u052f\u0590-\u08ff\u3040-\u30ff\u3400-\u9fff]|\w\d\w"
    r"|(?:\b\w[ .\-·]){4,}"
)
LONGEST = 800
"""Of a longer message nothing moves the story: nobody promises in that many letters."""
COURTEOUS_CHARS = 240
"""Who means a courtesy does not hide it in a speech."""


def heard(text: str) -> str:
    """Return what of `text` may move the story: the player's own words, or nothing of a speech or code."""
    if len(text) > LONGEST or _CODE.search(text):
        return ""
    return spoken(text).strip()


@lru_cache(maxsize=256)
def spoken(text: str) -> str:
    """Return `text` without stage directions, quotations, code and others' lines of a dialogue.

    A message that is nothing but one quotation is the player speaking, as in a novel.
    """
    own = text
    directions: list[str] = []
    for pattern in _DIRECTIONS:
        directions += pattern.findall(own)
        own = pattern.sub(" ", own)
    own = own.strip() if own != text else own
    if (tag := _SPEAKER.search(own)) is not None:
        own = own[: tag.start()]
    unquoted = _QUOTED.sub(_unless_one_word, own)
    if not unquoted.strip(" .,!?") and own.strip() and not _SPEAKS.search(" ".join(directions)):
        return own.strip().strip("“”\"«»「」『』‘’'")
    return unquoted


def plain(text: str) -> bool:
    """Tell whether `text` is plain talk: short, and nothing of it acted, quoted or encoded."""
    return len(text) <= COURTEOUS_CHARS and not _ODD.search(text) and spoken(text) == text


def _unless_one_word(quotation: re.Match[str]) -> str:
    words = quotation.group().strip("“”\"«»「」『』‘’'").split()
    plain = len(words) == 1 and words[0].isascii() and words[0].isalpha()
    return quotation.group() if plain else " "
