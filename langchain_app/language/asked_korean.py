"""What Korean questions want to be reminded of."""

from __future__ import annotations

import re

from langchain_app.domain.facts import PLAYER, SLOTS, Asked, Slot, When
from langchain_app.language.facts_korean import MY, same

_SELF = r"(?:나|내|난|내가|나는|저|제|전|제가|저는|우리)"
_SAID = r"(?:했|말했|랬|댔|그랬|얘기했|이야기했|말씀드|알려)"
_ASKED: tuple[tuple[Slot, str], ...] = (
    ("name", rf"{_SELF}\s*이름|{_SELF}(?:가|는)?\s*누구|나를? 뭐라고 불|절 뭐라고 불|저를 뭐라고 (?:불|부르|부른)|이름이 뭐라고 {_SAID}"),
    ("home", rf"(?:어디|어느|무슨)(?:에|서|에서)?\s*(?:산|살|사는|머무|묵|지내|이사)|{_SELF}.*(?:집|거처|사는 (?:곳|데)|주소|동네)|이사한? ?(?:곳|데|어디)|어디로 (?:이사|옮)"
     rf"|{_SELF}.*(?:에|서) ?(?:사는|살고|산다|살아|살던|살았)"),
    ("origin", rf"(?:어디|어느 \S+)(?:에서|서)\s*(?:왔|온|태어|자랐)|어디 (?:출신|사람)|{_SELF}.*(?:고향|출신|자란 곳|태어난)|고향이"),
    ("job", rf"{_SELF}.*(?:직업|생업|밥벌이|하는 일|무슨 일|뭐 ?하는 사람|무슨 일을|무엇을 해서|뭘 해서|뭐 ?해서)|(?:직업|하는 일)이 (?:뭐|무엇)|무슨 일(?:을)? (?:한다|했다|하는)|먹고 ?산"),
    ("age", rf"{_SELF}.*(?:몇 살|나이|연세)|몇 살이라고|나이가"),
    ("dislikes", r"싫어|질색|못 먹|안 좋아하|꺼리|꺼려|못 견디"),
    ("likes", r"(?<!안 )좋아(?:하|한|했)|즐겨|제일 좋|가장 좋|취향"),
    ("fear", r"무서|두려|겁(?:을|이|내|나|낸)"),
    ("owns", rf"{_SELF}.*(?:가진|가지고|갖고|샀다|산 (?:것|거|게|물건)|소유|장만)|뭘 (?:샀|가졌|가지고|갖고)|무엇을 (?:샀|가졌)"),
    ("goal", rf"{_SELF}.*(?:찾(?:는|고|는다)|목표|꿈(?!을? ?[꾸꿨꾼])|소원|바라|하고 싶|고 싶|왜 (?:왔|여기)|뭐 ?하러 왔|온 이유|온 까닭)|(?:뭘|누구를|누굴|무엇을|뭐를) 찾|뭘? ?하고 싶|꿈이 (?:뭐|무엇)"),
    ("promise", r"약속|맹세|다짐"),
    ("family", rf"{_SELF}.*(?:가족|형제|식구|자매|피붙이)|(?:가족|형제|식구)(?:이|가)"),
    ("pet", rf"{_SELF}.*(?:키우|기르|반려|짐승|동물)|뭘 (?:키|기)|무슨 동물|어떤 동물"),
)  # fmt: skip
_OF_ME = re.compile(
    r"(?:^|\s)(?:나|저|내|제|난|전|날|절|나는|저는|내가|제가|나도|저도|나를|저를|나한테|저한테|우리|우리가|저희|저희가)(?=\s|$)"
    r"|다고|라고|랬|댔|는지|던지|했더라|기억|말했|말씀드|약속했"
)
_COMPILED = [(slot, re.compile(text)) for slot, text in _ASKED]
_OF_OTHERS: tuple[tuple[Slot, re.Pattern[str]], ...] = (
    ("name", re.compile(r"이름|뭐라고 불|누구")),
    ("home", re.compile(r"어디|사는 곳|사는 데|집")),
    (
        "job",
        re.compile(r"직업|무슨 일|하는 일|뭐 ?(?:한|하|해)|뭘 (?:한|하|해)|뭐라고 했(?:지|죠)$"),
    ),
    ("age", re.compile(r"몇 살|나이")),
)
_WHEN: tuple[tuple[When, re.Pattern[str]], ...] = (
    ("yesterday", re.compile(r"어제|어저께")),
    ("first", re.compile(r"처음|맨 먼저|제일 먼저|가장 먼저|첫")),
    ("last", re.compile(r"지난번|저번|아까|방금|마지막|최근|조금 전|좀 전|요전")),
)
_TOLD_YOU = re.compile(
    r"뭐라|뭐랬|무슨 (?:말|얘기|이야기)|뭘 (?:말|얘기|이야기)|한 (?:말|얘기|이야기)|했던 (?:말|얘기|이야기)|무엇을 말|뭐를 말|들려준|들려드린|해 ?준 (?:말|얘기)"
)
_BEFORE = re.compile(r"예전|전에(?!는 뭐라)|옛날|원래|이전|한때|(?:았|었|했|였)었|살았|옛")
_TOLD_BEFORE = re.compile(  # earlier is when it was told, not when it held
    r"전에\s*(?:(?:제가|내가|나한테|너한테|당신한테)\s*)?(?:말|얘기|이야기|알려|들려)|"
    r"^(?!.*(?:[았었였했]다|살았|전엔|전에는)).*(?<![았었였했])[다라]고\s*(?:했|말|얘기|이야기|그랬)"
)
_REMEMBER = re.compile(r"기억|잊|까먹|아세요|알아|말했|말씀|얘기했|이야기했|했지|했죠|했더라")
_EVERYTHING = re.compile(
    r"(?:나|저|내|제)에? ?(?:대해|대해서|관해|에 대해).*(?:알|기억|아는)|날 (?:얼마나|기억)|나를 기억|저를 기억|절 기억"
)
_PARTICLES = re.compile(
    r"(?:이라고|라고|이랑|에게|한테|에서|이가|은|는|이|가|을|를|의|랑|와|과|도|에)$"
)
_WORD = re.compile(r"[가-힣A-Za-z]{1,10}")
_RELATED = re.compile(MY)


