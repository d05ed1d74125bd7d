"""What is no mistake in a story and keeps players from it all the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from langchain_app.domain.people.npc import ForbiddenTrigger
from langchain_app.domain.story.story import Effects, Requirements, Said, Trigger
from langchain_app.domain.text import LocalText, LocalTexts
from langchain_app.domain.world import World
from langchain_app.worlds.story_notes import most_trust, story_notes, trust_by_words
from tests.unit.graph.scripted import with_trigger

QUEST = "quests/cracked_bell.json"
GOOD = LocalTexts(
    en=("I mend bells for a living.", "Leave the thing to me.", "Shall I see to it?"),
    ko=("종을 고쳐 드릴게요.", "그 일은 저한테 맡겨요.", "제가 한번 볼까요?"),
)


def examples(en: Sequence[str] = GOOD.en, ko: Sequence[str] = GOOD.ko) -> Said:
    act = LocalText(en="The player offers to mend it.", ko="플레이어가 고치겠다고 한다.")
    return Said(act=act, examples=LocalTexts(en=tuple(en), ko=tuple(ko)))


def with_says(world: World, says: Said | None) -> World:
    return with_trigger(world, "cracked_bell", "offer-help-bell", says=says)


def added(world: World, changed: World) -> list[str]:
    """Return what there is to say of a changed world and was not before."""
    before = story_notes(world)
    return [note for note in story_notes(changed) if note not in before]


def test_the_demo_world_leaves_nothing_to_note(ebbhold) -> None:
    assert story_notes(ebbhold) == []


def test_notes_come_in_the_same_order_each_time(ebbhold) -> None:
    poor = with_says(ebbhold, examples(["Hi."], ["네."]))
    assert story_notes(poor) == story_notes(replace(poor))
    assert len(story_notes(poor)) == 4


def test_a_giver_without_a_trouble_tells_the_summary(ebbhold) -> None:
    silent = ebbhold.quests["cracked_bell"].model_copy(update={"trouble": None})
    world = replace(ebbhold, quests={**ebbhold.quests, "cracked_bell": silent})
    assert added(ebbhold, world) == [
        f"{QUEST}: no `trouble`: who offers isaura help is told the summary"
    ]


def test_what_people_ask_first_and_nobody_answers_is_named(ebbhold) -> None:
    isaura = ebbhold.npc("isaura")
    answers = {key: said for key, said in isaura.answers.items() if key not in ("age", "work")}
    npcs = {**ebbhold.npcs, "isaura": isaura.model_copy(update={"answers": answers})}
    assert added(ebbhold, replace(ebbhold, npcs=npcs)) == [
        "npcs/isaura.json: no `answers` to age, work: people ask that first"
    ]


# --- examples


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (examples(GOOD.en[:2]), "2 examples in en; 3 to 7 are read best"),
        (examples(ko=GOOD.ko[:1]), "1 examples in ko; 3 to 7 are read best"),
        (examples([f"I'll mend it, take {n}." for n in range(8)]), "8 examples in en"),
        (examples(["Yes.", *GOOD.en]), "the example 'Yes.' is too short to show anything"),
        (examples(["I.", *GOOD.en]), "the example 'I.' is too short"),
        (examples(ko=["네", *GOOD.ko]), "the example '네' is too short"),
        (examples().model_copy(update={"act": None}), "no `act`"),
    ],
)
def test_examples_that_show_too_little_are_told_with_file_and_trigger(ebbhold, says, told) -> None:
    (note,) = added(ebbhold, with_says(ebbhold, says))
    assert note.startswith(f"{QUEST}: the trigger 'offer-help-bell': {told}")


@pytest.mark.parametrize(
    "says",
    [None, examples(), examples((*GOOD.en, "A fourth one, sir.")), examples(ko=("안 해요", *GOOD.ko))],
    ids=["no-words", "three", "four", "short-korean"],
)  # fmt: skip
def test_three_to_seven_real_examples_need_no_word(ebbhold, says) -> None:
    assert added(ebbhold, with_says(ebbhold, says)) == []


def test_goals_are_looked_at_too(ebbhold) -> None:
    name, goal = next((n, g) for n, g in ebbhold.goals.items() if g.says is not None)
    poor = goal.model_copy(update={"says": examples(GOOD.en[:1])})
    world = replace(ebbhold, goals={**ebbhold.goals, name: poor})
    (note,) = added(ebbhold, world)
    assert note == f"goals: the goal {name!r}: 1 examples in en; 3 to 7 are read best"


def test_forbidden_triggers_are_looked_at_too(ebbhold) -> None:
    isaura = ebbhold.npc("isaura")
    first: ForbiddenTrigger = isaura.forbidden_triggers[0]
    poor = first.model_copy(update={"act": None})
    npc = isaura.model_copy(update={"forbidden_triggers": (poor, *isaura.forbidden_triggers[1:])})
    world = replace(ebbhold, npcs={**ebbhold.npcs, "isaura": npc})
    (note,) = added(ebbhold, world)
    assert note.startswith(f"npcs/isaura.json: the forbidden trigger {first.id!r}: no `act`")


# --- one example for two things


def gate(name: str, says: Said, **values: Any) -> Trigger:
    line = LocalText(en="Aye.", ko="그래.")
    effects = values.pop("effects", Effects(flags=(f"cracked_bell.{name}",)))
    return Trigger(id=name, npc="isaura", says=says, line=line, effects=effects, **values)


def with_gates(world: World, *gates: Trigger) -> World:
    quest = world.quests["cracked_bell"]
    more = quest.model_copy(update={"triggers": (*quest.triggers, *gates)})
    return replace(world, quests={**world.quests, "cracked_bell": more})


def doubles(world: World, *gates: Trigger) -> list[str]:
    return [note for note in added(world, with_gates(world, *gates)) if "open together" in note]


SAME = examples(ko=("하나예요 정말", "둘이에요 정말", "셋이에요 정말"))
ALSO = examples(("Another thing it is.", "LEAVE THE THING TO ME!", "A third thing."))


def test_an_example_of_two_gates_that_are_open_together_is_told(ebbhold) -> None:
    (note,) = doubles(ebbhold, gate("one", SAME), gate("two", ALSO))
    assert note == (
        "npcs/isaura.json: the example 'leave the thing to me' stands for 'one' and for 'two', "
        "which are open together"
    )


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({}, {"requires": Requirements(flags=("cracked_bell.one",))}),
        ({"requires": Requirements(unless=("cracked_bell.x",))},
         {"requires": Requirements(flags=("cracked_bell.x",))}),
    ],
    ids=["one-after-the-other", "either-or"],
)  # fmt: skip
def test_gates_that_are_never_open_together_may_sound_alike(ebbhold, one, two) -> None:
    assert doubles(ebbhold, gate("one", SAME, **one), gate("two", ALSO, **two)) == []
    assert doubles(ebbhold, gate("two", ALSO, **two), gate("one", SAME, **one)) == []


def test_a_gate_two_steps_later_is_not_open_together_with_the_first(ebbhold) -> None:
    between = examples(("Now for the next step.", "The middle of it.", "Halfway there now."))
    steps = (
        gate("one", SAME),
        gate("half", between, requires=Requirements(flags=("cracked_bell.one",))),
        gate("two", ALSO, requires=Requirements(flags=("cracked_bell.half",))),
    )
    assert doubles(ebbhold, *steps) == []


def test_of_three_gates_each_pair_is_looked_at(ebbhold) -> None:
    first = gate("one", SAME)
    between = gate("half", SAME, requires=Requirements(flags=("cracked_bell.one",)))
    last = gate("two", ALSO)
    told = doubles(ebbhold, first, between, last)
    assert any("'one' and for 'two'" in note for note in told)
    assert not any("'one' and for 'half'" in note for note in told)


def test_two_examples_of_one_gate_that_differ_in_their_marks_are_one(ebbhold) -> None:
    same = examples(("Leave it to me.", "Leave it to me!", "Aye, me."))
    assert doubles(ebbhold, gate("one", same)) == []


def test_an_example_of_a_gate_that_is_forbidden_too_is_told(ebbhold) -> None:
    forbidden = ebbhold.npc("isaura").forbidden_triggers[0]
    both = examples((forbidden.examples.en[0], *GOOD.en[:2]))
    (note,) = doubles(ebbhold, gate("one", both))
    assert repr(forbidden.id) in note


# --- trust


def test_more_trust_than_words_can_earn_is_told(ebbhold) -> None:
    late = Requirements(flags=("cracked_bell.rumour",), trust=0.9)
    world = with_trigger(ebbhold, "cracked_bell", "offer-help-bell", requires=late)
    (note,) = [note for note in added(ebbhold, world) if "trust" in note]
    assert note.startswith(
        f"{QUEST}: the trigger 'offer-help-bell': nobody reaches a trust of 0.9: 0."
    )


def test_trust_that_gates_and_rewards_bring_may_be_asked_for(ebbhold) -> None:
    earned = Requirements(flags=("cracked_bell.rumour",), trust=0.15)
    world = with_trigger(ebbhold, "cracked_bell", "offer-help-bell", requires=earned)
    assert added(ebbhold, world) == []


# --- who is next


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_stage_to_which_nobody_leads_is_told(ebbhold, language) -> None:
    """Corvin hangs the clapper; who hands it out must say so, in both languages."""
    mute = {"en": "Here it is.", "ko": "자, 여기 있어."}
    quest = ebbhold.quests["cracked_bell"]

    def silenced(text: LocalText | None) -> LocalText | None:
        return text and text.model_copy(update={language: mute[language]})

    triggers = tuple(
        t.model_copy(update={"line": silenced(t.line), "hint": silenced(t.hint)})
        for t in quest.triggers
    )
    goals = {
        name: goal.model_copy(update={"line": silenced(goal.line), "hint": silenced(goal.hint)})
        for name, goal in ebbhold.goals.items()
    }
    changed = quest.model_copy(update={"triggers": triggers})
    world = replace(ebbhold, quests={**ebbhold.quests, quest.id: changed}, goals=goals)
    told = [note for note in added(ebbhold, world) if "nobody says" in note and QUEST in note]
    assert any("the stage 'rehung': nobody says that corvin is next" in note for note in told)


def test_whoever_gave_the_quest_or_was_just_talked_to_need_not_be_named(ebbhold) -> None:
    told = [note for note in story_notes(ebbhold) if "nobody says" in note]
    assert told == []
    given = ebbhold.quests["cracked_bell"].model_copy(update={"giver": "corvin"})
    world = replace(ebbhold, quests={**ebbhold.quests, "cracked_bell": given})
    assert not any("corvin is next" in note for note in story_notes(world))


def test_a_trigger_does_not_earn_the_trust_that_it_asks_for(ebbhold) -> None:
    quest = ebbhold.quests["cracked_bell"]
    trigger = next(t for t in quest.triggers if t.id == "offer-help-bell")
    most = most_trust(ebbhold, trigger.npc)
    assert most_trust(ebbhold, trigger.npc, without=trigger) < most
    requires = trigger.requires.model_copy(update={"trust": most})
    world = with_trigger(ebbhold, "cracked_bell", "offer-help-bell", requires=requires)
    assert any(f"nobody reaches a trust of {most:g}" in note for note in added(ebbhold, world))


def test_a_secret_that_thanks_alone_open_is_named(ebbhold) -> None:
    secret = ebbhold.passages["maren-secret-glass"]
    gate = secret.gate.model_copy(update={"trust": 0.1})
    open_ = secret.model_copy(update={"gate": gate})
    world = replace(ebbhold, passages={**ebbhold.passages, secret.id: open_})
    assert [note.partition(" opens at")[0] for note in added(ebbhold, world)] == [
        "npcs/maren.json: the secret 'maren-secret-glass'"
    ]


def test_what_asks_for_more_trust_than_words_earn_is_listed_by_who_knows_it(ebbhold) -> None:
    reach = trust_by_words(ebbhold)
    assert reach["orsine"]["beyond"]["orsine-forged-ledger"] == 0.6
    assert all(least > one["most"] for one in reach.values() for least in one["beyond"].values())
