"""Help that is offered without saying with what: who has a trouble tells it."""

from __future__ import annotations

from langchain_app.domain.people.npc import Personal
from langchain_app.domain.story.story import GOAL, Quest, Trigger
from langchain_app.domain.story.triggers import BESIDE_LORE, BY_THE_WAY, performs
from langchain_app.domain.text import LocalText, LocalTexts
from langchain_app.domain.turn import Scene
from langchain_app.domain.understanding.understanding import StoryAct, Understood
from langchain_app.domain.world import World

OFFERS_HELP = StoryAct(
    "offers_help",
    LocalTexts(
        en=(
            "Do you need any help?",
            "got any work for me?",
            "anyone around here need a hand",
            "Is something wrong?",
            "You look worried. What happened?",
        ),
        ko=(
            "도와드릴 일 있어요?",
            "일거리 있어?",
            "여기 누구 도움 필요한 사람 있나요",
            "무슨 일 있으세요?",
            "표정이 안 좋은데 무슨 걱정 있어?",
        ),
    ),
    LocalText(
        en="The player offers help, asks for work or asks what is wrong, without knowing what it is.",
        ko="플레이어가 무슨 일인지 모른 채 돕겠다거나 일거리를 달라고 하거나 무슨 걱정인지 묻는다.",
    ),
)
HEARD = 0.3
"""How surely help must be offered to be told the trouble: telling costs nothing."""

TROUBLED: tuple[Personal, ...] = ("mood", "worries")
"""Who asks an NPC about these may well be asking what is wrong."""


def offering_help(world: World, scene: Scene) -> tuple[StoryAct, ...]:
    """Return the act of offering help, where the NPC has something to be helped with."""
    return (OFFERS_HELP,) if _waiting(world, scene) is not None else ()


def trouble(
    world: World,
    scene: Scene,
    understood: Understood,
    hint: Trigger | None = None,
    *,
    answered: bool = False,
) -> Quest | None:
    """Return the quest that the NPC tells of to somebody who offers help.

    Where lore answers what they ask (`answered`), where the NPC answers for itself, where they ask on
    about something or want something else, or where it told the trouble a moment ago, help must be
    offered more surely.
    Who asks what to do next, of a quest that they have not heard of (a goal's `hint`), is told of
    it, too.
    """
    waiting = _waiting(world, scene)
    if waiting is None:
        return None
    about_oneself = understood.personal not in (None, *TROUBLED)
    told = scene.said(waiting.trouble or waiting.summary)
    rather = about_oneself or understood.aside or told
    least = BY_THE_WAY if answered else BESIDE_LORE if rather else HEARD
    if offered(understood) >= least:
        return waiting
    if hint is None or not hint.id.startswith(GOAL):
        return None
    return None if waiting.defined_flags.isdisjoint(hint.requires.flags) else waiting


def offered(understood: Understood) -> float:
    """Return how surely help is offered without saying with what; 0 where nobody listened for it."""
    return performs(understood, OFFERS_HELP.key)


def _waiting(world: World, scene: Scene) -> Quest | None:
    """Return the first quest of this NPC that has not begun."""
    flags = scene.story.flags
    return next(
        (
            quest
            for quest in world.quests.values()
            if quest.giver == scene.npc.id and flags.isdisjoint(quest.defined_flags)
        ),
        None,
    )