def asked(text: str) -> Asked:
    """Return what a question asks of the talks with this NPC."""
    before = _BEFORE.search(text) is not None and _TOLD_BEFORE.search(text) is None
    names = tuple(dict.fromkeys(_PARTICLES.sub("", word) for word in _WORD.findall(text)))
    others = tuple(dict.fromkeys(same(match["rel"]) for match in _RELATED.finditer(text)))
    if others:
        slots = tuple(slot for slot, pattern in _OF_OTHERS if pattern.search(text))
        if not slots and _REMEMBER.search(text):
            slots = SLOTS
        return Asked(slots, others, names, before)
    if _EVERYTHING.search(text):
        return Asked(SLOTS, (PLAYER,), names)
    of_me = _OF_ME.search(text) is not None  # "뭘 좋아하세요?" asks the NPC for its own taste
    slots = tuple(slot for slot, pattern in _COMPILED if of_me and pattern.search(text))
    if "dislikes" in slots:
        slots = tuple(slot for slot in slots if slot != "likes")
    if "name" in slots:
        slots = ("name",)
    when = None
    if not slots and _TOLD_YOU.search(text):
        when = next((when for when, pattern in _WHEN if pattern.search(text)), None)
    return Asked(slots, (PLAYER,) if slots else (), names, before, when)


def of_me(text: str) -> bool:
    """Tell whether a question asks about the player."""
    return _OF_ME.search(text) is not None or _RELATED.search(text) is not None
