"""Talks over several days, and questions about them: generated, the same for the same seed.

Phrasings are split: those of `dev` may be tuned on, those of `test` are for the report. Those of
`seen` were held out once, until what went wrong with them was looked at; they count as dev now. The
first run of `test` was looked at too, and so was that of `probe`, written last: docs/decisions/0007
has what each came to at first sight. A player tells
an NPC some things on some days, between chatter and questions about the world, changes two of them,
and on the last day asks.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from langchain_app.language.korean import josa

HEARER, OTHER = "bruna", "dorrik"
"""Whom the player confides in, and somebody who hears something else."""


@dataclass(frozen=True, slots=True)
class Say:
    """Something said to an NPC; `key` names what is told, for the question about it."""

    npc: str
    text: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question; `wants` is the key that must come to mind, "" where nothing may.

    `not_before` names what must not come before it: what is no longer true.
    """

    npc: str
    text: str
    kind: str
    wants: str
    not_before: str = ""


@dataclass(slots=True)
class Talk:
    """One player's days, then the questions."""

    player: str
    language: str
    days: list[list[Say]] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)


# slot: (values, {split: tellings}, {split: questions}); a value may be a pair of lines that differ
# between tellings where grammar asks for it.
_EN = {
    "name": (
        ["Edda", "Corwin", "Tamsin", "Ysolde", "Bram", "Odette", "Kestrel", "Rolf", "Minna", "Perrin"],
        {"dev": ["My name is {v}.", "You can call me {v}, everyone does.", "I'm called {v}, by the way.",
                 "The name's {v}."],
         "seen": ["Name's {v}, pleased to meet you.", "Folk call me {v} where I come from.",
                  "They named me {v} after my grandfather.", "I go by {v} these days."],
         "test": ["The name I was given is {v}.", "Just {v} will do, call me {v}.", "People know me as {v}.", "I'm {v}, by the way."],
         "probe": ["Everyone back home says {v} when they shout for me, so {v} is my name."]},
        {"dev": ["What is my name?", "Do you remember my name?"],
         "seen": ["Do you still know what I'm called?", "Who am I, do you recall?", "What was my name again?"],
         "test": ["What do they call me?", "Can you still tell me my own name?"],
         "probe": ["Say, do you have my name in your head?"]},
    ),
    "home": (
        ["at the harbour", "by the old mill", "above the bakery", "near the lighthouse", "behind the chapel",
         "in the fishers' row", "under the north bridge", "beside the salt pans"],
        {"dev": ["I live {v}.", "I've moved, I live {v} now.", "My house is {v}.", "We are staying {v}."],
         "seen": ["These days I'm lodging {v}.", "I rent a room {v}.", "I've settled down {v} at last.",
                  "My place is {v}, you should visit."],
         "test": ["I've found a little house {v}.", "We've been living {v} since spring.", "If you need me, my door is {v}.", "I sleep {v} now."],
         "probe": ["I hang my hat {v} these days, that is home."]},
        {"dev": ["Where do I live?", "Where is my home?"],
         "seen": ["Do you remember where I'm staying?", "Where did I say I live these days?",
                  "Whereabouts is my place?"],
         "test": ["Where would you look for my house?", "Which place do I call home?", "Where do I sleep these days?"],
         "probe": ["If you had to fetch me from home, where would you go?"]},
    ),
    "job": (
        ["a baker", "a rope maker", "a cartographer", "a glass blower", "a ferry pilot", "a beekeeper",
         "a locksmith", "a bookbinder"],
        {"dev": ["I'm {v} by trade.", "I work as {v}.", "I've become {v}.", "My trade? I am {v}."],
         "seen": ["I earn my bread as {v}.", "I make my living as {v}.", "I have been working as {v} for a while.",
                  "I'm employed as {v} now."],
         "test": ["For my bread I work as {v}.", "They've hired me as {v}.", "I'm {v}, and proud of it.", "I've taken work as {v}."],
         "probe": ["I'm earning my coin as {v}."]},
        {"dev": ["What do I do for a living?", "What is my trade?"],
         "seen": ["What kind of work do I do?", "Do you recall what my profession is?", "How do I earn my keep?"],
         "test": ["What's my line of work?", "How do I make my living?", "What am I by trade?"],
         "probe": ["How do I earn my coin?"]},
    ),
    "origin": (
        ["Harrowgate", "Teal Hollow", "the Grey Fells", "Ambermere", "Saltmarsh", "the eastern isles"],
        {"dev": ["I come from {v}.", "I grew up in {v}."],
         "seen": ["I hail from {v} originally.", "I was born and raised in {v}."],
         "test": ["My home country is {v}.", "I came here from {v} years ago.", "I was raised in {v}."],
         "probe": ["{v} is where I grew up."]},
        {"dev": ["Where am I from?", "Where did I grow up?"],
         "seen": ["Do you know where I was born?", "What place do I hail from?"],
         "test": ["Where do I come from?", "What's my homeland?"],
         "probe": ["Which place did I grow up in?"]},
    ),
    "likes": (
        ["plum wine", "smoked eel", "honey cakes", "old sea songs", "chess", "wild strawberries"],
        {"dev": ["I love {v}.", "I'm very fond of {v}."],
         "seen": ["I have a weakness for {v}.", "I really enjoy {v}, I must say.", "I adore {v}."],
         "test": ["Nothing makes me happier than {v}, I love {v}.", "{v}, that's what I like best.", "I do enjoy {v}."],
         "probe": ["I could live on {v}, I love it so much."]},
        {"dev": ["What do I like?", "What am I fond of?"],
         "seen": ["Do you remember what I enjoy most?", "What do I have a weakness for?"],
         "test": ["What is my favourite thing?", "What did I say I love?"],
         "probe": ["What do I love so much?"]},
    ),
    "dislikes": (
        ["onions", "crowds", "loud drums", "cold soup", "early mornings", "gossip"],
        {"dev": ["I hate {v}.", "I can't stand {v}."],
         "seen": ["I don't care for {v} at all.", "I loathe {v}, to be honest."],
         "test": ["I simply cannot abide {v}.", "I've never liked {v}.", "Please, no {v}, I detest {v}."],
         "probe": ["If there's one thing I hate, it's {v}."]},
        {"dev": ["What do I hate?", "What can't I stand?"],
         "seen": ["Is there something I dislike?", "What do I detest, do you recall?"],
         "test": ["What can I not abide?", "Which thing do I hate?"],
         "probe": ["What's the one thing I hate?"]},
    ),
    "fear": (
        ["deep water", "thunder", "spiders", "heights", "the dark", "geese"],
        {"dev": ["I'm afraid of {v}.", "I am terrified of {v}."],
         "seen": ["I'm scared of {v}, don't laugh.", "I have always been frightened of {v}."],
         "test": ["{v} scare me to death.", "I have a terrible fear of {v}.", "What I fear most is {v}."],
         "probe": ["Don't tell anyone, but {v} frighten me."]},
        {"dev": ["What am I afraid of?", "What scares me?"],
         "seen": ["Do you remember my fear?", "What is it that frightens me?"],
         "test": ["What do I fear most?", "What am I so scared of?"],
         "probe": ["Do you know what frightens me?"]},
    ),
    "goal": (
        ["find my lost brother", "buy back my father's boat", "learn to read the stars", "open a tavern",
         "clear my family's name", "see the northern lights"],
        {"dev": ["I want to {v}.", "I hope to {v} one day."],
         "seen": ["I'm trying to {v}.", "My dream is to {v}."],
         "test": ["I'm here to {v}.", "One day I will {v}, that is my dream.", "I've been saving up to {v}."],
         "probe": ["What I really want is to {v}."]},
        {"dev": ["What do I want?", "What am I hoping for?"],
         "seen": ["What is my goal?", "Do you remember what I dream of?"],
         "test": ["What am I trying to do?", "What did I come here for?"],
         "probe": ["What do I really want?"]},
    ),
    "promise": (
        ["bring you a jar of honey", "pay you back by midsummer", "find your missing ring",
         "mend your roof", "fetch your letters from the pier"],
        {"dev": ["I promise to {v}.", "I'll {v}, I promise."],
         "seen": ["You have my word, I will {v}.", "I swear I'll {v}."],
         "test": ["Upon my honour, I will {v}.", "I give you my word: I'll {v}.", "I'll {v}, you'll see."],
         "probe": ["Trust me, I'll {v}."]},
        {"dev": ["What did I promise you?", "What was my promise?"],
         "seen": ["Which promise did I make you?", "I swore you something, what was it?"],
         "test": ["What did I give you my word on?", "Did I promise you anything?"],
         "probe": ["What did I say I would do for you, what was my promise?"]},
    ),
    "brother": (
        ["Tam", "Jory", "Aldous", "Finch", "Osric"],
        {"dev": ["My brother {v} is a smith.", "I have a brother called {v}."],
         "seen": ["My little brother {v} is a sailor.", "My brother's name is {v}."],
         "test": ["{v}, my brother, drowned two years ago.", "I've a brother, {v}, far away.", "My older brother {v} taught me to sail."],
         "probe": ["I miss my brother {v} a lot."]},
        {"dev": ["What is my brother called?", "What is my brother's name?"],
         "seen": ["Do you remember my brother?", "How is my brother called again?"],
         "test": ["Who is my brother?", "My brother's name, do you have it?"],
         "probe": ["Which brother do I miss, what is my brother's name?"]},
    ),
    "dog": (
        ["Bran", "Biscuit", "Thistle", "Rook", "Pepper"],
        {"dev": ["I have a dog called {v}.", "My dog's name is {v}."],
         "seen": ["My dog is called {v}, he's a good boy.", "I've got a dog named {v}."],
         "test": ["{v} is my dog, he follows me everywhere.", "I keep a dog by the name of {v}.", "This is my dog {v}."],
         "probe": ["My old dog {v} snores at night."]},
        {"dev": ["What is my dog called?", "What is the name of my dog?"],
         "seen": ["Do you recall my dog's name?", "How do I call my dog?"],
         "test": ["What did I name my dog?", "My dog, what's he called?"],
         "probe": ["My dog snores, what did I say my dog is called?"]},
    ),
    "scar": (
        ["a ladder", "a cliff", "a runaway horse", "a chestnut tree"],
        {"dev": ["I broke my arm when I fell from {v} as a child."],
         "seen": ["Years ago I tumbled off {v} and broke my arm."],
         "test": ["When I was small I fell off {v} and my arm broke."],
         "probe": ["My arm is crooked because I once dropped from {v}."]},
        {"dev": ["How did I break my arm?"], "seen": ["What happened when I broke my arm?"],
         "test": ["Do you remember how my arm broke?"],
         "probe": ["Why is my arm crooked?"]},
    ),
    "dream": (
        ["a drowned city", "a white stag", "an endless stair", "a burning ship"],
        {"dev": ["Last night I dreamt of {v} again."], "seen": ["I keep dreaming about {v}, every single night."],
         "test": ["In my dream last night there was {v}."],
         "probe": ["I woke up sweating, I had been dreaming of {v}."]},
        {"dev": ["What did I dream of?"], "seen": ["What was it that I dreamt about?"],
         "test": ["What was in my dream?"],
         "probe": ["What was I dreaming of when I woke up?"]},
    ),
    "omen": (
        ["seven ravens", "a green comet", "a talking seal", "a bleeding candle"],
        {"dev": ["On the road here I saw {v}, a bad omen."], "seen": ["While walking here I met {v}, surely an omen."],
         "test": ["There was {v} on the road today, I take it as an omen."],
         "probe": ["I passed {v} at the crossroads, it gave me a chill."]},
        {"dev": ["What omen did I see on the road?"], "seen": ["Which omen did I meet on my way?"],
         "test": ["What did I take as an omen?"],
         "probe": ["What did I pass at the crossroads?"]},
    ),
}  # fmt: skip
_KO = {
    "name": (
        ["에다", "해솔", "도윤", "라미", "가람", "소율", "태오", "미르"],
        {"dev": ["제 이름은 {v_cop}.", "저는 {v_irago} 해요.", "그냥 {v_irago} 불러 주세요."],
         "seen": ["이름은 {v_cop}, 반가워요.", "다들 저를 {v_irago} 불러요.", "내 이름은 {v_iya}."],
         "test": ["{v_irago} 합니다, 잘 부탁해요.", "내 이름? {v_iya}.", "사람들은 저를 {v_irago} 부릅니다.", "제 이름이 {v_ipnida}."],
         "probe": ["아, 제 소개가 늦었네요. 이름은 {v_irago} 합니다."]},
        {"dev": ["제 이름이 뭐라고 했죠?", "내 이름 기억해?"],
         "seen": ["제 이름 아직 기억하세요?", "내가 누구라고 했지?", "제 이름이 뭐였죠?"],
         "test": ["제 이름 뭔지 알아요?", "사람들이 저를 뭐라고 부른다고 했죠?"],
         "probe": ["제 이름 잊지 않으셨죠?"]},
    ),
    "home": (
        ["항구", "방앗간 옆", "빵집 위층", "등대 아래", "성당 뒤편", "어부 골목", "북쪽 다리 밑", "염전 근처"],
        {"dev": ["저는 {v}에 살아요.", "{v_ro} 이사했어요.", "집은 {v}에 있어요."],
         "seen": ["요즘은 {v}에서 지내고 있어요.", "얼마 전에 {v_ro} 거처를 옮겼어요.", "{v}에 방을 하나 얻었어요.",
                  "지금은 {v}에 살고 있답니다."],
         "test": ["{v}에 집을 구했어요.", "우리 식구는 {v}에 살아요.", "이번에 {v_ro} 집을 옮겼습니다.", "저 {v}에서 살고 있어요."],
         "probe": ["저는 요새 {v} 쪽에서 살아요."]},
        {"dev": ["제가 어디 산다고 했죠?", "내 집이 어디라고 했지?"],
         "seen": ["제가 어디에서 지내는지 기억하세요?", "내가 사는 곳이 어디였지?", "제가 어디로 이사했다고 했죠?"],
         "test": ["제 집이 어디였죠?", "제가 지금 어디 살죠?", "내가 어디 산다고 그랬지?"],
         "probe": ["제가 요새 어디쯤 산다고 했었죠?"]},
    ),
    "job": (
        ["제빵사", "대장장이", "뱃사공", "약초꾼", "석공", "등대지기", "목수", "재단사"],
        {"dev": ["저는 {v_cop}.", "{v_ro} 일하고 있어요.", "직업은 {v_cop}."],
         "seen": ["제 생업은 {v_cop}.", "요즘은 {v_ro} 먹고살아요.", "{v} 일을 하고 있습니다.", "저는 {v_ipnida}."],
         "test": ["전 {v_ro} 먹고삽니다.", "제 직업은 {v_ipnida}.", "저는 {v_iyeyo}, 이 일이 좋아요.", "여기서 {v_ro} 일해요."],
         "probe": ["저 사실 {v_cop}."]},
        {"dev": ["제가 무슨 일 한다고 했죠?", "내 직업이 뭐라고 했지?"],
         "seen": ["제 직업 기억하세요?", "내가 뭐 하는 사람이라고 했지?", "제가 뭐 해서 먹고산다고 했죠?"],
         "test": ["제 밥벌이가 뭐라고 했죠?", "내가 무슨 일을 하는지 알아?", "제가 하는 일이 뭐였죠?"],
         "probe": ["제 직업을 말씀드렸던가요?"]},
    ),
    "origin": (
        ["하로게이트", "산골", "청록 분지", "동쪽 섬", "소금 늪"],
        {"dev": ["저는 {v}에서 왔어요.", "고향은 {v_cop}."],
         "seen": ["저는 {v} 출신이에요.", "{v}에서 나고 자랐어요."],
         "test": ["원래 {v}에서 태어났어요.", "저 {v}에서 건너온 사람이에요.", "제 고향은 {v_ipnida}."],
         "probe": ["제가 태어난 곳은 {v_cop}."]},
        {"dev": ["제가 어디서 왔다고 했죠?", "내 고향이 어디라고 했지?"],
         "seen": ["제 고향 기억하세요?", "내가 어디 출신이라고 했지?"],
         "test": ["제가 어디서 태어났다고 했죠?", "내가 어디 사람이라고 했지?"],
         "probe": ["제가 태어난 곳이 어디라고 했죠?"]},
    ),
    "likes": (
        ["자두술", "꿀빵", "옛날 노래", "장기", "산딸기", "훈제 장어"],
        {"dev": ["저는 {v_eul} 좋아해요.", "{v_i} 제일 좋아요."],
         "seen": ["전 {v_eul} 정말 사랑해요.", "저는 {v_iramyeon} 사족을 못 써요, {v_eul} 무척 좋아하거든요."],
         "test": ["{v}만큼 좋아하는 게 없어요.", "뭐니 뭐니 해도 {v_i} 최고예요.", "전 {v_eul} 즐겨 찾아요, 아주 좋아합니다."],
         "probe": ["저는 {v} 없이는 못 살 만큼 {v_eul} 좋아해요."]},
        {"dev": ["제가 뭘 좋아한다고 했죠?", "내가 좋아하는 게 뭐였지?"],
         "seen": ["제가 좋아하는 거 기억하세요?", "내가 제일 좋아한다고 한 게 뭐지?"],
         "test": ["제 취향이 뭐였죠?", "제가 가장 좋아하는 게 뭔지 아세요?"],
         "probe": ["저는 뭘 그렇게 좋아한다고 했죠?"]},
    ),
    "dislikes": (
        ["양파", "북소리", "식은 국", "소문", "이른 아침", "버섯"],
        {"dev": ["저는 {v_eul} 싫어해요.", "{v_eun} 질색이에요."],
         "seen": ["{v_eun} 영 싫더라고요, 정말 싫어요.", "전 {v_eul} 안 좋아해요."],
         "test": ["{v_eun} 도저히 못 참겠어요, 너무 싫어요.", "저는 {v_iramyeon} 질색을 해요.", "{v_eun} 정말 별로예요."],
         "probe": ["{v_iramyeon} 이제 아주 질색이에요."]},
        {"dev": ["제가 뭘 싫어한다고 했죠?", "내가 싫어하는 게 뭐였지?"],
         "seen": ["제가 질색하는 게 뭔지 기억하세요?", "내가 뭘 싫어하는지 알아?"],
         "test": ["제가 못 견디는 게 뭐였죠?", "내가 싫다고 한 게 뭐지?"],
         "probe": ["제가 이제 질색이라고 한 게 뭐죠?"]},
    ),
    "fear": (
        ["깊은 물", "천둥", "거미", "높은 곳", "어둠", "거위"],
        {"dev": ["저는 {v_i} 무서워요.", "{v_eul} 무서워해요."],
         "seen": ["사실 전 {v_i} 너무 두려워요.", "저는 {v}만 보면 겁이 나요."],
         "test": ["{v_i} 세상에서 제일 무서워요.", "전 {v_i} 겁나요.", "솔직히 {v_i} 두렵습니다."],
         "probe": ["저는 어려서부터 {v_i} 무서웠어요."]},
        {"dev": ["제가 뭘 무서워한다고 했죠?", "내가 무서워하는 게 뭐였지?"],
         "seen": ["제가 뭘 두려워하는지 기억하세요?", "내가 겁내는 게 뭐라고 했지?"],
         "test": ["제가 뭘 겁낸다고 했죠?", "내가 무서워하는 거 알지?"],
         "probe": ["제가 어려서부터 뭘 무서워했다고 했죠?"]},
    ),
    "goal": (
        ["잃어버린 형", "아버지의 배", "사라진 편지", "어머니의 반지", "고대 지도"],
        {"dev": ["저는 {v_eul} 찾고 있어요.", "{v_eul} 찾고 싶어요."],
         "seen": ["여기엔 {v_eul} 찾으러 왔어요.", "{v_eul} 찾아다니는 중이에요."],
         "test": ["{v_eul} 찾아서 여기까지 왔어요.", "꼭 {v_eul} 찾고 말 거예요, 그게 제 목표예요.", "전 {v_eul} 찾아야 해요."],
         "probe": ["어떻게든 {v_eul} 찾아야 합니다."]},
        {"dev": ["제가 뭘 찾는다고 했죠?", "내가 뭘 찾고 있다고 했지?"],
         "seen": ["제가 여기 왜 왔는지 기억하세요?", "내가 찾는 게 뭐였지?"],
         "test": ["제 목표가 뭐라고 했죠?", "제가 뭘 찾으러 왔다고 했죠?"],
         "probe": ["제가 어떻게든 찾아야 하는 게 뭐였죠?"]},
    ),
    "promise": (
        ["꿀 한 단지를 가져올게요", "빚을 갚을게요", "지붕을 고쳐 드릴게요", "잃어버린 반지를 찾아 드릴게요"],
        {"dev": ["약속할게요, 꼭 {v}.", "꼭 {v}."], "seen": ["제가 반드시 {v}.", "다음에 올 때 꼭 {v}."],
         "test": ["걱정 마세요, 꼭 {v}.", "맹세해요, {v}.", "제가 약속대로 {v}."],
         "probe": ["이건 약속이에요, 제가 {v}."]},
        {"dev": ["제가 뭘 약속했죠?", "내가 무슨 약속을 했지?"],
         "seen": ["제가 한 약속 기억하세요?", "내가 뭘 해 주기로 약속했더라?"],
         "test": ["제가 뭐라고 약속했죠?", "내가 맹세한 게 뭐였지?"],
         "probe": ["우리 무슨 약속을 했었죠, 제가 한 약속이요?"]},
    ),
    "brother": (
        ["탐", "서준", "한결", "도담"],
        {"dev": ["우리 형 이름은 {v_iya}.", "제 형 {v_eun} 대장장이예요."],
         "seen": ["제 형 이름은 {v_irago} 해요.", "우리 형 {v_eun} 뱃사람이에요."],
         "test": ["{v_irago} 하는 형이 있어요.", "저희 형 {v_eun} 먼 데 살아요.", "형이 하나 있는데 이름이 {v_cop}."],
         "probe": ["하나뿐인 우리 형 {v_i} 보고 싶네요."]},
        {"dev": ["우리 형 이름이 뭐였죠?", "제 형 기억하세요?"],
         "seen": ["제 형이 누구라고 했죠?", "우리 형 이름 기억나?"],
         "test": ["제 형 이름이 뭐라고 했죠?", "우리 형이 누구였지?"],
         "probe": ["제가 보고 싶다던 우리 형 이름이 뭐죠?"]},
    ),
    "dog": (
        ["복실", "누룽지", "까미", "보리"],
        {"dev": ["우리 강아지 이름은 {v_cop}.", "개를 한 마리 키워요, 이름은 {v_cop}."],
         "seen": ["제 강아지 이름은 {v_irago} 해요.", "강아지를 길러요. 이름은 {v_iya}."],
         "test": ["{v_iraneun} 개를 키우고 있어요.", "얘는 제 강아지 {v_cop}.", "제 개 이름은 {v_ipnida}."],
         "probe": ["우리 개 {v_eun} 밤마다 코를 골아요."]},
        {"dev": ["우리 강아지 이름이 뭐였죠?", "제 개 이름이 뭐라고 했죠?"],
         "seen": ["제 강아지 이름 기억하세요?", "우리 개 이름이 뭐더라?"],
         "test": ["제가 키우는 개 이름이 뭐죠?", "우리 강아지 이름 기억해요?"],
         "probe": ["밤마다 코를 고는 우리 개 이름이 뭐죠?"]},
    ),
    "scar": (
        ["사다리", "벼랑", "밤나무", "지붕"],
        {"dev": ["어릴 때 {v}에서 떨어져서 팔이 부러졌어요."], "seen": ["예전에 {v}에서 굴러떨어지는 바람에 팔이 부러진 적이 있어요."],
         "test": ["꼬마 때 {v}에서 미끄러져 팔이 부러졌었죠."],
         "probe": ["제 팔이 굽은 건 {v}에서 떨어졌기 때문이에요."]},
        {"dev": ["제 팔이 왜 부러졌다고 했죠?"], "seen": ["제가 어쩌다 팔이 부러졌는지 기억하세요?"],
         "test": ["제 팔이 어떻게 부러졌다고 했죠?"],
         "probe": ["제 팔이 왜 굽었다고 했죠?"]},
    ),
    "dream": (
        ["가라앉은 도시", "하얀 사슴", "끝없는 계단", "불타는 배"],
        {"dev": ["어젯밤에 {v} 꿈을 꿨어요."], "seen": ["밤마다 {v}에 관한 꿈을 꿔요."],
         "test": ["꿈에 {v_i} 나왔어요, 생생했어요."],
         "probe": ["식은땀을 흘리며 깼어요, {v_eul} 꿈에서 봤거든요."]},
        {"dev": ["제가 무슨 꿈을 꿨다고 했죠?"], "seen": ["제가 꾼 꿈 기억하세요?"],
         "test": ["제 꿈에 뭐가 나왔다고 했죠?"],
         "probe": ["제가 식은땀 흘리며 깬 꿈이 뭐였죠?"]},
    ),
    "omen": (
        ["까마귀 일곱 마리", "초록빛 혜성", "말하는 물범", "피 흘리는 촛불"],
        {"dev": ["오는 길에 {v_eul} 봤는데 흉조 같았어요."], "seen": ["여기 오다가 {v_eul} 마주쳤어요, 틀림없는 흉조예요."],
         "test": ["길에서 {v_eul} 보았는데, 흉조일까 걱정돼요."],
         "probe": ["갈림길에서 {v_eul} 지나쳤는데 오싹했어요."]},
        {"dev": ["제가 오는 길에 본 흉조가 뭐였죠?"], "seen": ["제가 마주친 흉조가 뭐였죠?"],
         "test": ["제가 흉조라고 걱정한 게 뭐였죠?"],
         "probe": ["제가 갈림길에서 지나친 게 뭐였죠?"]},
    ),
}  # fmt: skip
_SLOTS = {"en": _EN, "ko": _KO}
_UPDATED = ("home", "job")
_CHATTER = {
    "en": ["Good evening.", "What do you serve tonight?", "The fog is thick today.", "How are you?",
           "What is in the stew?", "Thank you kindly.", "It is quiet in here.", "Who else came by today?",
           "The ferry was late again.", "Ha, that is a good one.", "Why is the bell muffled?",
           "Two ships left with the tide.", "The lamp over there flickers.", "See you tomorrow."],
    "ko": ["안녕하세요.", "오늘은 뭘 파세요?", "오늘은 안개가 짙네요.", "잘 지내셨어요?", "국에 뭐가 들었어요?", "고맙습니다.",
           "여기는 조용하네요.", "오늘 또 누가 다녀갔어요?", "나룻배가 또 늦었어요.", "하하, 재밌네요.", "종은 왜 싸매 두었어요?",
           "배 두 척이 물때에 맞춰 떠났어요.", "저기 등불이 깜박이네요.", "내일 봐요."],
}  # fmt: skip
_BEFORE = {
    "en": {"home": {"dev": ["Where did I live before?"], "seen": ["Where was it that I used to live?"], "test": ["Where did I stay previously?"], "probe": ["Where was my home before?"]},
           "job": {"dev": ["What was my trade before?"], "seen": ["What did I do for work previously?"], "test": ["What used to be my job?"], "probe": ["What did I work as before?"]}},
    "ko": {"home": {"dev": ["제가 전에는 어디 살았죠?"], "seen": ["제가 예전에 살던 곳이 어디였죠?"], "test": ["제가 원래 살던 데가 어디였죠?"], "probe": ["이사하기 전에는 제가 어디 살았죠?"]},
           "job": {"dev": ["제가 전에는 무슨 일 했죠?"], "seen": ["내가 예전에 무슨 일을 했다고 했지?"], "test": ["제 예전 직업이 뭐였죠?"], "probe": ["제가 전에 하던 일이 뭐였죠?"]}},
}  # fmt: skip
_MOMENTS = {
    "en": {"first": {"dev": ["What did I tell you first?"], "seen": ["What was the first thing I told you about myself?"], "test": ["What were my first words about myself?"], "probe": ["What was the first thing I ever told you?"]},
           "last": {"dev": ["What was the last thing I told you?"], "seen": ["What did I say to you last time?"], "test": ["What did I mention most recently?"], "probe": ["What did I tell you the last time?"]},
           "yesterday": {"dev": ["What did I tell you yesterday?"], "seen": ["Do you remember what I said yesterday?"], "test": ["What did we talk about yesterday?"], "probe": ["What did I tell you about yesterday?"]}},
    "ko": {"first": {"dev": ["제가 처음에 뭐라고 했죠?"], "seen": ["제가 맨 처음에 한 말 기억하세요?"], "test": ["우리 처음 만났을 때 제가 뭐라고 했죠?"], "probe": ["제가 제일 처음에 무슨 말을 했죠?"]},
           "last": {"dev": ["지난번에 제가 뭐라고 했죠?"], "seen": ["마지막으로 제가 한 얘기가 뭐였죠?"], "test": ["제가 마지막에 무슨 말을 했죠?"], "probe": ["지난번에 제가 무슨 얘기를 했죠?"]},
           "yesterday": {"dev": ["어제 제가 뭐라고 했죠?"], "seen": ["제가 어제 무슨 얘기 했는지 기억나세요?"], "test": ["어제 제가 한 말이 뭐였죠?"], "probe": ["어제 제가 무슨 말을 했더라?"]}},
}  # fmt: skip


