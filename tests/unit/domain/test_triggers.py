"""Which gate an utterance opens, and which it must not."""

from __future__ import annotations

import pytest

from langchain_app.domain.keywords import Keywords
from langchain_app.domain.npc import ForbiddenTrigger, Reaction
from langchain_app.domain.policy import SettlementPolicy, policy_of
from langchain_app.domain.relationship import Relationship
from langchain_app.domain.story import Effects, Requirements, Said, StoryState, Trigger
from langchain_app.domain.text import LocalText, LocalTexts
from langchain_app.domain.triggers import (
    SAME_MEANING,
    fired_trigger,
    forbidden_hit,
    open_triggers,
)
from langchain_app.domain.turn import Scene, Utterance


def trigger(
    name: str, en, ko, examples=("I found Pell",), korean=("펠을 찾았어요",), **values
) -> Trigger:
    return Trigger(
        id=name,
        npc="bruna",
        says=Said(keywords=Keywords(en=en, ko=ko), examples=LocalTexts(en=examples, ko=korean)),
        line=LocalText(en="Oh!", ko="아!"),
        effects=Effects(flags=(f"q.{name}",)),
        **values,
    )


NOTHING = SettlementPolicy(flags=frozenset(), items=frozenset(), actions={})
FOUND = trigger("found", [["pell"], ["found"]], [["펠"], ["찾았"]])


def unlike(_examples) -> tuple[float, str]:
    return 0.0, ""


def fires(text: str, language="en", triggers=(FOUND,), likeness=unlike) -> str | None:
    fired = fired_trigger(triggers, Utterance(text, language), likeness)
    return fired.trigger.id if fired else None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I found Pell!", "en"),
        ("PELL is found", "en"),
        ("Don't worry, I found Pell", "en"),
        ("It's not easy to say. We found Pell.", "en"),
        ("I found Pell, not his boots.", "en"),
        ("You wanted Pell found, didn't you?", "en"),
        ("펠을 찾았어요", "ko"),
        ("안녕하세요! 펠을 찾았어요", "ko"),
        ("안개 속에서 펠을 찾았어요", "ko"),
        ("안에서 펠을 찾았어", "ko"),
        ("걱정하지 마세요. 펠을 찾았어요", "ko"),
        ("못을 줍다가 펠을 찾았어요", "ko"),
    ],
)
def test_the_words_a_trigger_waits_for_fire_it(text: str, language) -> None:
    assert fires(text, language) == "found"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I have not found Pell", "en"),
        ("I haven't found Pell yet", "en"),
        ("nobody found Pell", "en"),
        ("Did you think I found Pell? I didn't.", "en"),
        ("I found, not Pell, but his boots", "en"),
        ("펠을 못 찾았어요", "ko"),
        ("펠은 아직 찾았다는 말이 없어요", "ko"),
        ("펠을 찾았지는 않아요", "ko"),
        ("펠 안찾았어", "ko"),
        ("펠을 못찾았어", "ko"),
    ],
)
def test_a_denial_fires_nothing(text: str, language) -> None:
    means_it = (0.95, "I found Pell")
    assert fires(text, language, likeness=lambda _: means_it) is None
    assert fires(text, language) is None


def test_a_trigger_whose_own_example_denies_hears_denials() -> None:
    wrong = trigger(
        "wrong", [["bell"], ["wrong"]], [["종"]], examples=("isn't something wrong here?",)
    )
    assert fires("isn't something wrong with the bell", triggers=[wrong]) == "wrong"


def test_a_tag_question_denies_nothing_and_makes_nobody_wait_for_a_denial() -> None:
    cracked = trigger(
        "cracked", [["bell"], ["crack"]], [["종"]], examples=("the bell is cracked, isn't it?",)
    )
    assert fires("the bell is cracked, isn't it?", triggers=[cracked]) == "cracked"
    assert fires("the bell isn't cracked", triggers=[cracked]) is None


def test_the_trigger_that_asks_for_most_words_fires_before_others() -> None:
    vague = trigger("vague", [["pell"]], [["펠"]])
    assert fires("we found Pell", triggers=[vague, FOUND]) == "found"
    assert fires("we found Pell", triggers=[FOUND, vague]) == "found"
    assert fires("where is Pell", triggers=[FOUND, vague]) == "vague"


