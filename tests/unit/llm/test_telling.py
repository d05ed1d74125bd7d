"""Events told in the NPC's own register, with how they are known; and lore left to itself."""

from __future__ import annotations

import pytest

from langchain_app.domain.lore.lore import Chunk, Findings, Gate, ScoredChunk
from langchain_app.domain.memory.memory import Recollection
from langchain_app.domain.people.relationship import Relationship
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.turn import Brief, Scene, TriggerCheck, Utterance
from langchain_app.domain.understanding.tone import Sentiment, choose_tone
from langchain_app.domain.understanding.understanding import Act, Understood
from langchain_app.llm.composing import Composer
from langchain_app.llm.telling import Teller
from langchain_app.prompts import persona_messages

TEXT = {
    "en": "A hooded stranger stole a lantern.",
    "ko": "두건 쓴 사람이 은등을 훔쳐 갔다. 그 사람은 조합 인양꾼이다.",
}
ASKED = {"en": "What happened yesterday?", "ko": "어제 무슨 일 있었어요?"}
NPC_AT = {"hapsyo": "harl", "haeyo": "nele", "hao": "isaura", "hage": "teck", "hae": "dorrik"}


def event(language="en", how=None, told_by=(), credibility=1.0, relevance=1.0, text=None):
    return Recollection(
        "",
        "",
        "",
        "",
        score=relevance,
        relevance=relevance,
        kind="rumour" if told_by else "event",
        text=text or TEXT[language],
        told_by=told_by,
        how=how,
        credibility=credibility,
    )


def brief(
    ebbhold, memory, language="en", npc="nele", said=None, confidence=None, act: Act = "asks"
) -> Brief:
    scene = Scene(ebbhold.npc(npc), "p", "s", "t", 0, StoryState(), Relationship(), game_time=50.0)
    chunk = Chunk("c", language, "lore", "t", "The lore.", Gate(audience=("public",)))
    found = () if confidence is None else (ScoredChunk(chunk, 1.0, confidence, "", ""),)
    return Brief(
        scene,
        Utterance(said or ASKED[language], language),
        choose_tone(Sentiment(), "question", "neutral"),
        Findings(found),
        (memory,),
        TriggerCheck(),
        Understood(act=act),
    )


@pytest.fixture
def teller(tokeniser) -> Teller:
    return Teller(tokeniser.korean)


@pytest.mark.parametrize(
    ("memory", "told"),
    [
        (event(how="saw"), "I saw it with my own eyes. A hooded stranger stole a lantern."),
        (
            event(how="heard"),
            "I didn't see it, I only heard it. A hooded stranger stole a lantern.",
        ),
        (event(how="took part"), "I was there myself. A hooded stranger stole a lantern."),
        (event(), "A hooded stranger stole a lantern."),
        (
            event(told_by=("Teck",), credibility=0.7),
            "I had it from Teck: a hooded stranger stole a lantern. I wasn't there myself.",
        ),
        (
            event(told_by=("Teck", "Nele"), credibility=0.49),
            "I only heard it from Teck, who had it from Nele: a hooded stranger stole a lantern. "
            "I wouldn't swear to it.",
        ),
        (
            event(told_by=("Teck", "Mio", "Nele"), credibility=0.3),
            "I only heard it from Teck, and it had been through many mouths since Nele: "
            "a hooded stranger stole a lantern. It may be nothing but talk.",
        ),
        (
            event(told_by=("Teck",), credibility=0.7, text="Bruna lost a ring"),
            "I had it from Teck: Bruna lost a ring. I wasn't there myself.",
        ),
    ],
)
def test_what_is_told_says_how_it_is_known_and_how_surely(ebbhold, teller, memory, told) -> None:
    assert teller.tell(brief(ebbhold, memory)) == told


@pytest.mark.parametrize(
    ("level", "source", "theft", "thief", "doubt"),
    [
        ("hapsyo", "테크에게서 들었는데, 그것도 넬레에게서 나온 말이랍니다.",
         "갔답니다.", "인양꾼이랍니다.", "장담은 못 하겠습니다."),
        ("haeyo", "테크한테 들었는데, 그것도 넬레한테서 나온 말이래요.",
         "갔대요.", "인양꾼이래요.", "장담은 못 하겠어요."),
        ("hao", "테크에게서 들었는데, 그것도 넬레에게서 나온 말이라 하오.",
         "갔다 하오.", "인양꾼이라 하오.", "장담은 못 하겠소."),
        ("hage", "테크한테 들었는데, 그것도 넬레한테서 나온 말이라네.",
         "갔다네.", "인양꾼이라네.", "장담은 못 하겠네."),
        ("hae", "테크한테 들었는데, 그것도 넬레한테서 나온 말이래.",
         "갔대.", "인양꾼이래.", "장담은 못 해."),
    ],
)  # fmt: skip
def test_hearsay_has_its_endings_in_every_korean_speech_level(
    ebbhold, teller, level, source, theft, thief, doubt
) -> None:
    memory = event("ko", told_by=("테크", "넬레"), credibility=0.49)
    told = f"{source} 두건 쓴 사람이 은등을 훔쳐 {theft} 그 사람은 조합 {thief} {doubt}"
    assert teller.tell(brief(ebbhold, memory, "ko", NPC_AT[level])) == told


