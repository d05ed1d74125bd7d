"""Quests, their triggers, and the state that opens them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from langchain_app.domain.keywords import Keywords
from langchain_app.domain.people.relationship import Axis, Level, Relationship
from langchain_app.domain.story.gates import open_triggers
from langchain_app.domain.story.policy import policy_of
from langchain_app.domain.story.proposals import Heard, propose
from langchain_app.domain.story.settlement import settle
from langchain_app.domain.story.story import (
    START,
    Requirements,
    Said,
    Standing,
    StoryState,
    Trigger,
)
from langchain_app.domain.story.story_acts import story_acts
from langchain_app.domain.story.triggers import decided
from langchain_app.domain.text import LocalText
from langchain_app.domain.turn import Scene, Utterance
from langchain_app.domain.understanding.understanding import Judged, Understood

FLAGS = ("q.one", "q.two", "q.three")
flag_sets = st.frozensets(st.sampled_from(FLAGS))
feelings = st.integers(-10_000, 10_000).map(lambda n: n / 10_000)


def test_the_start_is_reached_by_everybody() -> None:
    assert StoryState().reached == {START}
    assert StoryState(flags=frozenset({"q.one"})).reached == {START, "q.one"}


def standing(trust: float = 0.0, place: str | None = None, heard=(), **story) -> Standing:
    felt = Relationship(trust=trust)
    return Standing(StoryState(**story), felt, place=place, heard=frozenset(heard))


@given(flag_sets, flag_sets, flag_sets, feelings, feelings)
def test_requirements_hold_exactly_where_each_of_them_does(needs, unless, raised, floor, trust):
    requires = Requirements(flags=tuple(needs), unless=tuple(unless), trust=floor)
    expected = needs <= raised and not unless & raised and trust >= floor
    assert requires.met_by(standing(flags=raised, trust=trust)) is expected


@given(flag_sets, flag_sets, flag_sets)
def test_without_unless_a_road_once_open_stays_open(needs, raised, more) -> None:
    requires = Requirements(flags=tuple(needs))
    if requires.met_by(standing(flags=raised)):
        assert requires.met_by(standing(flags=raised | more))


@pytest.mark.parametrize(
    ("requires", "open_", "closed"),
    [
        ({"places": ["tower"]}, standing(place="tower"), standing(place="forge")),
        ({"game": {"weather": "fog"}}, standing(game={"weather": "fog"}), standing()),
        ({"game": {"night": True}}, standing(game={"night": True}), standing(game={"night": 1})),
        ({"happened": ["theft"]}, standing(heard=["theft"]), standing()),
        ({"happened": ["searched"]}, standing(deeds={"searched"}), standing(heard=["theft"])),
        ({"feelings": {"trust": 0.2}}, standing(trust=0.2), standing(trust=0.19)),
        (
            {"any_of": [{"items": ["rope"]}, {"trust": 0.5}]},
            standing(trust=0.5),
            standing(items={"bell"}, trust=0.4),
        ),
    ],
)  # fmt: skip
def test_a_condition_asks_for_place_game_deed_event_feeling_or_one_of_several(
    requires, open_, closed
) -> None:
    conditions = Requirements.model_validate(requires)
    assert conditions.met_by(open_)
    assert not conditions.met_by(closed)


def test_a_level_that_is_reached_counts_as_a_flag() -> None:
    axes = {
        "trust": Axis(
            name=LocalText(en="trust", ko="신뢰"),
            levels=(Level(id="friend", at=0.4, name=LocalText(en="friend", ko="벗")),),
        )
    }
    friends = Requirements(flags=("trust.friend",))
    assert friends.met_by(Standing(StoryState(), Relationship(trust=0.4), axes))
    assert not friends.met_by(Standing(StoryState(), Relationship(trust=0.39), axes))
    strangers = Requirements(unless=("trust.friend",))
    assert not strangers.met_by(Standing(StoryState(), Relationship(trust=0.4), axes))


def test_keywords_need_one_word_of_every_group() -> None:
    words = Keywords(en=(("bell", "gong"), ("crack", "broke")), ko=(("종",), ("금이", "깨")))
    assert words.evidence("Who CRACKED the bell?", "en") == ("bell", "crack")
    assert words.evidence("the bell rings", "en") is None
    assert words.evidence("doorbell cracked", "en") is None
    assert words.evidence("물때종은 왜깨졌어", "ko") == ("종", "깨")
    assert words.evidence("종소리가 좋다", "ko") is None


def test_no_keywords_at_all_never_match() -> None:
    assert Keywords().evidence("anything", "en") is None


def test_an_empty_keyword_is_refused() -> None:
    with pytest.raises(ValidationError):
        Keywords(en=(("",),))


def test_a_trigger_is_open_with_its_own_npc_and_only_while_something_is_left_to_do(ebbhold):
    for quest in ebbhold.quests.values():
        for trigger in quest.triggers:
            ready = StoryState(
                flags=frozenset(trigger.requires.flags), items=frozenset(trigger.requires.items)
            )
            assert trigger.is_open(trigger.npc, standing(**dict(ready), trust=1.0))
            assert not trigger.is_open("somebody-else", standing(**dict(ready), trust=1.0))
            if trigger.effects.flags:
                done = ready.model_copy(update={"flags": ready.flags | {*trigger.effects.flags}})
                assert not trigger.is_open(trigger.npc, standing(**dict(done), trust=1.0))


def test_stages_are_reached_by_flags_of_their_quest(ebbhold) -> None:
    for quest in ebbhold.quests.values():
        assert quest.completed_flag == f"{quest.id}.{quest.stages[-1].id}"
        assert quest.completed_flag in quest.defined_flags


# --- the demo world's quests, played by the words of their own authors


class Playthrough:
    """Plays triggers by saying their first example, from the NPCs' initial trust, well understood."""

    def __init__(self, world, language) -> None:
        self.world, self.language = world, language
        self.policy = policy_of(world)
        self.story = StoryState()
        self.felt: dict[str, Relationship] = {n.id: n.initial for n in world.npcs.values()}

    def scene(self, npc_id: str) -> Scene:
        npc = self.world.npcs[npc_id]
        return Scene(npc, "p", "s", "t", 0, self.story, self.felt[npc_id])

    def play(self, trigger) -> None:
        at = self.scene(trigger.npc)
        opened = open_triggers(self.world.triggers[trigger.npc], at, self.policy)
        utterance = Utterance(trigger.says.examples[self.language][0], self.language)
        acts = story_acts(opened, at.npc, utterance, self.world.items)
        understood = Understood(judged={trigger.id: Judged(0.95, "other")})
        fired = decided(opened, (), understood, acts, self.policy.rewards).fired
        assert fired is not None, f"{trigger.id} does not open"
        assert fired.trigger == trigger
        proposed = propose(Heard("", fired=fired), at.relationship, self.policy)
        settlement = settle(proposed, at.standing, self.policy, trigger.npc)
        self.story, self.felt[trigger.npc] = settlement.story, settlement.relationship

    def advance(self, quest, goal: str) -> None:
        """Fire whatever is open and raises something new, until `goal` is raised."""
        while goal not in self.story.flags:
            opened = [
                t
                for t in quest.triggers
                if t.effects.flags and t.is_open(t.npc, self.scene(t.npc).standing)
            ]
            assert opened, f"{quest.id} is stuck at {sorted(self.story.flags)}"
            self.play(opened[0])


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    "quest_id", ["cracked_bell", "drowned_man", "missing_mudlark", "salt_ledger"]
)
def test_every_quest_is_completable_by_saying_what_its_authors_wrote(ebbhold, quest_id, language):
    play = Playthrough(ebbhold, language)
    quest = ebbhold.quests[quest_id]
    play.advance(quest, quest.completed_flag)
    assert set(quest.reward.items) <= play.story.items


