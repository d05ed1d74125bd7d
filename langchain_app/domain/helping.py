"""Help that is offered without saying with what: who has a trouble tells it."""

from __future__ import annotations

from langchain_app.domain.story import Quest
from langchain_app.domain.text import LocalText, LocalTexts
from langchain_app.domain.turn import Scene
from langchain_app.domain.understanding import StoryAct, Understood
from langchain_app.domain.world import World

OFFERS_HELP = StoryAct(
    "offers_help",
    LocalTexts(
        en=(
            "Do you need any help?",
            "Is there anything I can do for you?",
            "got any work for me?",
            "anyone here need a hand",
            "Any trouble around here?",
        ),
        ko=(
            "도와드릴 일 있어요?",
            "제가 뭐 할 일 없을까요?",
            "일거리 있어?",
            "무슨 문제 있으면 말해 봐",
            "여기 누구 도움 필요한 사람 있나요",
        ),
    ),
    LocalText(
        en="The player offers help or asks for work, without saying with what.",
        ko="플레이어가 무슨 일인지 모른 채 돕겠다고 하거나 일거리를 찾는다.",
    ),
)
HEARD = 0.3
"""How surely help must be offered to be told the trouble: telling costs nothing."""


def offering_help(world: World, scene: Scene) -> tuple[StoryAct, ...]:
    """Return the act of offering help, where the NPC has something to be helped with."""
    return (OFFERS_HELP,) if _waiting(world, scene) is not None else ()


def trouble(world: World, scene: Scene, understood: Understood) -> Quest | None:
    """Return the quest that the NPC tells of to somebody who offers help."""
    return _waiting(world, scene) if offered(understood) >= HEARD else None


def offered(understood: Understood) -> float:
    """Return how surely help is offered without saying with what; 0 where nobody listened for it."""
    judged = understood.judged.get(OFFERS_HELP.key)
    return judged.performs if judged is not None else 0.0


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
