"""Which events come to mind: by what is asked, by when, and with what doubt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from langchain_app.domain.memory.story_memory import EventQuestion, KnownEvent, come_to_mind, merged

THEFT = KnownEvent(
    "A thief took a lantern.", 30.0, 0.7, frozenset({"thief", "lantern", "market", "keel"})
)
HAIL = KnownEvent("Hail broke a roof.", 40.0, 0.4, frozenset({"hail", "roof", "forge"}))
RUMOUR = replace(THEFT, told_by=("Maren", "Teck"), credibility=0.49, since=38.0)
NAMES = frozenset({"market", "forge", "keel"})


def recalled(question: EventQuestion, *events: KnownEvent, now: float = 50.0) -> list[str]:
    found = come_to_mind(events, question, now=now, dense_weight=0.4, limit=3)
    return [recollection.text for recollection in found]


def test_what_is_asked_about_comes_to_mind_and_nothing_else() -> None:
    assert recalled(EventQuestion(("lantern",)), THEFT, HAIL) == [THEFT.text]
    assert recalled(EventQuestion(("bread", "price")), THEFT, HAIL) == []
    assert recalled(EventQuestion(()), THEFT, HAIL) == []


def test_one_word_in_common_is_less_than_the_whole_question() -> None:
    (one,) = come_to_mind([THEFT], EventQuestion(("lantern",)), now=50, dense_weight=0, limit=1)
    both = EventQuestion(("lantern", "thief"))
    (two,) = come_to_mind([THEFT], both, now=50, dense_weight=0, limit=1)
    asked = replace(EventQuestion(("lantern",)), openly=True)
    (openly,) = come_to_mind([THEFT], asked, now=50, dense_weight=0, limit=1)
    assert one.relevance < two.relevance == openly.relevance == 1.0


def test_of_a_time_everything_comes_to_mind_what_matters_first() -> None:
    older = replace(HAIL, game_time=30.0)
    asked = EventQuestion((), at_that_time=True, openly=True)
    assert recalled(asked, older, THEFT) == [THEFT.text, older.text]


def test_a_question_about_another_place_is_not_answered_with_this_one() -> None:
    asked = EventQuestion(("forge",), at_that_time=True, openly=True, names=NAMES)
    assert recalled(asked, THEFT, HAIL) == [HAIL.text]


def test_the_players_own_word_for_a_place_is_no_other_place() -> None:
    asked = EventQuestion(("fair",), at_that_time=True, openly=True, names=NAMES)
    assert recalled(asked, THEFT) == [THEFT.text]
    assert recalled(replace(asked, openly=False), THEFT) == []


def test_hearsay_keeps_its_chain_and_fades() -> None:
    asked = EventQuestion(("lantern",))
    (fresh,) = come_to_mind([RUMOUR], asked, now=38, dense_weight=0, limit=1)
    (stale,) = come_to_mind([RUMOUR], asked, now=38 + 168, dense_weight=0, limit=1)
    assert (fresh.kind, fresh.told_by) == ("rumour", ("Maren", "Teck"))
    assert fresh.credibility == pytest.approx(0.49)
    assert stale.credibility == pytest.approx(0.245)
    assert fresh.score > stale.score


def test_memories_and_events_come_best_first_and_each_in_its_own_order() -> None:
    asked = EventQuestion(("lantern",))
    events = come_to_mind([THEFT, RUMOUR], asked, now=50, dense_weight=0, limit=3)
    first, second = (replace(events[0], text=text) for text in ("first", "second"))
    memories = [replace(first, score=0.5), replace(second, score=9.0)]
    assert [memory.text for memory in merged(memories, events, [])] == [
        *(event.text for event in events),
        "first",
        "second",
    ]
