"""What players tell of themselves, as they talk; and what is no telling at all."""

from __future__ import annotations

import pytest

from langchain_app.domain.facts import PLAYER, SLOTS
from langchain_app.language.facts import MOST, asked, told

TOLD = {
    "en": [
        ("name's Edda", PLAYER, "name", "Edda"),
        ("Hello! I'm Edda from Saltmarsh.", PLAYER, "name", "Edda"),
        ("Hello! I'm Edda from Saltmarsh.", PLAYER, "origin", "Saltmarsh"),
        ("Hello there! You can call me Edda.", PLAYER, "name", "Edda"),
        ("My name is Edda of the Hills, nice to meet you.", PLAYER, "name", "Edda of the Hills"),
        ("I'm from the mountains", PLAYER, "origin", "the mountains"),
        ("I live up in the mountains", PLAYER, "home", "up in the mountains"),
        ("we moved to the harbour last week", PLAYER, "home", "at the harbour"),
        ("I’ve just moved into the old mill.", PLAYER, "home", "in the old mill"),
        ("I'm a baker by trade, and I live by the mill.", PLAYER, "job", "a baker"),
        ("I'm a baker by trade, and I live by the mill.", PLAYER, "home", "by the mill"),
        ("my brother Tam is a smith", "brother", "job", "a smith"),
        ("my brother Tam is a smith", "brother", "name", "Tam"),
        ("My sister keeps bees in Harrowgate.", "sister", "about", "keeps bees in Harrowgate"),
        ("I have a dog called Bran", "dog", "name", "Bran"),
        ("I have a dog. His name is Bran.", "dog", "name", "Bran"),
        ("I hate eels", PLAYER, "dislikes", "eels"),
        ("My favourite drink is plum wine.", PLAYER, "likes", "plum wine"),
        ("Spiders terrify me.", PLAYER, "fear", "Spiders"),
        ("I bought a boat yesterday", PLAYER, "owns", "a boat"),
        ("I'm looking for my father's ring", PLAYER, "goal", "are looking for my father's ring"),
        ("I promise to bring you the ledger", PLAYER, "promise", "bring you the ledger"),
        ("I am twenty-eight years old", PLAYER, "age", "twenty-eight"),
        ("My mother is Rosa. My father is Karl.", "mother", "name", "Rosa"),
        ("My mother is Rosa. My father is Karl.", "father", "name", "Karl"),
        ("I'm a carpenter from Harrow", PLAYER, "job", "a carpenter"),
        ("I'm a carpenter from Harrow", PLAYER, "origin", "Harrow"),
        ("I'm a knight from the order of Harrow", PLAYER, "job", "a knight"),
        ("I'm a knight", PLAYER, "job", "a knight"),
        ("my name is Jun, what's yours?", PLAYER, "name", "Jun"),
        ("I'm a baker and what do you do?", PLAYER, "job", "a baker"),
        ("I quit being a sailor, I'm a baker now", PLAYER, "job", "a baker"),
        ("My name is Bob, no just kidding, my name is Rob", PLAYER, "name", "Rob"),
    ],
    "ko": [
        ("제 이름은 에다예요", PLAYER, "name", "에다"),
        ("에다라고 불러 주세요.", PLAYER, "name", "에다"),
        ("난 산골에서 왔어", PLAYER, "origin", "산골"),
        ("안녕하세요! 저는 해로에서 온 지우라고 해요.", PLAYER, "name", "지우"),
        ("안녕하세요! 저는 해로에서 온 지우라고 해요.", PLAYER, "origin", "해로"),
        ("저는 산골에서 온 대장장이예요", PLAYER, "job", "대장장이"),
        ("저는 산골에서 온 대장장이예요", PLAYER, "origin", "산골"),
        ("해로에서 온 지 사흘 됐어요", PLAYER, "origin", "해로"),
        ("해로에서 온 떠돌이 상인이에요", PLAYER, "origin", "해로"),
        ("저는 해로에서 온 배를 샀어요", PLAYER, "owns", "해로에서 온 배"),
        ("제 친구는 산골에서 온 에다라고 해요", "친구", "about", "산골에서 온 에다라고 해요"),
        ("저는 하로게이트 출신이에요", PLAYER, "origin", "하로게이트"),
        ("지난주에 항구로 이사했어요", PLAYER, "home", "항구"),
        ("지금은 시장 뒤 골목에 살고 있어요", PLAYER, "home", "시장 뒤 골목"),
        ("언덕 위 작은 집에 삽니다", PLAYER, "home", "언덕 위 작은 집"),
        ("저 방앗간 옆으로 거처를 옮겼소", PLAYER, "home", "방앗간 옆"),
        ("우리 형은 대장장이야", "형", "job", "대장장이"),
        ("내 동생 탐은 하로게이트에서 벌을 쳐", "동생", "name", "탐"),
        ("강아지 한 마리를 키워요, 이름은 복실이야", "개", "name", "복실"),
        ("강아지를 길러요. 이름은 보리야.", "개", "name", "보리"),
        ("저는 어부입니다", PLAYER, "job", "어부"),
        ("전 대장장이예요", PLAYER, "job", "대장장이"),
        ("장어는 질색이야", PLAYER, "dislikes", "장어"),
        ("자두술을 제일 좋아해요", PLAYER, "likes", "자두술"),
        ("나는 폭풍이 무서워", PLAYER, "fear", "폭풍"),
        ("배를 한 척 샀어요", PLAYER, "owns", "배"),
        ("누나를 찾고 있어요", PLAYER, "goal", "누나를 찾는다"),
        ("꼭 돌아올게", PLAYER, "promise", "꼭 돌아오겠다"),
        ("스물여덟 살이에요", PLAYER, "age", "스물여덟 살"),
        ("내 아내 이름은 소라고 우리 아들은 세 살이야", "아내", "name", "소라"),
        ("내 아내 이름은 소라고 우리 아들은 세 살이야", "아들", "age", "세 살"),
        ("제 딸 이름은 서연이에요. 여섯 살이에요", "딸", "age", "여섯 살"),
        ("제 아들 나이는 세 살이에요", "아들", "age", "세 살"),
        ("내 여동생은 항구에 살고 나는 산에 살아", PLAYER, "home", "산"),
        ("제 이름은 산이에요. 농담이 아니에요.", PLAYER, "name", "산"),
        ("제 딸은 여섯 살이에요. 저는 서른 살이에요", PLAYER, "age", "서른 살"),
        ("제 어머니 성함은 로사예요", "어머니", "name", "로사"),
        ("남동생 이름은 준호예요", "남동생", "name", "준호"),
        ("제 남편은 어부예요", "남편", "job", "어부"),
        ("의사가 아니라 간호사예요", PLAYER, "job", "간호사"),
        ("스물아홉 살 약사예요", PLAYER, "age", "스물아홉 살"),
        ("스물아홉 살 약사예요", PLAYER, "job", "약사"),
        ("사과를 좋아하고 생선은 싫어해요", PLAYER, "likes", "사과"),
        ("사과를 좋아하고 생선은 싫어해요", PLAYER, "dislikes", "생선"),
        ("축구도 좋아해요", PLAYER, "likes", "축구"),
        ("축구도 좋아하고 낚시도 좋아해요", PLAYER, "likes", "낚시"),
        ("내 이름은 준인데 네 이름은 뭐야?", PLAYER, "name", "준"),
        ("저는 약사예요, 당신은 무슨 일을 하세요?", PLAYER, "job", "약사"),
        ("포도 좋아해요", PLAYER, "likes", "포도"),
        ("이름은 바다야, 아니 농담이고 사실 이름은 산이야", PLAYER, "name", "산"),
    ],
}
CASES = [(language, *case) for language, cases in TOLD.items() for case in cases]


