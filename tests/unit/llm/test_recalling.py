"""What an NPC says when it is asked what it remembers: a fact, the player's own words, or nothing."""

from __future__ import annotations

import pytest

from langchain_app.domain.lore.lore import Findings
from langchain_app.domain.memory.facts import PLAYER, SLOTS, Asked, Fact, Told
from langchain_app.domain.memory.memory import Recollection
from langchain_app.domain.people.relationship import Relationship
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.turn import Brief, Scene, TriggerCheck, Utterance
from langchain_app.domain.understanding.tone import Sentiment, choose_tone
from langchain_app.domain.understanding.understanding import Understood
from langchain_app.llm.recalling import recalled

HOME = Asked(("home",), (PLAYER,))
MOMENT = Asked(when="first")


def of_fact(slot, value, language="en", subject=PLAYER, said="I said so") -> Recollection:
    told = Told(subject, slot, value)
    fact = Fact(1, told, "t1", "s", 1, 0.0, language, said)
    return Recollection("t1", "s", said, "", 1.0, 1.0, kind="fact", facts=(fact,))


def of_words(said: str) -> Recollection:
    return Recollection("t2", "s", said, "Aye.", 0.8, 0.8)


THOUGHT = Recollection("", "", "", "", 0.5, 0.5, kind="reflection", text="You are often alone.")


@pytest.fixture
def answer(ebbhold, tokeniser):
    def say(asked: Asked, *memories: Recollection, language="en", npc="dorrik") -> str | None:
        scene = Scene(ebbhold.npc(npc), "p", "s", "t", 3, StoryState(), Relationship())
        brief = Brief(
            scene,
            Utterance("?", language),
            choose_tone(Sentiment(), "question", "neutral"),
            Findings(),
            memories,
            TriggerCheck(),
            Understood(act="asks", asked=asked),
        )
        return recalled(brief, tokeniser.korean)

    return say


def test_a_question_for_nothing_told_is_none_about_memory(answer) -> None:
    assert answer(Asked(), of_fact("home", "by the mill"), of_words("Hello there.")) == ""


def test_a_fact_answers_before_words_and_thoughts(answer) -> None:
    memories = (of_words("I live by the mill."), THOUGHT, of_fact("home", "by the mill"))
    assert answer(HOME, *memories) == "You told me you live by the mill."


def test_what_was_never_told_is_not_made_up(answer) -> None:
    assert answer(HOME) is None
    assert answer(MOMENT) is None


def test_where_no_fact_was_read_the_players_words_that_come_to_mind_are_quoted(answer) -> None:
    said = answer(HOME, of_words("The tower is where I sleep."))
    assert said == "You said to me once: “The tower is where I sleep.” I remember."


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "You told me that you bake bread."),
        ("ko", "전에 “빵 굽고 살아요”라고 했잖아. 기억하지."),
    ],
)
def test_a_moment_is_answered_with_the_players_own_words(answer, language, said) -> None:
    words = {"en": "I bake bread", "ko": "빵 굽고 살아요"}[language]
    assert answer(MOMENT, of_words(words), of_words("x"), language=language) == said


def test_a_fact_in_another_language_is_quoted(answer) -> None:
    said = answer(HOME, of_fact("home", "항구", "ko", said="항구에 살아요."))
    assert said == "You said to me once: “항구에 살아요.” I remember."


def test_a_korean_clause_is_said_back_as_one_and_quoted_where_it_is_none(answer) -> None:
    goal = Asked(("goal",), (PLAYER,))
    clause = of_fact("goal", "누나를 찾고 있어요", "ko")
    assert answer(goal, clause, language="ko") == "누나를 찾고 있다고 했잖아."
    noun = of_fact("goal", "산꼭대기 찻집", "ko", said="소원은 산꼭대기 찻집")
    assert (
        answer(goal, noun, language="ko") == "전에 “소원은 산꼭대기 찻집”이라고 했잖아. 기억하지."
    )


def test_who_asks_for_everything_is_told_three_things(answer) -> None:
    facts = [
        of_fact("name", "Edda"), of_fact("home", "by the mill"),
        of_fact("job", "a baker"), of_fact("pet", "a dog"),
    ]  # fmt: skip
    said = answer(Asked(SLOTS, (PLAYER,)), *facts)
    assert said == (
        "You told me your name is Edda. You told me you live by the mill. "
        "You told me you are a baker."
    )
    assert answer(HOME, *facts[1:]) == "You told me you live by the mill."


def test_a_thought_is_told_where_nothing_else_is_known(answer) -> None:
    assert answer(HOME, THOUGHT) == THOUGHT.text


def test_what_is_in_no_slot_and_was_not_told_may_be_asked_of_the_world(answer) -> None:
    asked = Asked(subjects=(PLAYER,), words=True)
    assert answer(asked) == ""
    assert "deaf in the left" in answer(asked, of_words("I am deaf in the left ear."))


def of_turn(said: str, seq: int, relevance: float, added: str = "") -> Recollection:
    return Recollection(f"t{seq}", "s", said, "Aye.", relevance, relevance, seq=seq, added=added)


@pytest.mark.parametrize(
    ("later", "quoted"),
    [
        (
            of_turn("I tore it and made a box kite", 5, 0.5),
            "… I tore it and made a box kite",
        ),
        (of_turn("I like kites", 5, 0.2), "a ray kite."),  # not about it
        (of_turn("My kite is new", 1, 0.5), "a ray kite."),  # said before
    ],
)
def test_what_was_said_of_it_later_is_told_beside_what_answers_best(answer, later, quoted) -> None:
    best = of_turn("My kite is a ray kite", 3, 0.6)
    wanted = Asked(subjects=(PLAYER,), words=True)
    assert quoted in answer(wanted, best, later)


def test_what_was_added_to_it_is_not_told_twice(answer) -> None:
    best = of_turn("My kite is a ray kite", 3, 0.6, added="no, a box kite")
    wanted = Asked(subjects=(PLAYER,), words=True)
    said = answer(wanted, best, of_turn("no, a box kite", 4, 0.6))
    assert said.count("a box kite") == 1