def talks(language: str, split: str, players: int) -> Iterator[Talk]:
    """Yield talks of so many players; about ten questions each."""
    for number in range(players):
        yield _talk(language, split, random.Random(f"{language}/{split}/{number}"), number)


def _talk(language: str, split: str, chance: random.Random, number: int) -> Talk:
    slots = _SLOTS[language]
    talk = Talk(f"{language}-{split}-{number}", language)
    told = chance.sample([slot for slot in slots if slot not in _UPDATED], 6)
    never = [slot for slot in slots if slot not in told and slot not in _UPDATED]
    elsewhere = never.pop(chance.randrange(len(never)))  # told to somebody else
    updates = {slot: chance.sample(slots[slot][0], 2) for slot in _UPDATED}
    first = [_tell(HEARER, slot, language, split, chance) for slot in told]
    earlier = [
        _tell(HEARER, s, language, split, chance, updates[s][0], f"{s}-old") for s in _UPDATED
    ]
    later = [_tell(HEARER, s, language, split, chance, updates[s][1], f"{s}-new") for s in _UPDATED]
    other = _tell(OTHER, elsewhere, language, split, chance)
    plan = [[first[0], earlier[0], first[1]], [earlier[1], other], [first[2], first[3], later[0]],
            [first[4]], [later[1], first[5]]]  # fmt: skip
    for tellings in plan:
        day = [*tellings, *(Say(HEARER, text) for text in chance.sample(_CHATTER[language], 5))]
        chatter = [say for say in day if not say.key]
        for say in tellings:  # in the order of telling, somewhere between the chatter
            chatter.insert(chance.randrange(len(chatter) + 1), say)
        order = iter(tellings)
        talk.days.append([next(order) if say.key else say for say in chatter])
    talk.asks = _questions(talk, told, never, elsewhere, split, chance)
    return talk