@pytest.mark.parametrize(("language", "said", "subject", "slot", "value"), CASES)
def test_what_is_told_is_heard(language, said, subject, slot, value) -> None:
    holding = {(f.subject, f.slot): f.value for f in told(said, language) if f.stance == "holds"}
    assert holding.get((subject, slot)) == value


NOTHING = {
    "en": [
        "Where do you live?",
        "you live in a hole",
        "If I lived at the harbour I'd fish.",
        "I wish I had a boat.",
        '"I live in a hole" is what he said.',
        "Bruna says I am a thief.",
        "I'm a bit tired.",
        "I'm glad to see you.",
        "I have a question.",
        "I would like a beer.",
        "I love you.",
        "Imagine I'm a king.",
        "Thank you so much!",
        "Hello.",
    ],
    "ko": [
        "어디 사세요?",
        "해로에서 온 배는 커요",
        "너는 구덩이에 살지",
        "만약 내가 항구에 살면 좋겠다",
        "형이 항구에 산다고 했어",
        "“난 산에 살아”라고 적혀 있어요.",
        "농담이야, 난 왕이야",
        "질문이 있어요",
        "안녕하세요",
        "고마워요",
        "괜찮아요",
        "네가 좋아",
        "맥주 한 잔 주세요",
    ],
}


