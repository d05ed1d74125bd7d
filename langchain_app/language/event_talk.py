"""Whether a question is about what happened, and what it is about apart from that."""

from __future__ import annotations

import re
from collections.abc import Iterable

from langchain_app.domain.text import Language

_OPEN: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:what(?:'s| is| has| was| were|) ?(?:been )?(?:happen(?:ed|s|ing)?|going on|go(?:ne)? wrong)|"
        r"what (?:went (?:on|wrong)|became of)|what(?:'s| is) (?:new|the news|the latest)|what did you (?:see|hear|witness)|"
        r"(?:did|has|have) any ?thing (?:\w+ )?happen(?:ed)?|any(?:thing)? (?:news|new|rumou?rs?|gossip|"
        r"(?:strange|odd|unusual|interesting)(?: happen\w*)?)\b|the latest (?:news|gossip|rumou?rs?)|"
        r"word on the street)\b",
        re.IGNORECASE,
    ),
    "ko": re.compile(
        r"(?:무슨|뭔|어떤|별) ?일(?!(?:을|를|로)? ?(?:하|해|했|합|왔|오|온|찾))|일(?:이|은)? ?있었|(?:무슨|새|다른|별) ?(?:소식|소문)|소(?:식|문)[은이]? ?(?:없|있|들)|"
        r"(?:뭐|뭘|무엇을) ?(?:좀 )?(?:봤|보셨|들었|들으셨|본|들은)|있었던 일|어떻게 (?:됐|되었)|떠도는 (?:말|이야기|얘기)"
    ),
}
_HOW_WENT: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:did (?:it|that) (?:work|go|help|fail|succeed)|how did (?:it|that|things) go|has it worked|"
        r"what happened (?:just now|there|with (?:it|that|my \w+|the \w+))|(?:did you|were you able to|have you) "
        r"(?:manage|succeed|do|done|make|made) ?(?:it|to)?|was it any use|are we done)\b",
        re.IGNORECASE,
    ),
    "ko": re.compile(
        r"(?:잘 ?(?:됐|되었|되셨|끝났)|어떻게 ?(?:됐|되었)|(?:성공|실패)(?:했|하셨|한)|해냈|해내셨|효과(?:가)? ?있|됐(?:어|나|습)|"
        r"(?:방금|지금) (?:무슨|뭔) ?일)"
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


def asks_what_happened(text: str, language: Language) -> bool:
    """Tell whether the utterance asks openly what happened, or what the news is."""
    return _OPEN[language].search(text) is not None


def topic(tokens: Iterable[str], language: Language) -> tuple[str, ...]:
    """Return the tokens that say which event is meant; "what happened" says nothing of it."""
    return tuple(token for token in tokens if token not in _EVENT_WORDS[language])


def asks_how_it_went(text: str, language: Language) -> bool:
    """Tell whether the question is about what has just been done, whatever that was."""
    return _HOW_WENT[language].search(text) is not None
