"""When a question is about: "yesterday", "three weeks ago", "어젯밤", "사흘 전", on the game's clock.

Game time counts hours from the midnight of the first day. Words for time are taken generously: who
says "a week ago" means about a week.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from langchain_app.domain.memory.chronicle import TimeWindow
from langchain_app.domain.text import Language

DAY_H = 24.0
_WEEK, _MONTH, _YEAR = 7 * DAY_H, 30 * DAY_H, 365.25 * DAY_H

_NUMBERS: dict[str, int] = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
       "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "twenty": 20, "thirty": 30,
       "forty": 40, "fifty": 50,
    "한": 1, "일": 1, "두": 2, "이": 2, "세": 3, "석": 3, "삼": 3, "네": 4, "넉": 4, "사": 4, "다섯": 5,
       "오": 5, "여섯": 6, "육": 6, "일곱": 7, "칠": 7, "여덟": 8, "팔": 8, "아홉": 9, "구": 9, "열": 10,
       "십": 10, "스무": 20, "이십": 20, "서른": 30, "삼십": 30, "마흔": 40, "사십": 40, "쉰": 50, "오십": 50,
}  # fmt: skip
_KOREAN_DAYS = {"하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "엿새": 6, "이레": 7, "여드레": 8,
                "아흐레": 9, "열흘": 10, "보름": 15}  # fmt: skip
_UNITS = {
    "hour": 1.0, "day": DAY_H, "night": DAY_H, "week": _WEEK, "month": _MONTH, "year": _YEAR,
    "시간": 1.0, "일": DAY_H, "주": _WEEK, "주일": _WEEK, "달": _MONTH, "개월": _MONTH, "년": _YEAR, "해": _YEAR,
}  # fmt: skip
_PARTS = {
    "morning": (5, 12), "afternoon": (12, 18), "evening": (17, 22), "night": (20, 30), "noon": (11, 14),
    "새벽": (0, 6), "아침": (5, 11), "오전": (5, 12), "낮": (11, 17), "점심": (11, 14), "오후": (12, 18),
    "저녁": (17, 22), "밤": (20, 30),
}  # fmt: skip
"""Hours of the day; a night goes on into the next day's small hours."""

_EN_NUMBER = "|".join([r"\d{1,4}", *(n for n in _NUMBERS if n.isascii())])
_KO_NUMBER = "|".join(
    [r"\d{1,4}", *sorted((n for n in _NUMBERS if not n.isascii()), key=len, reverse=True)]
)
_EN_PART = "morning|afternoon|evening|night|noon"
_KO_PART = "새벽|아침|오전|낮|점심|오후|저녁|밤"


