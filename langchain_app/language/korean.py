"""Korean morphemes, from kiwi."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Any

_CONTENT_TAGS = frozenset({"NNG", "NNP", "NR", "VV", "VA", "XR", "SL", "SN", "SH", "MAG"})
_NOMINAL = ("NN", "NR", "XPN", "XSN", "XR", "SL", "SN", "SH")
_IN_SENTENCES = frozenset({"JKS", "JKO", "JX"})
_HANGING = ("J", "VCP", "E")
_WORD = re.compile(r"[0-9A-Za-z\uac00-\ud7a3]+")

STOPWORDS = frozenset(
    """
    하 되 있 없 같 알 보 말 대하 위하 좀 그냥 진짜 정말 혹시 이제 지금 또 다시 더 많이 아주 너무
    안 못 알려주 알리 가르치 궁금 궁금하 말하 얘기 이야기 들려주 설명 주 것 거 수 때 뭐 무엇 누구
    어디 언제 왜 어떻게 얼마 몇 어느 무슨 어떤 나 너 저 우리 그 이 그것 이것 저것 여기 거기 저기 야
    좋 모르 듣 싶 아시 계시 어떠 어떻 그렇 이렇 관하 주시 해주 여쭈 묻 물어보 번 요
    기억 기억나 까먹 잊 어제 어젯밤 그제 그저께 오늘 내일 모레 아까 방금 요즘 요새
    """.split()  # noqa: SIM905  a list literal would take a line a word
)
"""Forms that carry no topic: in a question they only ask."""


class KoreanAnalyser:
    """Splits Korean text; loads kiwi (1.5-2.5 s, about 500 MB) when it is first used.

    `names` are kept whole. They are added in one batch, because each batch rebuilds the model.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = tuple(name for name in names if _is_name(name))
        # A turn asks for the same utterance's morphemes half a dozen times (0.3 ms each).
        self.lemmas = lru_cache(maxsize=256)(self._lemmas)
        self.lemmas_as_meant = lru_cache(maxsize=256)(self._lemmas_as_meant)

    @cached_property
    def kiwi(self) -> Any:
        """The kiwi analyser; it may be called from several threads."""
        from kiwipiepy import Kiwi

        kiwi = Kiwi(num_workers=1)
        for name in self._names:
            kiwi.add_user_word(name, "NNP", 0.0)
        kiwi.tokenize("준비")  # builds the model now, not in the first turn
        return kiwi

    def noun_at(self, text: str, begins: int, ends: int) -> tuple[int, int]:
        """Return the place of the noun phrase at a place: whole morphemes, no particle, no copula."""
        start, stop = text.rfind(" ", 0, begins + 1) + 1, text.find(" ", ends)
        stop = stop if stop >= 0 else len(text)
        morphemes = [
            (token.start, token.start + token.len, token.tag)
            for token in self.kiwi.tokenize(text[start:stop])
        ]
        begins, ends = begins - start, ends - start
        for first, end, tag in reversed(morphemes):
            if first < begins < end or (end == begins and tag.startswith(_NOMINAL)):
                begins = first
        for first, end, tag in morphemes:
            if first < ends < end or (first == ends and tag.startswith(_NOMINAL)):
                ends = end
        inside = [one for one in morphemes if begins <= one[0] < ends]
        while inside and inside[-1][2].startswith(_HANGING):
            first, _, tag = inside.pop()
            if not tag.startswith("E"):
                ends = first
        return start + begins, start + ends

    def is_noun(self, text: str) -> bool:
        """Tell whether a text is a noun phrase: it ends in a noun, and no subject or object is in it."""
        tags = [token.tag for token in self.kiwi.tokenize(text)]
        return bool(tags) and tags[-1].startswith(_NOMINAL) and not _IN_SENTENCES & set(tags)

    def content(self, text: str, *, as_meant: bool = False) -> list[str]:
        """Return the content morphemes of `text`, stop words left out.

        With `as_meant`, common misspellings are read as what was meant (어케, 잇엇어요); that takes
        four times as long.
        """
        lemmas = self.lemmas_as_meant(text) if as_meant else self.lemmas(text)
        return [
            form.lower() for form, tag in lemmas if tag in _CONTENT_TAGS and form not in STOPWORDS
        ]

    def _lemmas(self, text: str, **options: Any) -> tuple[tuple[str, str], ...]:
        """Return (form, tag) of every morpheme."""
        return tuple(
            (token.form, token.tag.partition("-")[0])
            for token in self.kiwi.tokenize(text, normalize_coda=True, **options)
        )

    def _lemmas_as_meant(self, text: str) -> tuple[tuple[str, str], ...]:
        return self._lemmas(text, typos="basic")


def bigrams(text: str) -> list[str]:
    """Return the character pairs within each word: they survive typos and odd spacing."""
    return [
        word[start : start + 2]
        for word in _WORD.findall(text.lower())
        for start in range(max(1, len(word) - 1))
    ]


def josa(word: str, closed: str, open_: str) -> str:
    """Return `word` with the particle that its last syllable asks for."""
    code = ord(word[-1]) - 0xAC00 if word else -1
    has_final = 0 <= code < 11172 and code % 28 != 0
    return word + (closed if has_final else open_)


def _is_name(text: str) -> bool:
    # kiwi takes names with blanks too, but they then hide the words inside them.
    return bool(re.fullmatch(r"[\uac00-\ud7a3]{2,}", text))
