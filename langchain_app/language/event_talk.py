"""Whether a question is about what happened, and what it is about apart from that."""

from __future__ import annotations

import re
from collections.abc import Iterable

from langchain_app.domain.text import Language

_NEWS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:what(?:'s| is| has| was| were|) ?(?:been )?(?:happen(?:ed|s|ing)?|going on|go(?:ne)? wrong)|"
        r"what went (?:on|wrong)|what did you (?:see|hear|witness)|(?:did|have) you (?:see|seen|hear|heard) "
        r"(?:what|any|about|of|the news)|any(?:thing)? (?:news|new|strange|odd|unusual|interesting|happen\w*)|"
        r"news|rumou?rs?|gossip|word on the street|is it true|who (?:did it|was it|saw))\b",
        re.IGNORECASE,
    ),
    "ko": re.compile(
        r"무슨 ?일|뭔 ?일|별일|어떤 일|일(?:이|은)? ?있었|일어났|벌어졌|생겼|있었던 일|소식|소문|뒷소문|사건|목격|"
        r"(?:뭐|뭘|무엇을|무슨) ?(?:봤|보셨|들었|들으셨|본|들은)|(?:봤|들었|보셨|들으셨)(?:어|나|니|냐|습니까|어요|나요|소)|"
        r"사실(?:이야|이에요|입니까|인가)|진짜(?:야|예요|입니까)"
    ),
}
_EVENT_WORDS: dict[Language, frozenset[str]] = {
    "en": frozenset(
        [
            "happen",
            "new",
            "news",
            "rumour",
            "rumor",
            "gossip",
            "event",
            "see",
            "saw",
            "seen",
            "witnes",
            "true",
            "strang",
            "odd",
            "unusual",
            "wrong",
            "interest",
            "anyth",
            "someth",
            "word",
            "street",
            "late",
            "goe",
            "story",
        ]
    ),
    "ko": frozenset(
        [
            "일",
            "별일",
            "소식",
            "소문",
            "뒷소문",
            "사건",
            "목격",
            "벌어지",
            "일어나",
            "생기",
            "나",
            "사실",
            "진짜",
            "떠돌",
            "돌",
            "새",
            "요새",
            "최근",
            "없",
            "전",
            "후",
            "날",
        ]
    ),
}


def asks_of_events(text: str, language: Language) -> bool:
    """Tell whether the utterance asks what happened, or what people say happened."""
    return _NEWS[language].search(text) is not None


def topic(tokens: Iterable[str], language: Language) -> tuple[str, ...]:
    """Return the tokens that say which event is meant; "what happened" says nothing of it."""
    return tuple(token for token in tokens if token not in _EVENT_WORDS[language])