def test_keywords_decide_before_meaning() -> None:
    other = trigger("other", [["gull"]], [["갈매기"]], examples=("the boy is safe",))

    def likeness(examples) -> tuple[float, str]:
        return (0.99, examples[0]) if examples == other.says.examples["en"] else (0.0, "")

    assert fires("found Pell", triggers=[other, FOUND], likeness=likeness) == "found"
    assert fires("the lad is safe", triggers=[other, FOUND], likeness=likeness) == "other"


@pytest.mark.parametrize(("score", "outcome"), [(SAME_MEANING, "found"), (0.79, None)])
def test_only_what_means_the_same_fires_without_keywords(score, outcome) -> None:
    assert fires("the boy is back", likeness=lambda _: (score, "I found Pell")) == outcome


def test_the_evidence_is_what_was_said() -> None:
    fired = fired_trigger([FOUND], Utterance("We FOUND Pell", "en"), unlike)
    assert fired is not None
    assert fired.evidence == "pell … found"


def test_only_triggers_whose_conditions_hold_are_open(ebbhold) -> None:
    bruna = ebbhold.npcs["bruna"]
    gated = trigger("late", [["pell"]], [["펠"]], requires=Requirements(flags=("q.found",)))
    trusting = trigger("dear", [["pell"]], [["펠"]], requires=Requirements(trust=0.5))

    def opened(*flags: str, trust: float = 0.0) -> list[str]:
        story = StoryState(flags=frozenset(flags))
        scene = Scene(bruna, "p", "s", "t", 0, story, Relationship(trust=trust))
        return [t.id for t in open_triggers([FOUND, gated, trusting], scene, NOTHING)]

    assert opened() == ["found"]
    assert opened("q.found") == ["late"]
    assert opened(trust=0.5) == ["found", "dear"]


def test_a_stranger_at_the_start_opens_no_stage_beyond_the_first(ebbhold) -> None:
    for npc in ebbhold.npcs.values():
        scene = Scene(npc, "p", "s", "t", 0, StoryState(), npc.initial)
        for waiting in open_triggers(ebbhold.triggers[npc.id], scene, policy_of(ebbhold)):
            assert waiting.requires.flags == ()


INSULT = ForbiddenTrigger(
    id="insult-ledger",
    keywords=Keywords(en=(("ledger",), ("cheat",)), ko=(("장부",), ("속",))),
    examples=LocalTexts(en=("you cheat at sums",), ko=("셈을 속이지",)),
    reaction=Reaction(line=LocalText(en="Out.", ko="나가."), emotion="anger"),
)


def test_a_forbidden_trigger_is_hit_by_keyword_or_by_meaning() -> None:
    def hit(text: str, score: float = 0.0):
        return forbidden_hit(
            [INSULT], Utterance(text, "en"), lambda _: (score, "you cheat at sums")
        )

    found = hit("Your ledger is cheating")
    assert found is not None
    assert found == (INSULT, "ledger … cheat")
    meant = hit("your sums are crooked", 0.9)
    assert meant is not None
    assert "you cheat at sums" in meant[1]
    assert hit("your ledger is tidy", 0.5) is None


def test_no_example_of_a_story_trigger_touches_what_its_npc_forbids(ebbhold) -> None:
    touched = [
        (trigger.id, text)
        for npc in ebbhold.npcs.values()
        for trigger in ebbhold.triggers[npc.id]
        if trigger.says is not None
        for language in ("en", "ko")
        for text in trigger.says.examples[language]
        if forbidden_hit(npc.forbidden_triggers, Utterance(text, language), unlike)
    ]
    assert touched == []


@pytest.mark.parametrize(
    ("said", "language", "hit"),
    [
        ("너 일러바칠 거야", "ko", True),
        ("너 안 일러바칠게", "ko", False),
        ("I'll turn you in", "en", True),
        ("I won't turn you in", "en", False),
    ],
)
def test_a_promise_not_to_is_no_threat(said: str, language, hit: bool) -> None:
    threat = ForbiddenTrigger(
        id="threat",
        keywords=Keywords(en=(("turn you in",),), ko=(("일러바칠",),)),
        examples=LocalTexts(
            en=("I'll turn you in to the guards.",), ko=("경비대에 일러바칠 거야.",)
        ),
        reaction=Reaction(line=LocalText(en="Try it.", ko="해 봐."), emotion="anger"),
    )
    assert (forbidden_hit([threat], Utterance(said, language), unlike) is not None) == hit
