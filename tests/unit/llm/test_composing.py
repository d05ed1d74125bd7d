"""The embedded speaker shows how it was spoken to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from langchain_app.domain.lore.lore import Chunk, Findings, Gate, ScoredChunk
from langchain_app.domain.memory.facts import PLAYER, Asked, Told
from langchain_app.domain.people.relationship import Relationship
from langchain_app.domain.story.story import StoryState, Trigger
from langchain_app.domain.text import LocalText
from langchain_app.domain.turn import Brief, Exchange, FiredTrigger, Scene, TriggerCheck, Utterance
from langchain_app.domain.understanding.tone import Sentiment, choose_tone
from langchain_app.domain.understanding.understanding import Understood
from langchain_app.llm.composing import Composer

FACT = {"en": "The bell cracked at dawn.", "ko": "종은 새벽에 금이 갔다."}
ASKED = {"en": "When did the bell crack?", "ko": "종에 언제 금이 갔어요?"}


@pytest.fixture
def composer(tokeniser) -> Composer:
    return Composer(tokeniser.korean)


def brief(ebbhold, language, compound, *, mood="neutral", seq=0) -> Brief:
    chunk = Chunk("c", language, "lore", "t", FACT[language], Gate(audience=("public",)))
    return Brief(
        Scene(ebbhold.npc("maren"), "p", "s", "t", seq, StoryState(), Relationship()),
        Utterance(ASKED[language], language),
        choose_tone(Sentiment(compound=compound), "question", mood),
        Findings((ScoredChunk(chunk, 1.0, 1.0, "", ""),)),
        (),
        TriggerCheck(),
        Understood(act="asks"),
    )


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    ("compound", "closed"),
    [(0.6, [True] * 6), (0.0, [False, True, False] * 2), (-0.6, [False] * 6)],
)
def test_warm_words_get_a_closing_word_and_harsh_ones_none(
    ebbhold, composer, language, compound, closed
) -> None:
    closers = ebbhold.npc("maren").lines[language].closers["neutral"]
    replies = [composer.compose(brief(ebbhold, language, compound, seq=seq)) for seq in range(6)]
    assert [reply.endswith(closers) for reply in replies] == closed


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_friend_who_is_harsh_is_answered_without_endearments(ebbhold, composer, language) -> None:
    openers = ebbhold.npc("maren").lines[language].openers
    harsh = composer.compose(brief(ebbhold, language, -0.6, mood="warm"))
    kind = composer.compose(brief(ebbhold, language, 0.6, mood="warm"))
    assert harsh.startswith(openers["neutral"])
    assert kind.startswith(openers["warm"])


@pytest.mark.parametrize("language", ["en", "ko"])
def test_an_opener_goes_before_no_two_answers_running_and_before_no_own_words(
    ebbhold, composer, language
) -> None:
    first = brief(ebbhold, language, 0.0)
    told = composer.compose(first)
    other = ScoredChunk(
        replace(first.lore.chunks[0].chunk, text="Maren sells it."), 1.0, 1.0, "", ""
    )
    asked = replace(first, lore=Findings((other,)))
    again = replace(asked, scene=replace(asked.scene, recent=(Exchange("When?", told),)))
    mine = replace(
        asked, lore=Findings((replace(other, chunk=replace(other.chunk, kind="voice")),))
    )
    openers = ebbhold.npc("maren").lines[language].openers["neutral"]
    assert [composer.compose(one).startswith(openers) for one in (first, asked, again, mine)] == [
        True,
        True,
        False,
        False,
    ]


PASSAGE = {
    "en": ("Orne cast the bell.", "The bell warns ships.", "It hangs in the tower."),
    "ko": ("오른이 종을 부었다.", "종은 배에 암초를 알린다.", "그 종은 탑에 걸려 있다."),
}


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    ("answers", "told"),
    [(0, (True, True, True)), (1, (False, True, True)), (2, (False, True, True))],
)
def test_a_passage_is_told_from_the_sentence_that_answers_or_that_it_leans_on(
    ebbhold, composer, language, answers, told
) -> None:
    asked, said = brief(ebbhold, language, 0.0), PASSAGE[language]
    chunk = replace(asked.lore.chunks[0].chunk, text=" ".join(said), kind="voice")
    found = replace(asked.lore.chunks[0], chunk=chunk, best_sentence=said[answers])
    reply = composer.compose(replace(asked, lore=Findings((found,))))
    assert tuple(sentence in reply for sentence in said) == told


@pytest.mark.parametrize("language", ["en", "ko"])
def test_of_a_long_passage_two_sentences_are_told(ebbhold, composer, language) -> None:
    asked = brief(ebbhold, language, 0.0)
    said = [f"{PASSAGE[language][1][:-1]} {'ha ' * 40}{number}." for number in range(4)]
    chunk = replace(asked.lore.chunks[0].chunk, text=" ".join(said), kind="voice")
    found = replace(asked.lore.chunks[0], chunk=chunk, best_sentence=said[1])
    reply = composer.compose(replace(asked, lore=Findings((found,))))
    assert [sentence in reply for sentence in said] == [False, True, True, False]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_tone_changes_no_fact(ebbhold, composer, language) -> None:
    told = {"en": "The bell cracked at dawn.", "ko": "새벽에 금이 갔"}[language]
    for compound in (0.6, 0.0, -0.6):
        assert told in composer.compose(brief(ebbhold, language, compound))


@pytest.mark.parametrize("language", ["en", "ko"])
def test_warm_words_do_not_make_a_stranger_a_friend(ebbhold, composer, language) -> None:
    stranger = brief(ebbhold, language, 0.6)
    friend = replace(stranger, tone=choose_tone(Sentiment(compound=0.6), "question", "warm"))
    openers = ebbhold.npc("maren").lines[language].openers
    assert composer.compose(stranger).startswith(openers["neutral"])
    assert composer.compose(friend).startswith(openers["warm"])


# --- what the story lets it say


def touched(ebbhold, language, checked: TriggerCheck, npc="isaura", seq=0) -> Brief:
    scene = Scene(ebbhold.npc(npc), "p", "s", "t", seq, StoryState(), Relationship())
    return Brief(
        scene,
        Utterance(ASKED[language], language),
        choose_tone(Sentiment(), "question", "neutral"),
        Findings(),
        (),
        checked,
        Understood(act="asks"),
    )


def trigger(ebbhold, npc: str, name: str) -> Trigger:
    return next(t for t in ebbhold.triggers[npc] if t.id == name)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_gate_that_fired_a_question_back_and_a_hint_are_the_whole_answer(
    ebbhold, composer, language
) -> None:
    ask, hang = trigger(ebbhold, "isaura", "ask-crack"), trigger(ebbhold, "corvin", "hang-clapper")
    said = [
        composer.compose(touched(ebbhold, language, checked))
        for checked in (
            TriggerCheck(fired=FiredTrigger(ask, "p")),
            TriggerCheck(asks_back=hang),
            TriggerCheck(hint=hang),
        )
    ]
    assert said == [ask.line[language], hang.asks_back[language], hang.hint[language]]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_goal_whose_moment_has_come_is_told_after_the_answer(ebbhold, composer, language) -> None:
    gift = trigger(ebbhold, "nele", "goal.nele-parting-gift")
    checked = TriggerCheck(fired=FiredTrigger(gift, ""))
    said = composer.compose(touched(ebbhold, language, checked, "nele"))
    assert said.endswith(f" {gift.line[language]}")
    assert len(said) > len(gift.line[language]) + 1


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_trouble_is_told_as_it_was_written(ebbhold, composer, language) -> None:
    quest = ebbhold.quests["cracked_bell"]
    said = composer.compose(touched(ebbhold, language, TriggerCheck(trouble=quest)))
    assert said == quest.trouble[language]


def test_a_trouble_of_which_nobody_wrote_a_line_is_the_summary_in_the_own_speech_level(
    ebbhold, composer
) -> None:
    summary = LocalText(en="The bell is cracked.", ko="종에 금이 갔다. 추를 찾아야 한다.")
    quest = ebbhold.quests["cracked_bell"].model_copy(update={"trouble": None, "summary": summary})
    checked = TriggerCheck(trouble=quest)
    assert composer.compose(touched(ebbhold, "en", checked)) == summary.en
    said = composer.compose(touched(ebbhold, "ko", checked))
    assert said == "종에 금이 갔소. 추를 찾아야 하오."


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_is_a_courtesy_by_its_reading_gets_the_line_of_its_manner(
    ebbhold, composer, language
) -> None:
    lines = ebbhold.npc("isaura").lines[language]
    for act, wanted in (("thanks", lines.thanks), ("takes_leave", lines.farewell)):
        assert composer.compose(heard(ebbhold, language, Understood(act=act))) in wanted


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    ("act", "kind"),
    [
        ("tells_self", "told"),
        ("tells_feeling", "told"),
        ("brings_news", "news"),
        ("reports_deed", "deed"),
        ("hands_over", "gift"),
        ("offers", "offer"),
        ("promises", "promise"),
        ("complains", "complaint"),
        ("threatens", "threat"),
        ("jokes", "joke"),
    ],
)
def test_what_a_player_tells_is_taken_up(ebbhold, composer, language, act, kind) -> None:
    for npc in ("isaura", "mio"):
        said = composer.compose(heard(ebbhold, language, Understood(act=act), npc=npc))
        assert said in getattr(ebbhold.npc(npc).lines[language], kind)


@pytest.mark.parametrize(
    ("act", "feeling", "kind"),
    [
        ("tells_feeling", "glad", "joy"),
        ("tells_feeling", None, "told"),
        ("tells_self", "sad", "sorrow"),
        ("brings_news", "glad", "joy"),
        ("brings_news", None, "news"),
        ("small_talk", "sad", "sorrow"),
        ("complains", "sad", "sorrow"),
        ("complains", None, "complaint"),
        ("tells_feeling", "hurt", "hurt"),
        ("greets", "hurt", "hurt"),
        ("tells_self", "afraid", "afraid"),
        ("jokes", "sad", "joke"),
    ],
)
def test_what_is_glad_or_sad_is_taken_up_as_that(ebbhold, composer, act, feeling, kind) -> None:
    said = composer.compose(heard(ebbhold, "en", Understood(act=act, feeling=feeling)))
    assert said in getattr(ebbhold.npc("isaura").lines.en, kind)


@pytest.mark.parametrize(("language", "name"), [("en", "Toby"), ("ko", "토비")])
def test_a_name_is_taken_up_by_name(ebbhold, composer, language, name) -> None:
    told = Understood(act="tells_self", told=(Told(PLAYER, "name", name),))
    said = composer.compose(heard(ebbhold, language, told))
    lines = ebbhold.npc("isaura").lines[language].name
    assert said in [line.replace("{name}", name) for line in lines]


@pytest.mark.parametrize("stance", ["past", "ends"])
def test_a_name_that_they_have_no_more_is_not_what_they_are_called(
    ebbhold, composer, stance
) -> None:
    told = Understood(act="tells_self", told=(Told(PLAYER, "name", "June", stance),))
    said = composer.compose(heard(ebbhold, "en", told))
    assert said in ebbhold.npc("isaura").lines.en.told


@pytest.mark.parametrize("language", ["en", "ko"])
def test_who_asks_a_person_about_itself_hears_it_before_any_lore(
    ebbhold, composer, language
) -> None:
    isaura = ebbhold.npc("isaura")
    asked = heard(ebbhold, language, Understood(act="asks", personal="age"))
    assert composer.compose(asked) == isaura.answers["age"][language]
    tells = heard(ebbhold, language, Understood(act="tells_self", personal="age"))
    assert composer.compose(tells) in isaura.lines[language].told
    nobody = isaura.model_copy(update={"answers": {}})
    asked = replace(asked, scene=replace(asked.scene, npc=nobody))
    assert composer.compose(asked) in isaura.lines[language].private


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_was_said_before_is_said_again_as_that(ebbhold, composer, language) -> None:
    isaura = ebbhold.npc("isaura")
    asked = heard(ebbhold, language, Understood(act="asks", personal="age"))
    told = composer.compose(asked)
    again = replace(asked, scene=replace(asked.scene, recent=(Exchange("How old?", told),)))
    said = composer.compose(again)
    assert said.endswith(told)
    assert said.removesuffix(told).strip() in isaura.lines[language].repeated


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(("alone", "known"), [(True, True), (False, False)])
def test_a_question_that_finds_only_the_answer_before_it_is_not_known(
    ebbhold, composer, language, alone, known
) -> None:
    maren = ebbhold.npc("maren")
    asked = replace(brief(ebbhold, language, 0.0), understood=Understood(act="asks", alone=alone))
    told = composer.compose(asked)
    again = replace(asked, scene=replace(asked.scene, recent=(Exchange("And then?", told),)))
    said = composer.compose(again)
    assert (said.startswith(tuple(maren.lines[language].repeated))) is known
    assert (said in maren.lines[language].unknown) is not known


@pytest.mark.parametrize(
    ("gate", "sure", "wins"), [({"trust": 0.3}, 0.5, True), ({}, 0.5, False), ({}, 0.95, True)]
)
def test_what_trust_has_opened_or_surely_answers_outranks_what_one_says_of_oneself(
    ebbhold, composer, gate, sure, wins
) -> None:
    asked = replace(brief(ebbhold, "en", 0.0), understood=Understood(act="asks", personal="family"))
    chunk = replace(
        asked.lore.chunks[0].chunk, gate=Gate(audience=("npc:maren",), **gate), kind="voice"
    )
    found = replace(asked.lore.chunks[0], chunk=chunk, confidence=sure)
    said = composer.compose(replace(asked, lore=Findings((found,))))
    assert (chunk.text in said) is wins
    assert (said == ebbhold.npc("maren").answers["family"].en) is not wins


@pytest.mark.parametrize(
    ("confidence", "personal", "lore"),
    [(0.95, None, True), (0.5, None, False), (0.95, "age", False)],
)
def test_how_something_else_is_gets_its_lore_and_how_one_is_the_line(
    ebbhold, composer, confidence, personal, lore
) -> None:
    asked = heard(ebbhold, "en", Understood(act="asks_wellbeing", personal=personal))
    found = replace(brief(ebbhold, "en", 0.0).lore.chunks[0], confidence=confidence)
    said = composer.compose(replace(asked, lore=Findings((found,))))
    assert (FACT["en"] in said) is lore
    if not lore:
        isaura = ebbhold.npc("isaura")
        assert said in (isaura.answers["age"].en, *isaura.lines.en.how_are_you)


def heard(ebbhold, language, understood, *, npc="isaura") -> Brief:
    said = touched(ebbhold, language, TriggerCheck())
    tone = choose_tone(Sentiment(), understood.manner, "neutral")
    scene = replace(said.scene, npc=ebbhold.npc(npc))
    return replace(said, scene=scene, tone=tone, understood=understood)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_asks_for_nothing_is_no_question_that_nobody_can_answer(
    ebbhold, composer, language
) -> None:
    lines = ebbhold.npc("isaura").lines[language]
    asked = touched(ebbhold, language, TriggerCheck())
    assert composer.compose(asked) in lines.unknown
    chat = replace(asked, understood=Understood(act="small_talk"))
    assert composer.compose(chat) in lines.small_talk


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    ("text", "sure", "asks"),
    [
        ("my granny died last year", 0.28, False),
        ("who was she?", 0.28, True),
        ("who was she", 0.9, True),
    ],
)
def test_what_is_hardly_a_question_is_not_met_with_not_knowing(
    ebbhold, composer, language, text, sure, asks
) -> None:
    lines = ebbhold.npc("isaura").lines[language]
    said = heard(ebbhold, language, Understood(act="asks", sure={"act": sure}))
    said = replace(said, utterance=Utterance(text, language))
    assert composer.compose(said) in (lines.unknown if asks else lines.small_talk)


# --- what is wanted of the NPC


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("act", ["asks", "requests", "small_talk"])
@pytest.mark.parametrize(
    "wanted", ["haggle", "sell", "teach", "join", "come_along", "permit", "work", "favour"]
)
def test_what_is_wanted_of_an_npc_is_answered_with_its_line_for_that(
    ebbhold, composer, language, act, wanted
) -> None:
    said = composer.compose(heard(ebbhold, language, Understood(act=act, wanted=wanted)))
    assert said in getattr(ebbhold.npc("isaura").lines[language], wanted)


@pytest.mark.parametrize(
    ("act", "wanted", "confidence", "told"),
    [
        ("asks", "join", 0.6, True),  # how does one join?
        ("requests", "join", 0.6, False),
        ("requests", "join", 0.95, True),
        ("asks", "haggle", 0.95, False),
    ],
)
def test_lore_answers_a_question_first_and_a_request_only_where_it_is_sure(
    ebbhold, composer, act, wanted, confidence, told
) -> None:
    asked = heard(ebbhold, "en", Understood(act=act, wanted=wanted))
    chunk = Chunk("c", "en", "lore", "t", FACT["en"], Gate(audience=("public",)))
    found = replace(asked, lore=Findings((ScoredChunk(chunk, 1.0, confidence, "", ""),)))
    assert (FACT["en"] in composer.compose(found)) is told


@pytest.mark.parametrize("language", ["en", "ko"])
def test_who_asks_for_a_song_or_a_joke_gets_the_npcs_own(ebbhold, composer, language) -> None:
    asked = heard(ebbhold, language, Understood(act="requests", wanted="perform"))
    own = ebbhold.npc("isaura").answers["pastime_song"][language]
    assert own in composer.compose(asked)


def test_a_question_about_the_world_is_not_answered_with_the_npcs_own_life(ebbhold) -> None:
    about = heard(ebbhold, "en", Understood(act="asks", personal="origin", about="npc"))
    assert about.of_oneself is not None
    of_iron = Understood(act="asks", personal="origin", about="world")
    assert replace(about, understood=of_iron).of_oneself is None


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_question_that_is_surely_about_the_player_never_falls_through_to_lore(
    ebbhold, composer, language
) -> None:
    asked = brief(ebbhold, language, 0.0)
    surely = Asked(subjects=(PLAYER,), words=True, sure=True)
    perhaps = replace(surely, sure=False)
    unknown = ebbhold.npc("maren").lines[language].unknown
    said = [
        composer.compose(replace(asked, understood=Understood(act="asks", asked=one)))
        for one in (surely, perhaps)
    ]
    assert said[0] in unknown
    assert said[1] not in unknown


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(("sure", "told"), [(0.8, False), (0.95, True)])
def test_what_seems_to_be_of_no_such_world_is_answered_only_from_what_surely_answers(
    ebbhold, composer, language, sure, told
) -> None:
    asked = brief(ebbhold, language, 0.0)
    asked = replace(
        asked,
        tone=choose_tone(Sentiment(), "nonsense", "neutral"),
        understood=Understood(act="asks", wanted="nonsense"),
        lore=Findings((replace(asked.lore.chunks[0], confidence=sure),)),
    )
    said = composer.compose(asked)
    assert (
        said in ebbhold.npc("maren").lines[language].small_talk_lines("nonsense", "neutral")
    ) is not told