@dataclass(frozen=True, slots=True)
class AskedTime:
    """The time a question names. `rest` is the question without it.

    Where the time is counted from another event ("the day before the flood"), `anchor` names that
    event, `shift` is the hours from it, and `window` is open.
    """

    rest: str
    window: TimeWindow | None = None
    anchor: str = ""
    shift: float = 0.0

    def around(self, moment: float) -> TimeWindow:
        """Return the day that lies `shift` from the day of `moment`."""
        return _day(moment // DAY_H).shifted(self.shift)


def asked_time(text: str, language: Language, now: float) -> AskedTime | None:
    """Return the time that `text` asks about, on a clock that stands at `now`; None if it names none."""
    for pattern, read in _ENGLISH if language == "en" else _KOREAN:
        if found := pattern.search(text):
            rest = f"{text[: found.start()]} {text[found.end() :]}"
            asked = read(found, now)
            if isinstance(asked, TimeWindow):
                return AskedTime(rest, asked)
            anchor, shift = asked
            return AskedTime(rest, None, anchor, shift)
    return None


def _day(number: float) -> TimeWindow:
    return TimeWindow(number * DAY_H, (number + 1) * DAY_H)


def _part(part: str | None, days_ago: int, now: float) -> TimeWindow:
    day = _day(now // DAY_H - days_ago)
    if not part:
        return day
    begins, ends = _PARTS[part.lower()]
    return TimeWindow(day.start + begins, day.start + ends)


def _ago(number: str, unit: str, now: float) -> TimeWindow:
    """Return the day so many days ago, or as wide a stretch as the unit is vague."""
    count = int(number) if number.isdigit() else _NUMBERS[number.lower()]
    hours = _UNITS[unit.lower()]
    if hours == 1:
        return TimeWindow(now - count - 0.5, now - count + 0.5)
    if hours == DAY_H:
        return _part("night" if unit.lower() == "night" else None, count, now)
    middle = now - count * hours
    return TimeWindow(middle - hours / 2, min(now, middle + hours / 2))


def _before_today(days: int, now: float) -> TimeWindow:
    today = _day(now // DAY_H)
    return TimeWindow(today.start - days * DAY_H, today.start)


def lately(now: float) -> TimeWindow:
    """Return the time of what is news: the last week, and today."""
    return TimeWindow(now // DAY_H * DAY_H - _WEEK, now // DAY_H * DAY_H + DAY_H)


Asked = TimeWindow | tuple[str, float]
Readings = tuple[tuple[re.Pattern[str], Callable[[re.Match[str], float], Asked]], ...]

_BEFORE = {"before": -DAY_H, "after": DAY_H, "of": 0.0}
_ENGLISH: Readings = tuple(
    (re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), read)
    for pattern, read in (
        (rf"(?:on )?the day before yesterday(?: (?P<part>{_EN_PART}))?",
         lambda m, now: _part(m["part"], 2, now)),
        (r"(?:on )?the (?:day|night|evening|morning) (?P<way>before|after|of) "
         r"(?:the )?(?P<anchor>[\w' -]{2,60})",
         lambda m, now: (m["anchor"].strip(), _BEFORE[m["way"].lower()])),
        (rf"yesterday(?: (?P<part>{_EN_PART}))?", lambda m, now: _part(m["part"], 1, now)),
        (r"(?:last|that) night", lambda m, now: _part("night", 1, now)),
        (rf"(?:earlier )?(?:today|this (?P<part>{_EN_PART}))|tonight",
         lambda m, now: _part("night" if m[0].lower() == "tonight" else m["part"], 0, now)),
        (rf"(?:about |some )?(?P<n>{_EN_NUMBER}) (?P<unit>hour|day|night|week|month|year)s? ago",
         lambda m, now: _ago(m["n"], m["unit"], now)),
        (r"a (?:few|couple of) days ago|the other day|these (?:past|last) days",
         lambda m, now: _before_today(6, now)),
        (r"(?:this|the) (?:past|last) week|last week", lambda m, now: _before_today(10, now)),
        (r"last month", lambda m, now: _ago("1", "month", now)),
        (r"last year", lambda m, now: _ago("1", "year", now)),
        (r"this week|lately|recently|these days|of late", lambda m, now: lately(now)),
        (r"(?:just|right) now|a (?:moment|minute|while) ago|earlier",
         lambda m, now: TimeWindow(now - 6, now + 1)),
    )
)  # fmt: skip

_KOREAN: Readings = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (rf"(?:엊그제|그저께|그제)\s?(?P<part>{_KO_PART})?", lambda m, now: _part(m["part"], 2, now)),
        (r"어젯밤|간밤|지난밤|어제\s?밤", lambda m, now: _part("밤", 1, now)),
        (rf"어제\s?(?P<part>{_KO_PART})?", lambda m, now: _part(m["part"], 1, now)),
        (rf"(?:오늘|이번)\s?(?P<part>{_KO_PART})|오늘", lambda m, now: _part(m["part"], 0, now)),
        (rf"(?P<days>{'|'.join(_KOREAN_DAYS)})\s?전",
         lambda m, now: _part(None, _KOREAN_DAYS[m["days"]], now)),
        (rf"(?P<n>{_KO_NUMBER})\s?(?P<unit>시간|일|주일|주|달|개월|년|해)\s?전",
         lambda m, now: _ago(m["n"], m["unit"], now)),
        (r"며칠\s?전|요\s?며칠", lambda m, now: _before_today(6, now)),
        (r"지난\s?주", lambda m, now: _before_today(10, now)),
        (r"지난\s?달|저번\s?달", lambda m, now: _ago("1", "달", now)),
        (r"작년|지난\s?해", lambda m, now: _ago("1", "년", now)),
        (r"이번\s?주|요즘|요새|최근", lambda m, now: lately(now)),
        (r"방금|조금\s?전|좀\s?전|아까", lambda m, now: TimeWindow(now - 6, now + 1)),
        (r"(?P<anchor>[가-힣 ]{2,40}?)(?:이|가)?\s?(?:나기|있기|오기|나던|있던|온|난)?\s?"
         r"(?P<way>전날|전\s?날|다음\s?날|이튿날)",
         lambda m, now: (m["anchor"].strip(), -DAY_H if m["way"].startswith("전") else DAY_H)),
    )
)  # fmt: skip