def _of(phrasings: dict[str, list[str]], split: str) -> list[str]:
    return phrasings[split] if split != "dev" else phrasings["dev"] + phrasings["seen"]


def _tell(
    npc: str,
    slot: str,
    language: str,
    split: str,
    chance: random.Random,
    value: str | None = None,
    key: str | None = None,
) -> Say:
    values, tellings, _ = _SLOTS[language][slot]
    value = value or chance.choice(values)
    return Say(
        npc, chance.choice(_of(tellings, split)).format(**_forms(value, language)), key or slot
    )


def _forms(value: str, language: str) -> dict[str, str]:
    if language == "en":
        return {"v": value}
    rieul = (ord(value[-1]) - 0xAC00) % 28 == 8
    return {
        "v": value,
        "v_eul": josa(value, "을", "를"),
        "v_i": josa(value, "이", "가"),
        "v_eun": josa(value, "은", "는"),
        "v_ro": value + "로" if rieul else josa(value, "으로", "로"),
        "v_cop": josa(value, "이에요", "예요"),
        "v_iya": josa(value, "이야", "야"),
        "v_irago": josa(value, "이라고", "라고"),
        "v_iramyeon": josa(value, "이라면", "라면"),
        "v_iyeyo": josa(value, "이에요", "예요"),
        "v_iraneun": josa(value, "이라는", "라는"),
        "v_ipnida": value + "입니다",
    }


