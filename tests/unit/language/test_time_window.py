"""When a question is about, in both languages, on a clock of hours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_app.domain.memory.chronicle import TimeWindow
from langchain_app.language.time_window import DAY_H, asked_time

NOW = 10 * DAY_H + 14  # two in the afternoon of the eleventh day


def day(number: int) -> TimeWindow:
    return TimeWindow(number * DAY_H, (number + 1) * DAY_H)


def hours(number: int, begins: float, ends: float) -> TimeWindow:
    return TimeWindow(number * DAY_H + begins, number * DAY_H + ends)


@pytest.mark.parametrize(
    ("english", "korean", "window"),
    [
        ("What happened yesterday?", "어제 무슨 일 있었어요?", day(9)),
        ("What happened today?", "오늘 무슨 일 있었어?", day(10)),
        ("And the day before yesterday?", "그저께는요?", day(8)),
        ("Who came last night?", "어젯밤에 누가 왔어요?", hours(9, 20, 30)),
        ("Who came yesterday evening?", "어제 저녁에 누가 왔소?", hours(9, 17, 22)),
        ("Anything odd three days ago?", "사흘 전에 별일 없었어요?", day(7)),
        ("Anything odd 3 days ago?", "3일 전에 별일 없었나?", day(7)),
        ("What was it two hours ago?", "두 시간 전에 뭐였어?", TimeWindow(NOW - 2.5, NOW - 1.5)),
        ("What happened last week?", "지난주에 무슨 일이 있었습니까?", TimeWindow(0, 10 * DAY_H)),
        (
            "What happened three weeks ago?",
            "삼 주 전에 무슨 일이 있었나요?",
            TimeWindow(NOW - 3.5 * 168, NOW - 2.5 * 168),
        ),
        (
            "What happened forty years ago?",
            "사십 년 전에 무슨 일이 있었소?",
            TimeWindow(NOW - 40.5 * 8766, NOW - 39.5 * 8766),
        ),
    ],
)
def test_a_time_is_heard_alike_in_both_languages(english, korean, window) -> None:
    for text, language in ((english, "en"), (korean, "ko")):
        asked = asked_time(text, language, NOW)
        assert asked is not None, text
        assert asked.window == window, text


@pytest.mark.parametrize(
    "part", ["오늘 아침에 비 왔어?", "오늘 새벽에 종 쳤어요?", "오늘 밤에 뭐 해?"]
)
def test_a_part_of_the_day_lies_within_its_day_or_the_night_after(part) -> None:
    asked = asked_time(part, "ko", NOW)
    assert asked is not None
    assert asked.window is not None
    assert 10 * DAY_H <= asked.window.start < asked.window.end <= 11 * DAY_H + 6


def test_this_morning_is_this_morning() -> None:
    asked = asked_time("Did it rain this morning?", "en", NOW)
    assert asked is not None
    assert asked.window == hours(10, 5, 12)
    assert asked.rest.split() == ["Did", "it", "rain", "?"]


@pytest.mark.parametrize(
    ("text", "language", "anchor", "shift"),
    [
        ("What did you see the day before the flood?", "en", "flood", -24),
        ("And the day after the bell cracked?", "en", "bell cracked", 24),
        ("홍수 나기 전날 무슨 일 있었어요?", "ko", "홍수", -24),
        ("도둑이 든 다음 날은요?", "ko", "도둑이 든", 24),
    ],
)
def test_a_time_may_be_counted_from_another_event(text, language, anchor, shift) -> None:
    asked = asked_time(text, language, NOW)
    assert asked is not None
    assert (asked.window, asked.anchor, asked.shift) == (None, anchor, shift)
    assert asked.around(50.0) == day(2).shifted(shift)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Why is the bell cracked?", "en"),
        ("Who ate the last pie?", "en"),
        ("I want a week's bread.", "en"),
        ("종은 언제 울려요?", "ko"),
        ("전 재산을 줄게", "ko"),
        ("이 물건 얼마예요?", "ko"),
    ],
)
def test_a_question_of_no_time_names_none(text, language) -> None:
    assert asked_time(text, language, NOW) is None


@given(st.text(max_size=80), st.sampled_from(["en", "ko"]), st.floats(0, 1e9))
def test_whatever_is_said_at_whatever_time_a_window_has_a_beginning_and_an_end(
    text, language, now
) -> None:
    asked = asked_time(text, language, now)
    if asked is not None and asked.window is not None:
        assert asked.window.start < asked.window.end


@given(st.integers(1, 9999), st.sampled_from(["hour", "day", "week", "month", "year"]))
def test_what_is_longer_ago_begins_earlier(count, unit) -> None:
    nearer = asked_time(f"{count} {unit}s ago", "en", NOW)
    farther = asked_time(f"{count + 1} {unit}s ago", "en", NOW)
    assert nearer is not None
    if count < 9999:
        assert farther is not None
        assert farther.window.start < nearer.window.start