@pytest.mark.parametrize("language", ["en", "ko"])
def test_all_quests_are_completable_on_one_timeline(ebbhold, language) -> None:
    play = Playthrough(ebbhold, language)
    for quest in ebbhold.quests.values():
        play.advance(quest, quest.completed_flag)
    assert {q.completed_flag for q in ebbhold.quests.values()} <= play.story.flags


# --- what an author writes of a trigger and a quest


def test_a_trigger_asks_back_where_it_is_unsure_unless_its_author_says_otherwise(ebbhold) -> None:
    written = ebbhold.all_triggers[0].model_dump(exclude={"confirm"})
    assert Trigger.model_validate(written).confirm == "unsure"
    for confirm in ("unsure", "never", "always"):
        assert Trigger.model_validate({**written, "confirm": confirm}).confirm == confirm
    with pytest.raises(ValidationError):
        Trigger.model_validate({**written, "confirm": "sometimes"})


@pytest.mark.parametrize("field", ["unless", "act_en", "keyword"])
def test_a_field_that_says_knows_no_more_is_refused(field) -> None:
    with pytest.raises(ValidationError):
        Said.model_validate({"examples": {"en": ["Hi."], "ko": ["네."]}, field: ["x"]})


def test_says_needs_examples_in_both_languages_and_nothing_else() -> None:
    said = Said.model_validate({"examples": {"en": ["I found Pell."], "ko": ["펠을 찾았어요."]}})
    assert (said.act, said.keywords) == (None, Keywords())
    for examples in ({"en": ["I found Pell."]}, {"ko": ["펠을 찾았어요."]}):
        with pytest.raises(ValidationError):
            Said.model_validate({"examples": examples})


def test_everything_that_an_npc_says_of_a_trigger_is_in_both_languages(ebbhold) -> None:
    for trigger in ebbhold.all_triggers:
        for text in (trigger.line, trigger.hint, trigger.asks_back):
            assert text is None or (text.en and text.ko)