@pytest.mark.parametrize(
    ("language", "said"), [(lang, said) for lang, lines in NOTHING.items() for said in lines]
)
def test_what_is_asked_supposed_quoted_or_chatter_is_no_fact(language, said) -> None:
    assert told(said, language) == ()


@pytest.mark.parametrize(
    ("language", "said", "slot", "stance"),
    [
        ("en", "I used to be a soldier", "job", "past"),
        ("en", "I sold my boat", "owns", "ends"),
        ("en", "I no longer like stew", "likes", "ends"),
        ("en", "I don't live in the mountains any more", "home", "ends"),
        ("ko", "예전엔 군인이었어", "job", "past"),
        ("ko", "배를 팔았어요", "owns", "ends"),
        ("ko", "이제 산에는 안 살아요", "home", "ends"),
        ("ko", "더는 군인이 아니에요", "job", "ends"),
        ("en", "my name isn't June", "name", "ends"),
        ("en", "Don't call me June!", "name", "ends"),
        ("en", "My name is Bob. Just kidding!", "name", "ends"),
        ("en", "I quit being a sailor", "job", "past"),
        ("en", "I quit my job as a sailor years ago", "job", "past"),
        ("en", "I'm no longer a sailor", "job", "past"),
        ("ko", "제 이름은 준이 아니에요", "name", "ends"),
        ("ko", "내 이름은 바다야. 아니 농담이야.", "name", "ends"),
        ("ko", "이제 약사 그만뒀어요. 지금은 빵을 구워요", "job", "past"),
        ("ko", "의사가 아니라 간호사예요", "job", "ends"),
    ],
)
def test_what_is_over_is_told_from_what_holds(language, said, slot, stance) -> None:
    assert (slot, stance) in {(fact.slot, fact.stance) for fact in told(said, language)}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ko", "내 아내 이름은 소라고 우리 아들은 세 살이야"),
        ("ko", "제 딸 이름은 서연이에요. 여섯 살이에요"),
        ("ko", "우리 형 이름은 탐이고 나이는 서른 살이야"),
        ("en", "My daughter is called Sora. She is six."),
        ("en", "My mother is Rosa. My father is Karl."),
    ],
)
def test_the_name_and_the_age_of_kin_are_never_the_players(language, said) -> None:
    slots = {fact.slot for fact in told(said, language) if fact.subject == PLAYER}
    assert slots <= {"family"}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "I live in fear"),
        ("en", "I live in constant fear of the dark."),
        ("ko", "이름은 바다야, 아니 농담이야"),
    ],
)
def test_a_state_of_mind_is_no_home_and_a_joke_is_no_fact(language, said) -> None:
    assert told(said, language) == ()


def test_the_name_that_is_denied_is_the_word_after_it() -> None:
    (denied,) = told("Nobody calls me June any more", "en")
    assert (denied.slot, denied.value, denied.stance) == ("name", "June", "ends")


