"""How players type, put right before it is read; what is stored stays as it was typed."""

from __future__ import annotations

import re

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'"})
_CONTRACTED = {
    word.replace("'", ""): word
    for word in ["ain't", "aren't", "can't", "couldn't", "didn't", "doesn't", "don't", "hadn't", "hasn't", "haven't", "isn't", "mustn't", "needn't", "shouldn't", "wasn't", "weren't", "won't", "wouldn't", "i'm", "i've", "you're", "you've", "you'll", "they're", "they've", "they'll", "we've", "he's", "she's", "that's", "there's", "what's", "where's", "who's", "how's", "it'll", "that'll", "let's"]
} | {
    "dont't": "don't", "u": "you", "ur": "your", "r": "are", "pls": "please", "plz": "please", "ya": "you",
    "thx": "thanks", "ty": "thank you", "gonna": "going to", "wanna": "want to", "gotta": "got to",
    "gimme": "give me", "lemme": "let me", "dunno": "don't know", "cuz": "because", "cos": "because",
    "bc": "because", "tho": "though", "btw": "by the way", "idk": "I don't know", "ive": "I've", "im": "I'm",
    "teh": "the", "wat": "what", "wut": "what", "wats": "what's", "wheres": "where's", "alot": "a lot", "k": "ok",
}  # fmt: skip
"""Only what is no other English word: "well", "ill", "id", "were", "its" are left alone."""
_WORD = re.compile(r"(?<![\w'])[A-Za-z']+(?![\w'])")
_NAME = re.compile(r"[A-Z][a-z]+")
_STRETCHED = re.compile(r"([A-Za-z])\1{2,}")
_SHOUTED = re.compile(r"([!?.~,…ㅋㅎㅠㅜ^;])\1{2,}")
_STRETCHED_HANGUL = re.compile(r"([가-힣])\1{2,}")
_SPACES = re.compile(r"\s+")


def tidied(text: str) -> str:
    """Return `text` as it would be typed with care: apostrophes, no stretched letters, one space.

    Takes time linear in the text. Letters that laugh or weep stay, two of each: they carry a tone.
    """
    text = text.translate(_APOSTROPHES)
    text = _STRETCHED.sub(r"\1\1", text)
    text = _SHOUTED.sub(r"\1\1", text)
    text = _STRETCHED_HANGUL.sub(r"\1", text)
    text = _WORD.sub(_contracted, text)
    return _SPACES.sub(" ", text).strip()


def _contracted(word: re.Match[str]) -> str:
    typed = word[0]
    put_right = _CONTRACTED.get(typed.lower())
    if put_right is None or (_NAME.fullmatch(typed) and "'" not in put_right and _within(word)):
        return typed
    return put_right[0].upper() + put_right[1:] if typed[0].isupper() else put_right


def _within(word: re.Match[str]) -> bool:
    """Tell whether a word stands within a sentence, where a capital makes it a name: "I am Ty"."""
    before = word.string[max(0, word.start() - 2) : word.start()].rstrip()
    return word.start() > 0 and before[-1:] not in (".", "!", "?", "…", "")
