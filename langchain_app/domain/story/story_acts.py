"""What an utterance is held against: what an NPC forbids, and the gates that it waits for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from langchain_app.domain.people.npc import ForbiddenTrigger, Npc
from langchain_app.domain.story.story import Item, Said, Trigger
from langchain_app.domain.text import LocalText, squeezed
from langchain_app.domain.turn import Utterance
from langchain_app.domain.understanding.hearing import heard
from langchain_app.domain.understanding.understanding import StoryAct

FORBIDDEN = "forbidden:"
"""How the keys of forbidden triggers begin in a reading."""


def story_acts(
    triggers: Iterable[Trigger], npc: Npc, utterance: Utterance, items: Mapping[str, Item]
) -> tuple[StoryAct, ...]:
    """Return what the utterance is to be held against: what the NPC forbids, then its gates.

    `items` are the world's. Nothing where the player's own words are none: a quotation, a stage
    direction, code, a speech."""
    own = heard(utterance.text)
    if not own:
        return ()
    said = squeezed(own)

    def act(key: str, says: Said | ForbiddenTrigger, sentence: LocalText | None) -> StoryAct:
        named = says.keywords.evidence(own, utterance.language) is not None
        verbatim = said in map(squeezed, says.examples[utterance.language])
        return StoryAct(
            key,
            says.examples,
            sentence,
            keywords_heard=named,
            opens_on_keywords=says.opens_on == "keywords",
            verbatim=verbatim,
            surely=isinstance(says, ForbiddenTrigger),
            despairs=says.opens_on == "despair",
        )

    forbidden = [act(f"{FORBIDDEN}{one.id}", one, one.act) for one in npc.forbidden_triggers]
    gates = [
        act(one.id, one.says, one.says.act or _handing(one, npc, items))
        for one in triggers
        if one.says is not None
    ]
    return (*forbidden, *gates)


def _handing(trigger: Trigger, npc: Npc, items: Mapping[str, Item]) -> LocalText | None:
    """Return what happens at a gate that takes an item and whose author did not say it."""
    names = [items[item].name for item in trigger.effects.takes if item in items]
    if not names:
        return None
    return LocalText(
        en=f"The player gives {npc.name.en} {' and '.join(name.en for name in names)}.",
        ko=f"플레이어가 {npc.name.ko}에게 {', '.join(name.ko for name in names)}을(를) 준다.",
    )
