"""What a turn did, as those who stood by will tell it."""

from __future__ import annotations

import pytest

from langchain_app.domain.memory.chronicle import Society
from langchain_app.domain.memory.rumour import spread
from langchain_app.domain.people.relationship import Relationship
from langchain_app.domain.story.ledger import LedgerEntry
from langchain_app.domain.story.settlement import Settlement
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.turn import Scene
from langchain_app.domain.turn_events import events_of_turn


def events_at(ebbhold, npc: str, flags=(), **items: float):
    scene = Scene(ebbhold.npc(npc), "p", "s", "t", 3, StoryState(), Relationship(), game_time=7.0)
    entries = [LedgerEntry("flag", flag, 1.0, "trigger", "") for flag in flags]
    entries += [LedgerEntry("item", item, amount, "trigger", "") for item, amount in items.items()]
    settlement = Settlement(Relationship(), StoryState(), flags=flags, entries=tuple(entries))
    return events_of_turn("turn-1", scene, settlement, ebbhold)


def test_a_turn_that_moved_nothing_is_no_event(ebbhold) -> None:
    assert events_at(ebbhold, "maren") == ()


@pytest.mark.parametrize(
    ("amount", "english", "korean"),
    [
        (
            1.0,
            "Isaura Venn handed a newcomer this: Bronze Clapper.",
            "이사우라 벤이 낯선 이에게 청동 종추를 건넸다.",
        ),
        (
            -1.0,
            "A newcomer handed Isaura Venn this: Bronze Clapper.",
            "낯선 이가 이사우라 벤에게 청동 종추를 건넸다.",
        ),
    ],
)
def test_who_stood_by_saw_an_item_change_hands(ebbhold, amount, english, korean) -> None:
    (event,) = events_at(ebbhold, "isaura", bronze_clapper=amount)
    assert event.text == {"en": english, "ko": korean}
    noticed = {witness.npc_id: witness.how for witness in event.witnesses}
    assert noticed == {"isaura": "took part", "corvin": "saw"}


def test_a_quest_that_moved_is_one_event_and_gives_nothing_away(ebbhold) -> None:
    (event,) = events_at(ebbhold, "corvin", flags=("cracked_bell.rehung",))
    assert event.text["ko"] == "낯선 이가 코르빈 드레이와 ‘금 간 종’ 일로 이야기를 나누었다."
    assert (
        event.text["en"]
        == "A newcomer spoke with Corvin Dray of the matter they call “The Cracked Bell”."
    )


def test_what_passed_between_two_is_nobodys_gossip(ebbhold) -> None:
    for event in events_at(ebbhold, "sable", ("salt_ledger.ledger",), salt_ledger_book=1.0):
        known = spread(event, Society.of(ebbhold))
        assert [heard.npc_id for heard in known] == ["sable"]
