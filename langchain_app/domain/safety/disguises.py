"""What a text reads as when its disguise is taken off: look-alikes, spaced letters, leet, ciphers.

Only for matching: what a player said stays as it was said. Every reading is at most as long as the
text, and there are at most ten.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

READ_CHARS = 2000
"""A longer text is read up to here: no request is longer where the default limit stands."""
DISGUISED_CHARS = 4800
"""What is read of all disguises together: who wears eight at once is read in a bounded time, too."""

HANGUL = re.compile(r"[ㄱ-ㅣ가-힣]")
_HOMOGLYPHS = str.maketrans(
    "аеорсухіјѕԁһԛԝѵꞵνοαερτικυАВЕКМНОРСТХІЅЈΑΒΕΖΗΙΚΜΝΟΡΤΥΧɡıɑɩℓ０１２３４５６７８９",
    "aeopcyxijsdhqwvbvoaeptikuABEKMHOPCTXISJABEZHIKMNOPTYXgiail0123456789",
)
_LEET = str.maketrans("013457@$!|€£8", "oieastasiielb")
_LEET_WORD = re.compile(r"(?<!\S)(?=\S{0,40}[A-Za-z])(?=\S{0,40}[013457@$!|€£8])\S{3,40}")
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W_][\s.\-_*·,/\\|~+'’]{1,3}){3,}[^\W_](?![^\W_])")
_SEPARATORS = re.compile(r"[^\w]|_")
_DOTTED = re.compile(r"(?<=[^\W\d_])[.\-_*·/\\|~+•^]{1,2}(?=[^\W\d_])")
_LONE_SYLLABLE = re.compile(r"(?<!\S)[가-힣](?!\S)")
_JAMO = re.compile(r"[ㄱ-ㅎㅏ-ㅣ](?:[\s.\-]?[ㄱ-ㅎㅏ-ㅣ]){3,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_HEX = re.compile(r"(?:(?:0x|\\x)?[0-9a-fA-F]{2}[\s,:]?){8,}")
_BINARY = re.compile(r"(?:[01]{8}\s?){4,}")
_ROT13_SIGNS = re.compile(
    r"\b(?:vtaber\w*|cerivbhf|vafgehpgvba\w*|cebzcg\w*|flfgrz|qvfertneq|sbetrg|ehyrf?|erirny|tvir|"
    r"gehfg|lbhe?|nyy|gur)\b",
    re.IGNORECASE,
)
_BACKWARDS_SIGNS = re.compile(
    r"snoitcurtsni|tpmorp|\berongi|metsys|\btegrof|selur|drageris|edoM"
    r"|트프롬프|시무|시지|템스시|령명|침지|트스퀘|칙규",
    re.IGNORECASE,
)
_LEADS = {"ㄱ": 0, "ㄲ": 1, "ㄴ": 2, "ㄷ": 3, "ㄸ": 4, "ㄹ": 5, "ㅁ": 6, "ㅂ": 7, "ㅃ": 8, "ㅅ": 9,
          "ㅆ": 10, "ㅇ": 11, "ㅈ": 12, "ㅉ": 13, "ㅊ": 14, "ㅋ": 15, "ㅌ": 16, "ㅍ": 17, "ㅎ": 18}  # fmt: skip  # noqa: E501
_VOWELS = {chr(0x314F + index): index for index in range(21)}
_FINALS = {final: index for index, final in enumerate(
    ["", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"]) if final}  # fmt: skip


@lru_cache(maxsize=256)
def readings(text: str) -> tuple[str, ...]:
    """Return `text`, then every other way in which it can be read as words."""
    text = text[:READ_CHARS]
    found = [other for other in dict.fromkeys(_undisguised(text)) if other and other != text]
    each = min(READ_CHARS, DISGUISED_CHARS // max(1, len(found)))
    return (text, *(reading[:each] for reading in found))


def plain(text: str) -> str:
    """Return `text` with homoglyphs and accents of Latin letters replaced by those letters."""
    if text.isascii():
        return text
    # Hangul is kept whole; only what is left of Latin letters loses its marks.
    folded = "".join(
        c if "가" <= c <= "힣" or "\u3040" <= c <= "\u9fff" else _unmarked(c) for c in text
    )
    return folded.translate(_HOMOGLYPHS)


def joined(text: str) -> str:
    """Return `text` with letters that stand apart ("p r o m p t", "프.롬.프.트") put together."""
    together = _SPACED.sub(lambda match: _words(match.group()), text)
    return _DOTTED.sub("", together)


def unleeted(text: str) -> str:
    """Return `text` with figures and signs in words read as letters ("1gn0re")."""
    return _LEET_WORD.sub(lambda match: match.group().translate(_LEET), text)


def composed(text: str) -> str:
    """Return `text` with Korean letters that stand alone put together into syllables."""
    return _JAMO.sub(lambda match: _syllables(match.group()), text)


def _undisguised(text: str) -> Iterator[str]:
    folded = plain(text)
    yield folded
    yield joined(folded)
    yield unleeted(folded)
    yield unleeted(joined(folded))
    yield joined(composed(text))
    if len(_LONE_SYLLABLE.findall(text)) > 3:
        yield "".join(text.split())
    if _BACKWARDS_SIGNS.search(text):
        yield text[::-1]
    if _ROT13_SIGNS.search(text):
        yield codecs.encode(text, "rot13")
    yield _decoded(text)


def _words(spaced: str) -> str:
    """Join single letters; a gap wider than the others parts words."""
    wide = re.split(r"\s{2,}|\s[/|]\s", spaced)
    return " ".join(_SEPARATORS.sub("", word) for word in wide)


def _unmarked(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", character)
    if decomposed[0].isascii():
        return decomposed[0]
    return "" if unicodedata.combining(character) else character


def _syllables(jamo: str) -> str:
    letters = [letter for letter in jamo if not letter.isspace() and letter not in ".-"]
    out, at = [], 0
    while at < len(letters):
        lead, vowel = letters[at], letters[at + 1] if at + 1 < len(letters) else ""
        if lead not in _LEADS or vowel not in _VOWELS:
            out.append(lead)
            at += 1
            continue
        final, step = 0, 2
        if at + 2 < len(letters) and letters[at + 2] in _FINALS:
            begins_next = at + 3 < len(letters) and letters[at + 3] in _VOWELS
            if not begins_next:
                final, step = _FINALS[letters[at + 2]], 3
        out.append(chr(0xAC00 + (_LEADS[lead] * 21 + _VOWELS[vowel]) * 28 + final))
        at += step
    return "".join(out)


def _decoded(text: str) -> str:
    """Return what base64, hexadecimal, binary and percent signs in `text` stand for, if readable."""
    found = [_readable(_from_base64(run)) for run in _BASE64.findall(text)[:8]]
    for run in _HEX.findall(text)[:4]:
        digits = re.sub(r"0x|\\x|[^0-9a-fA-F]", "", run)
        found.append(_readable(bytes.fromhex(digits[: len(digits) // 2 * 2])))
    for run in _BINARY.findall(text)[:4]:
        bits = "".join(run.split())
        found.append(_readable(bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits) - 7, 8))))
    if text.count("%") > 2:
        found.append(unquote(text))
    return " ".join(filter(None, found))


def _from_base64(run: str) -> bytes:
    body = run.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4))
    except (binascii.Error, ValueError):
        return b""


def _readable(data: bytes) -> str:
    """Return `data` as text, or nothing where it is none."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    letters = sum(c.isalpha() or c.isspace() for c in text)
    return text if len(text) >= 6 and letters >= 0.8 * len(text) else ""
