"""What is no mistake in a story, and keeps players from it all the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from langchain_app.domain.people.npc import COMMON, ForbiddenTrigger, Npc
from langchain_app.domain.story.goals import Goal
from langchain_app.domain.story.story import START, Quest, Requirements, Said, Trigger
from langchain_app.domain.text import LANGUAGES, Language, LocalText
from langchain_app.domain.world import World

FEWEST, MOST = 3, 7
"""Examples that show how something may sound: fewer show too little, of more the first are read."""
SHORTEST: Mapping[Language, int] = {"en": 2, "ko": 1}
"""Words of an example."""
SYLLABLES = 3
"""Letters of a Korean example."""


def story_notes(world: World) -> list[str]:
    """Return what an author should look at, each with file and id."""
    return [
        *(note for quest in world.quests.values() for note in _quest_notes(world, quest)),
        *(note for goal in world.goals.values() for note in _goal_notes(goal)),
        *(note for npc in world.npcs.values() for note in _npc_notes(world, npc)),
        *_trust_notes(world),
    ]


def _quest_notes(world: World, quest: Quest) -> Iterator[str]:
    at = f"quests/{quest.id}.json"
    if quest.trouble is None:
        yield f"{at}: no `trouble`: who offers {quest.giver} help is told the summary"
    for trigger in quest.triggers:
        where = f"{at}: the trigger {trigger.id!r}"
        for fault in _said_notes(trigger):
            yield f"{where}: {fault}"
        most = most_trust(world, trigger.npc, without=trigger)
        if most < (wanted := trigger.requires.trust):
            yield f"{where}: nobody reaches a trust of {wanted:g}: {most:g} at the most"
    for stage, trigger in _steps(quest):
        if not _leads_to(world, quest, stage, trigger):
            yield (
                f"{at}: the stage {stage!r}: nobody says that {trigger.npc} is next; let a line, a "
                f"hint or a goal of the stage before name them"
            )


def _goal_notes(goal: Goal) -> Iterator[str]:
    for fault in _said_notes(goal):
        yield f"goals: the goal {goal.id!r}: {fault}"


def _trust_notes(world: World) -> Iterator[str]:
    """Yield secrets that thanks alone open."""
    axis = world.manifest.axes.get("trust")
    for npc in world.npcs.values():
        for secret in npc.secrets:
            gate = world.passages[secret].gate
            if axis is not None and gate.after == START and gate.trust <= axis.courtesy:
                yield (
                    f"npcs/{npc.id}.json: the secret {secret!r} opens at a trust of {gate.trust:g}, "
                    f"which thanks and kind words alone earn ({axis.courtesy:g})"
                )


def trust_by_words(world: World) -> dict[str, dict[str, Any]]:
    """Return for each NPC the most trust that words can earn, and the passages that ask for more: only
    the game itself can open those."""
    found: dict[str, dict[str, Any]] = {}
    for npc in world.npcs.values():
        most = most_trust(world, npc.id)
        beyond = {
            passage.id: passage.gate.trust
            for passage in world.passages.values()
            if not npc.audiences.isdisjoint(passage.gate.audience) and passage.gate.trust > most
        }
        found[npc.id] = {"most": most, "beyond": beyond}
    return found


def _said_notes(gate: Trigger | Goal | ForbiddenTrigger) -> Iterator[str]:
    says = gate if isinstance(gate, ForbiddenTrigger) else gate.says
    if says is None:
        return
    if says.act is None:
        yield "no `act`: one sentence that says what the player does is read best"
    for language in LANGUAGES:
        examples = says.examples[language]
        if not FEWEST <= len(examples) <= MOST:
            yield f"{len(examples)} examples in {language}; {FEWEST} to {MOST} are read best"
        for text in examples:
            letters = len("".join(text.split()))
            if len(text.split()) < SHORTEST[language] or letters < SYLLABLES:
                yield f"the example {text!r} is too short to show anything"


def _npc_notes(world: World, npc: Npc) -> Iterator[str]:
    """Yield what people ask this NPC in vain, and what two things that it waits for both take."""
    if silent := [asked for asked in COMMON if asked not in npc.answers]:
        yield f"npcs/{npc.id}.json: no `answers` to {', '.join(silent)}: people ask that first"
    for forbidden in npc.forbidden_triggers:
        for fault in _said_notes(forbidden):
            yield f"npcs/{npc.id}.json: the forbidden trigger {forbidden.id!r}: {fault}"
    taken: dict[str, list[Trigger | ForbiddenTrigger]] = defaultdict(list)
    gates: list[Trigger | ForbiddenTrigger] = [*npc.forbidden_triggers, *world.triggers[npc.id]]
    for gate in gates:
        says = gate if isinstance(gate, ForbiddenTrigger) else gate.says
        for text in dict.fromkeys(_plainly(says)):
            taken[text].append(gate)
    for text, both in taken.items():
        for one, other in combinations(both, 2):
            if not _apart(world, one, other):
                yield (
                    f"npcs/{npc.id}.json: the example {text!r} stands for {one.id!r} and for "
                    f"{other.id!r}, which are open together"
                )


def _plainly(says: Said | ForbiddenTrigger | None) -> list[str]:
    """Return examples without what makes no difference."""
    texts = () if says is None else (*says.examples.en, *says.examples.ko)
    return [text.strip().lower().rstrip(".!?~") for text in texts]


def _apart(
    world: World, one: Trigger | ForbiddenTrigger, other: Trigger | ForbiddenTrigger
) -> bool:
    """Tell whether two gates are never open together, as far as their flags tell."""
    if isinstance(one, ForbiddenTrigger) or isinstance(other, ForbiddenTrigger):
        return False

    def shuts(first: Requirements, second: Trigger) -> bool:
        after = {*second.requires.unless, *second.effects.flags}
        return not after.isdisjoint(_implied(world, frozenset(first.flags)))

    return shuts(one.requires, other) or shuts(other.requires, one)


def _implied(world: World, flags: frozenset[str]) -> frozenset[str]:
    """Return `flags` and every flag that must have been raised before them."""
    found = set(flags)
    while True:
        before = {
            flag
            for raised in found
            if (ways := [t for t in world.all_triggers if raised in t.effects.flags])
            for flag in set.intersection(*({*way.requires.flags} for way in ways))
        }
        if before <= found:
            return frozenset(found)
        found |= before


def most_trust(world: World, npc_id: str, without: Trigger | None = None) -> float:
    """Return the most trust that words can earn with an NPC: courtesy, its gates, and rewards; all but
    what comes of one gate."""
    npc, axis = world.npcs.get(npc_id), world.manifest.axes.get("trust")
    if npc is None or axis is None:
        return 1.0
    gates = [
        t.effects.deltas["trust"]
        for t in world.triggers[npc_id]
        if t.effects.flags and t is not without
    ]
    rewards = [
        quest.reward.deltas["trust"]
        for quest in world.quests.values()
        if any(
            t.npc == npc_id and quest.completed_flag in t.effects.flags and t is not without
            for t in quest.triggers
        )
    ]
    earned = max(npc.initial.trust, axis.courtesy) + sum(max(0.0, by) for by in (*gates, *rewards))
    return min(1.0, round(earned, 4))


def _steps(quest: Quest) -> Iterator[tuple[str, Trigger]]:
    """Yield each stage but the first, with a trigger that reaches it."""
    for stage in quest.stages[1:]:
        flag = quest.stage_flag(stage)
        found = next((t for t in quest.triggers if flag in t.effects.flags), None)
        if found is not None:
            yield stage.id, found


def _leads_to(world: World, quest: Quest, stage_id: str, trigger: Trigger) -> bool:
    """Tell whether somebody names the NPC of the step to `stage_id`, or it is the one just talked
    to."""
    ids = [stage.id for stage in quest.stages]
    before = f"{quest.id}.{ids[ids.index(stage_id) - 1]}"
    talks = [t for t in quest.triggers if before in t.effects.flags]
    if any(talk.npc == trigger.npc for talk in talks) or trigger.npc == quest.giver:
        return True
    npc = world.npcs.get(trigger.npc)
    if npc is None:
        return True
    waiting = [t for t in world.all_triggers if before in t.requires.flags]
    said: list[LocalText] = [talk.line for talk in talks]
    said += [t.line for t in waiting if t.npc != trigger.npc]
    elsewhere = [t for t in waiting if t.npc != trigger.npc]
    said += [one for t in elsewhere for one in (t.hint, *t.hints) if one is not None]
    place = world.manifest.places[npc.place].name
    return all(
        any(
            name.lower() in text[language].lower()
            for text in said
            for name in (*npc.aliases[language], place[language].removeprefix("the "))
        )
        for language in LANGUAGES
    )
