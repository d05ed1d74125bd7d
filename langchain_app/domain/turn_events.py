"""What a turn did to the story, as events of the chronicle.

Who stood by saw it, and passes nothing on: what players and NPCs settle between them gets about as
the authors' gates say (a stage's description), never as gossip about who gave what to whom.
"""

from __future__ import annotations

from collections.abc import Iterator

from langchain_app.domain.memory.chronicle import (
    PLAYER,
    EventReport,
    Society,
    StoryEvent,
    witnesses_of,
)
from langchain_app.domain.story.settlement import Settlement
from langchain_app.domain.text import Language, LocalText
from langchain_app.domain.turn import Scene
from langchain_app.domain.world import World

IMPORTANCE = 0.8


def events_of_turn(
    turn_id: str, scene: Scene, settlement: Settlement, world: World
) -> tuple[StoryEvent, ...]:
    """Return an event for each quest that moved and each item that changed hands."""
    moved = [entry for entry in settlement.entries if entry.kind in ("flag", "item")]
    if not moved:
        return ()
    npc = scene.npc
    here = EventReport(turn_id, "turn", {}, npc.place, (npc.id, PLAYER))
    witnesses = witnesses_of(here, Society.of(world))
    return tuple(
        StoryEvent(
            id=f"{turn_id}.{number}",
            kind=kind,
            text=text,
            game_time=scene.game_time,
            place=npc.place,
            participants=here.participants,
            importance=IMPORTANCE,
            witnesses=witnesses,
            secret=True,
        )
        for number, (kind, text) in enumerate(_told(scene, settlement, world))
    )


def _told(
    scene: Scene, settlement: Settlement, world: World
) -> Iterator[tuple[str, dict[Language, str]]]:
    npc = scene.npc.name
    for quest in world.quests.values():
        if not quest.defined_flags.isdisjoint(settlement.flags):
            yield "quest", _spoken_of(npc, quest.title)
    for entry in settlement.entries:
        if entry.kind == "item":
            name = world.items[entry.name].name
            yield "item", _handed(npc, name, given=entry.amount > 0)


def _spoken_of(npc: LocalText, title: LocalText) -> dict[Language, str]:
    return {
        "en": f"A newcomer spoke with {npc.en} of the matter they call “{title.en}”.",
        "ko": f"낯선 이가 {npc.ko}{_josa(npc.ko, '과', '와')} ‘{title.ko}’ 일로 이야기를 나누었다.",
    }


def _handed(npc: LocalText, item: LocalText, *, given: bool) -> dict[Language, str]:
    what = f"{item.ko}{_josa(item.ko, '을', '를')}"
    if given:
        who = f"{npc.ko}{_josa(npc.ko, '이', '가')}"
        return {
            "en": f"{npc.en} handed a newcomer this: {item.en}.",
            "ko": f"{who} 낯선 이에게 {what} 건넸다.",
        }
    return {
        "en": f"A newcomer handed {npc.en} this: {item.en}.",
        "ko": f"낯선 이가 {npc.ko}에게 {what} 건넸다.",
    }


def _josa(noun: str, after_consonant: str, after_vowel: str) -> str:
    """Return the particle that follows `noun`: a Hangul syllable's code tells whether it closes."""
    code = ord(noun[-1]) - 0xAC00
    return after_consonant if 0 <= code < 11172 and code % 28 else after_vowel
