"""What an utterance of the player's own is about, by its words alone: a softer net than patterns.

Where no pattern hears a fact, the memory is still posted under its topics, and a question that is put in
words nobody foresaw finds it by the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from langchain_app.domain.facts import PLAYER, Slot
from langchain_app.language.facts_english import MY as MY_ENGLISH
from langchain_app.language.facts_english import OTHERS
from langchain_app.language.facts_korean import MY as MY_KOREAN
from langchain_app.language.facts_korean import same

_ENGLISH: dict[Slot, str] = {
    "name": r"names?|named|call(?:s|ed)?|known as|who am i",
    "home": r"live[sd]?|living|lodg\w+|sleep\w*|slept|hous\w+|homes?(?! country)|rooms?|stay\w*|dwell\w*|doors?|address|"
    r"mov(?:e|ed|ing)|settl\w+|cottage|roof over|bed|rent\w*|neighbou?rs",
    "job": r"work\w*|trade|job|bread|living(?! at| in| by)|hired?|profession\w*|earn\w*|employ\w*|craft|apprentice\w*|occupation|calling",
    "origin": r"from|born|raised|grew up|grow up|hail|homeland|hometown|home (?:country|town)|native|came here|childhood|roots|country",
    "age": r"years old|old am i|my age|winters old|birthday",
    "likes": r"lov(?:e|es|ed)|lik(?:e|ed|es)|enjoy\w*|favou?rite|fond|adore\w*|prefer\w*|delight\w*|happier|happiest|weakness",
    "dislikes": r"hat(?:e|es|ed)|dislik\w+|abide|can(?:'?t|not) (?:i )?(?:stand|bear)|detest\w*|loath\w+|disgust\w*|sick of|no patience|never liked",
    "fear": r"fear\w*|afraid|scar(?:e|es|ed|y|ing)|frighten\w*|terrif\w*|terror|dread\w*|creeps|shivers?|nightmares?",
    "owns": r"own(?:ed|s)?|bought|possess\w*|inherit\w*|belong\w*|sold",
    "goal": r"want\w*|hop(?:e|ing)|goal|aim\w*|try(?:ing)?|plan\w*|seek\w*|search\w*|looking for|saving|here (?:to|for)|"
    r"wish\w*|long to|my dream is|one day|quest|is my dream|after|heart on",
    "promise": r"promis\w+|my word|swear|swore|vow\w*|pledge\w*|oath|honou?r|you'll see|count on",
}  # fmt: skip
_DREAMT = re.compile(r"\bdream\w*\b", re.IGNORECASE)
"""Irregular, and asked for as a noun and as a verb: dreamt, dreamed, a dream."""
_KOREAN: dict[Slot, str] = {
    "name": "이름 부르 불리 성함",
    "home": "살 집 이사 거처 머무르 머물 지내 방 묵 동네 주소 옮기 정착",
    "job": "직업 생업 밥벌이 먹고살 벌이 일하 노릇 생계",
    "origin": "고향 출신 태어나 자라 토박이 건너오 나고 태생",
    "age": "나이 연세",
    "likes": "좋아하 즐기 사랑하 취향 최고 반하 아끼 사족 즐겨",
    "dislikes": "싫 싫어하 질색 별로 견디 참 혐오 밉 미워하 꺼리",
    "fear": "무섭 무서워하 두렵 두려워하 겁 겁나 겁내 떨 무서움 두려움",
    "owns": "사 팔 소유 물려받 장만 가지 갖",
    "goal": "찾 목표 소원 바라 꿈꾸 이루 까닭 이유",
    "promise": "약속 맹세 다짐 맹세코",
}
_ENGLISH_COMPILED = [
    (slot, re.compile(rf"\b(?:{words})\b", re.I)) for slot, words in _ENGLISH.items()
]
_KOREAN_SETS = [(slot, frozenset(words.split())) for slot, words in _KOREAN.items()]
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|i'll|my|me|we|our|us|mine)\b|^\W*(?:name's)", re.I)
_RELATED_ENGLISH = re.compile(rf"\b{MY_ENGLISH}\b|\b(?:an?|this is my) (?:\w+ )?(?P<one>brother|sister|dog|cat)\b", re.I)  # fmt: skip
_RELATED_KOREAN = re.compile(MY_KOREAN)
_BARE_KOREAN = re.compile(
    r"(?<![가-힣])(?P<rel>남동생|여동생|동생|누나|언니|오빠|형|강아지|개|고양이)(?=[은는이가을를의도]|\s|$)"
)


def topics_english(text: str) -> tuple[str, ...]:
    """Return the topics of what is said in the first person, as tokens "~subject.slot"."""
    text = text.replace("’", "'")
    if not _FIRST_PERSON.search(text):
        return ()
    others = [
        OTHERS[(match["rel"] or match["one"]).lower()] for match in _RELATED_ENGLISH.finditer(text)
    ]
    slots = [slot for slot, pattern in _ENGLISH_COMPILED if pattern.search(text)]
    found = _tokens(others, slots)
    return (*found, "~player.dream") if _DREAMT.search(text) else found


def topics_korean(text: str, forms: Iterable[str]) -> tuple[str, ...]:
    """Return the topics of an utterance with these morphemes, as tokens "~subject.slot"."""
    known = frozenset(forms)
    if "먹고" in text:  # 먹고살다, in two morphemes, is a living and no home
        known = known - {"살"} | {"먹고살"}
    related = [*_RELATED_KOREAN.finditer(text)] or [*_BARE_KOREAN.finditer(text)]
    slots = [slot for slot, words in _KOREAN_SETS if words & known]
    return _tokens([same(match["rel"]) for match in related], slots)


def _tokens(others: Sequence[str], slots: Sequence[Slot]) -> tuple[str, ...]:
    """Somebody else is a topic whatever is said of them; the player only with a slot."""
    if others:
        return tuple(dict.fromkeys(f"~{other}" for other in others))
    return tuple(f"~{PLAYER}.{slot}" for slot in slots)