def test_what_is_no_joke_is_not_taken_back() -> None:
    assert {f.stance for f in told("제 이름은 산이에요. 농담이 아니에요.", "ko")} == {"holds"}
    assert {f.stance for f in told("My name is Rob. I'm not joking.", "en")} == {"holds"}


def test_the_town_somebody_moved_to_is_not_where_they_used_to_live() -> None:
    said = "I just moved here to Ebbhold, I live at the Upturned Keel now"
    assert [fact.value for fact in told(said, "en")] == ["at the Upturned Keel"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Did I tell you before where I live?"),
        ("en", "What did I say earlier about where I live?"),
        ("en", "What do you remember about me from before?"),
        ("ko", "제가 전에 어디 산다고 했죠?"),
        ("ko", "전에 말한 제 직업 기억해요?"),
    ],
)
def test_what_was_told_before_may_hold_now(language, text) -> None:
    found = asked(text, language)
    assert found.slots
    assert not found.before


ASKED = [
    ("en", "Where do I live?", ("home",), PLAYER, False),
    ("en", "Do you remember my name?", ("name",), PLAYER, False),
    ("en", "Where did I live before?", ("home",), PLAYER, True),
    ("en", "What is my brother called?", ("name",), "brother", False),
    ("en", "What do I do for a living?", ("job",), PLAYER, False),
    ("ko", "내가 어디 산다고 했지?", ("home",), PLAYER, False),
    ("ko", "내 이름 기억해?", ("name",), PLAYER, False),
    ("ko", "전에는 어디 살았다고 했죠?", ("home",), PLAYER, True),
    ("ko", "우리 형 이름이 뭐였지?", ("name",), "형", False),
    ("ko", "제가 무슨 일 한다고 했죠?", ("job",), PLAYER, False),
]


@pytest.mark.parametrize(("language", "text", "slots", "subject", "before"), ASKED)
def test_a_question_names_the_slot_it_asks_for(language, text, slots, subject, before) -> None:
    found = asked(text, language)
    assert (found.slots, found.subjects, found.before) == (slots, (subject,), before)


@pytest.mark.parametrize(
    ("language", "text", "when"),
    [
        ("en", "What did I tell you first?", "first"),
        ("en", "What was the last thing I told you?", "last"),
        ("en", "What did I tell you yesterday?", "yesterday"),
        ("ko", "내가 처음에 뭐라고 했어?", "first"),
        ("ko", "지난번에 내가 뭐라고 했지?", "last"),
        ("ko", "어제 내가 무슨 말 했는지 기억해요?", "yesterday"),
    ],
)
def test_a_question_names_the_moment_it_asks_for(language, text, when) -> None:
    assert asked(text, language).when == when


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Why is the bell muffled?"),
        ("en", "Where can I stay tonight?"),
        ("en", "What should I buy?"),
        ("en", "What are you afraid of?"),
        ("en", "I live at the harbour."),
        ("ko", "종은 왜 깨졌어요?"),
        ("ko", "뭘 좋아하세요?"),
        ("ko", "어디 사세요?"),
        ("ko", "난 항구에 살아."),
    ],
)
def test_what_only_the_npc_or_the_lore_can_answer_asks_no_memory(language, text) -> None:
    assert not asked(text, language).of_player


def test_everything_is_asked_for_at_once() -> None:
    for language, text in (("en", "What do you know about me?"), ("ko", "나에 대해 뭘 알아?")):
        assert asked(text, language).slots == SLOTS


@pytest.mark.parametrize(
    ("language", "flood"), [("en", "I own a boat. " * 500), ("ko", "저는 어부입니다. " * 500)]
)
def test_a_flood_of_facts_is_heard_in_part(language, flood) -> None:
    assert len(told(flood, language)) <= MOST
    varied = " ".join(f"I own a boat{n}." for n in range(200))
    assert len(told(varied, "en")) == MOST
