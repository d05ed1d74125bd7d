"""Help that is offered without saying with what: who has a trouble tells it, once and in time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from langchain_app.domain.story.helping import OFFERS_HELP, offering_help, trouble
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.text import LANGUAGES
from langchain_app.domain.turn import Exchange, Scene
from langchain_app.domain.understanding.understanding import Judged, Understood


def scene(ebbhold, npc: str, *flags: str) -> Scene:
    story = StoryState(flags=frozenset(flags))
    return Scene(ebbhold.npc(npc), "p", "s", "t", 0, story, ebbhold.npc(npc).initial)


def offers(p: float) -> Understood:
    return Understood(judged={OFFERS_HELP.key: Judged(p, "other")})


@pytest.mark.parametrize(("p", "told"), [(0.3, True), (0.29, False), (0.0, False)])
def test_the_giver_of_a_quest_tells_it_to_whoever_is_heard_to_offer_help(ebbhold, p, told) -> None:
    found = trouble(ebbhold, scene(ebbhold, "isaura"), offers(p))
    assert found is (ebbhold.quests["cracked_bell"] if told else None)


@pytest.mark.parametrize(("p", "told"), [(0.95, True), (0.94, False)])
def test_a_question_that_lore_answers_is_surely_an_offer_or_none(ebbhold, p, told) -> None:
    found = trouble(ebbhold, scene(ebbhold, "isaura"), offers(p), answered=True)
    assert (found is not None) is told


@pytest.mark.parametrize(("p", "told"), [(0.94, False), (0.95, True)])
def test_who_only_asks_what_one_does_offers_no_help_by_the_way(ebbhold, p, told) -> None:
    asks = replace(offers(p), act="asks_identity", sure={"act": 0.9})
    assert (trouble(ebbhold, scene(ebbhold, "isaura"), asks) is not None) is told


@pytest.mark.parametrize(("p", "told"), [(0.79, False), (0.8, True)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_trouble_told_a_moment_ago_is_told_again_only_to_a_sure_offer(
    ebbhold, language, p, told
) -> None:
    said = ebbhold.quests["cracked_bell"].trouble[language]
    here = replace(scene(ebbhold, "isaura"), recent=(Exchange("Any work?", said),))
    assert (trouble(ebbhold, here, offers(p)) is not None) is told


def test_to_whoever_offers_nothing_nothing_is_told(ebbhold) -> None:
    assert trouble(ebbhold, scene(ebbhold, "isaura"), Understood()) is None
    assert trouble(ebbhold, scene(ebbhold, "isaura"), Understood(failure="late")) is None


def test_a_quest_that_has_begun_is_nobodys_trouble_any_more(ebbhold) -> None:
    for quest in ebbhold.quests.values():
        for flag in quest.defined_flags:
            at = scene(ebbhold, quest.giver, flag)
            assert trouble(ebbhold, at, offers(1.0)) is None
            assert offering_help(ebbhold, at) == ()


def test_an_offer_is_listened_for_only_with_somebody_who_has_a_trouble(ebbhold) -> None:
    givers = {quest.giver for quest in ebbhold.quests.values()}
    asked = {npc for npc in ebbhold.npcs if offering_help(ebbhold, scene(ebbhold, npc))}
    assert asked == givers


def test_of_two_troubles_the_first_that_has_not_begun_is_told(ebbhold) -> None:
    first, second, *_ = ebbhold.quests.values()
    both = {
        **ebbhold.quests,
        second.id: second.model_copy(update={"giver": first.giver}),
    }
    world = replace(ebbhold, quests=both)
    assert trouble(world, scene(world, first.giver), offers(1.0)).id == first.id
    later = scene(world, first.giver, first.stage_flag(first.stages[0]))
    assert trouble(world, later, offers(1.0)).id == second.id


def test_the_act_of_offering_help_is_written_in_both_languages() -> None:
    assert OFFERS_HELP.act is not None
    for language in LANGUAGES:
        assert OFFERS_HELP.act[language]
        assert len(OFFERS_HELP.examples[language]) == 5


@pytest.mark.parametrize(
    ("personal", "p", "told"),
    [("today", 0.79, False), ("today", 0.8, True), ("worries", 0.3, True), ("mood", 0.3, True)],
)
def test_who_asks_a_person_about_itself_hears_the_trouble_only_where_that_may_be_meant(
    ebbhold, personal, p, told
) -> None:
    understood = replace(offers(p), personal=personal)
    assert (trouble(ebbhold, scene(ebbhold, "isaura"), understood) is not None) is told