def _questions(
    talk: Talk, told: list[str], never: list[str], elsewhere: str, split: str, chance: random.Random
) -> list[Ask]:
    slots, language = _SLOTS[talk.language], talk.language

    def asked(slot: str) -> str:
        return chance.choice(_of(slots[slot][2], split))

    moment = chance.choice(["first", "last", "yesterday"])
    keys = [say.key for day in talk.days for say in day if say.key and say.npc == HEARER]
    last_day = [say.key for say in talk.days[-1] if say.key]
    wanted = {"first": keys[0], "last": keys[-1], "yesterday": last_day[0]}[moment]
    text = chance.choice(_of(_MOMENTS[language][moment], split))
    current, before = chance.sample(_UPDATED, 2)
    return [
        Ask(HEARER, text, "time", wanted),
        *(Ask(HEARER, asked(slot), "single", slot) for slot in chance.sample(told, 4)),
        Ask(HEARER, asked(current), "update", f"{current}-new", f"{current}-old"),
        Ask(HEARER, chance.choice(_of(_BEFORE[language][before], split)), "update", f"{before}-old", f"{before}-new"),
        Ask(OTHER, asked(elsewhere), "who", elsewhere),
        Ask(HEARER, asked(elsewhere), "who-not", ""),
        *(Ask(HEARER, asked(slot), "abstain", "") for slot in chance.sample(never, 2)),
    ]  # fmt: skip