@pytest.mark.parametrize(
    ("level", "told"),
    [
        ("hapsyo", "제 눈으로 보았습니다. 두건 쓴 사람이 은등을 훔쳐 갔습니다."),
        ("haeyo", "제 눈으로 봤어요. 두건 쓴 사람이 은등을 훔쳐 갔어요."),
        ("hao", "내 눈으로 보았소. 두건 쓴 사람이 은등을 훔쳐 갔소."),
        ("hage", "내 눈으로 봤네. 두건 쓴 사람이 은등을 훔쳐 갔네."),
        ("hae", "내 눈으로 봤어. 두건 쓴 사람이 은등을 훔쳐 갔어."),
    ],
)
def test_what_was_seen_is_told_outright(ebbhold, teller, level, told) -> None:
    text = TEXT["ko"].partition(" 그 사람은")[0]
    memory = event("ko", how="saw", text=text)
    assert teller.tell(brief(ebbhold, memory, "ko", NPC_AT[level])) == told


@pytest.mark.parametrize(
    ("said", "relevance", "confidence", "told"),
    [
        ("What happened yesterday?", 0.4, 0.9, True),  # asked openly, at a time
        ("What happened to the lantern?", 0.8, 0.7, True),
        ("What happened to the lantern?", 0.6, 0.7, False),
        ("Who stole the lantern?", 0.9, 0.5, True),
        ("Who stole the lantern?", 0.9, 0.9, True),
        ("Who stole the lantern?", 0.9, 0.95, False),
        ("Who stole the lantern?", 0.7, None, False),
        ("Is the market open today?", 0.5, 0.4, False),
    ],
)
def test_an_event_answers_only_where_it_is_meant(
    ebbhold, teller, said, relevance, confidence, told
) -> None:
    asked = brief(ebbhold, event(how="saw", relevance=relevance), said=said, confidence=confidence)
    assert bool(teller.tell(asked)) is told


@pytest.mark.parametrize(("act", "told"), [("asks", True), ("requests", True), ("jokes", False)])
def test_an_event_answers_only_where_an_answer_is_wanted(ebbhold, teller, act, told) -> None:
    said = brief(ebbhold, event(how="saw"), said="A lantern, they stole it!", act=act)
    assert bool(teller.tell(said)) is told


def test_an_event_in_another_language_is_left_to_those_who_can_translate(ebbhold, teller) -> None:
    assert teller.tell(brief(ebbhold, event("ko", how="saw"), "en")) == ""


def test_nobody_tells_of_themselves_in_the_third_person(ebbhold, teller) -> None:
    own = event(how="took part", text="Nele Tarn gave a stranger a bandage.")
    assert teller.tell(brief(ebbhold, own, npc="nele")) == ""
    assert teller.tell(brief(ebbhold, own, npc="teck"))


def test_an_event_is_never_taken_for_the_players_own_words(ebbhold, tokeniser) -> None:
    said = "Do you remember what I told you?"
    reply = Composer(tokeniser.korean).compose(brief(ebbhold, event(how="saw"), said=said))
    assert "You said to me once" not in reply


@pytest.mark.parametrize(
    ("language", "memory", "line"),
    [
        ("en", event(how="saw"), f"You saw: {TEXT['en']}"),
        ("en", event(how="heard"), f"You did not see it, but you heard it: {TEXT['en']}"),
        ("en", event(how="took part"), f"You were part of it: {TEXT['en']}"),
        ("en", event(), f"You know from earlier days: {TEXT['en']}"),
        (
            "en",
            event(told_by=("Maren",), credibility=0.7),
            f"Maren told you (likely): {TEXT['en']}",
        ),
        (
            "en",
            event(told_by=("Maren", "Teck"), credibility=0.49),
            f"Maren told you, who heard it from Teck (uncertain): {TEXT['en']}",
        ),
        ("ko", event("ko", how="saw"), f"직접 본 일: {TEXT['ko']}"),
        (
            "ko",
            event("ko", told_by=("마렌", "테크"), credibility=0.3),
            f"마렌에게서 들은 일(매우 미심쩍음. 테크에게서 나온 말): {TEXT['ko']}",
        ),
    ],
)
def test_a_chat_model_is_shown_the_same(ebbhold, language, memory, line) -> None:
    messages = persona_messages(brief(ebbhold, memory, language), ebbhold)
    assert f"- {line}\n" in str(messages[-1].content)
