# ruff: noqa: E501  Korean letters count double; a table reads best in rows
"""What an utterance does."""

from __future__ import annotations

import json

import pytest

from langchain_app.language.dialogue_act import asks, dialogue_act

ENGLISH = {
    "greeting": ["Hello", "hey there!", "Good evening", "well met"],
    "farewell": ["Goodbye", "see you later", "I have to go", "take care, Maren"],
    "thanks": ["thanks!", "Thank you so much", "much obliged"],
    "apology": ["I'm sorry", "my apologies", "forgive me, please"],
    "insult": ["you idiot", "You're a liar, Orsine", "shut up", "go to hell", "you smell"],
    "how_are_you": ["How are you?", "what's up", "how have you been", "how's business"],
    "who_are_you": ["Who are you?", "what's your name?", "introduce yourself"],
    "affection": ["I love you", "marry me!", "I missed you"],
    "compliment": ["You're very kind", "well done", "you are the best"],
    "laughter": ["haha", "lol", "😂"],
    "agreement": ["yes", "ok", "of course", "Understood."],
    "refusal": ["no", "never mind", "No thanks", "no, thank you"],
    "question": [
        "Why did the bell crack?", "Hi, why did the bell crack?", "tell me about the guild",
        "Hello, what do you sell?", "Thanks, but where can I find the Wreck Maze entrance?",
        "Is the lighthouse open at night?", "what is that smell?", "How does the sea smell at dusk?",
        "Where can I buy fat for the lamp?", "who is the merchant on the quay",
        "What is the price of the rope?", "No, but who rang the bell?", "right, where is the gate?",
        "Is the filthy water in the well safe?",
    ],
    "small_talk": ["I walked from the north.", "the wind is cold tonight"],
}  # fmt: skip
KOREAN = {
    "greeting": ["안녕하세요", "반가워요", "어이", "처음 뵙겠습니다"],
    "farewell": ["잘 있어", "이만 갈게", "안녕히 계세요", "다음에 또 봐"],
    "thanks": ["고마워", "감사합니다", "고맙습니다, 장로님"],
    "apology": ["미안해", "죄송합니다", "용서해 주세요"],
    "insult": ["이 바보야", "꺼져", "거짓말쟁이", "닥쳐"],
    "how_are_you": ["잘 지냈어요?", "요즘 어때?", "별일 없어요?", "장사는 잘돼요?"],
    "who_are_you": ["누구세요?", "이름이 뭐야?", "너는 누구냐", "자기소개 좀 해 줘"],
    "affection": ["사랑해", "보고 싶었어", "우리 친구 하자"],
    "compliment": ["정말 멋지다", "솜씨가 대단하네요", "최고예요"],
    "laughter": ["ㅋㅋㅋㅋ", "하하하", "ㅎㅎ"],
    "agreement": ["네", "알겠습니다", "그래", "응"],
    "refusal": ["아니", "싫어", "됐어요", "안 할래"],
    "question": [
        "종에 왜 금이 갔어요?", "안녕하세요, 종에 왜 금이 갔어요?", "조합 이야기 들려줘", "시장은 몇 시에 열어요",
        "고마워요, 그런데 난파 미로 입구는 어디예요?", "등대는 밤에도 열려 있나요", "밧줄은 얼마예요?",
        "이 냄새는 뭐예요?", "네, 그런데 종은 누가 쳐요?", "마렌은 어디에 살아?",
    ],
    "small_talk": ["북쪽에서 걸어왔어요.", "오늘 밤은 바람이 차네요."],
}  # fmt: skip
TABLE = [
    (language, act, text)
    for language, acts in (("en", ENGLISH), ("ko", KOREAN))
    for act, texts in acts.items()
    for text in texts
]


@pytest.mark.parametrize(("language", "act", "text"), TABLE, ids=[text for *_, text in TABLE])
def test_what_an_utterance_does_is_heard(language, act, text, tokeniser) -> None:
    assert dialogue_act(text, language, tokeniser) == act


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_evaluation_questions_are_heard_as_questions(
    language, ebbhold_files, tokeniser
) -> None:
    path = ebbhold_files / "evaluation" / f"questions.{language}.jsonl"
    asked = [json.loads(line)["question"] for line in path.read_text("utf-8").splitlines()]
    acts = [dialogue_act(text, language, tokeniser) for text in asked]
    insults = [text for text, act in zip(asked, acts, strict=True) if act == "insult"]
    assert insults == []
    assert acts.count("question") / len(acts) >= 0.93


@pytest.mark.parametrize(
    ("text", "language", "wants"),
    [
        ("where is it", "en", True),
        ("so, tell me about the bell", "en", True),
        ("I heard the bell.", "en", False),
        ("종 얘기해 줘", "ko", True),
        ("종이 울리는가", "ko", True),
        ("종소리가 좋네요.", "ko", False),
    ],
)
def test_whether_an_utterance_wants_to_be_told_something(text, language, wants) -> None:
    assert asks(text, language) is wants


@pytest.mark.parametrize(
    ("said", "language", "act"),
    [
        ("제 이름이 뭐죠?", "ko", "question"),
        ("그 사람 이름이 뭐예요?", "ko", "question"),
        ("이름이 뭐예요?", "ko", "who_are_you"),
        ("너 이름이 뭐야?", "ko", "who_are_you"),
        ("장로님 안녕하십니까", "ko", "greeting"),
        ("hi Mio!", "en", "greeting"),
        ("hello, what is the bell made of?", "en", "question"),
    ],
)
def test_whose_name_is_asked_and_who_is_greeted_matters(
    said: str, language, act: str, tokeniser
) -> None:
    assert dialogue_act(said, language, tokeniser) == act


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I don't think you are stupid", "en"),
        ("you're not a fool", "en"),
        ("I'm such a fool", "en"),
        ("you are no liar", "en"),
        ("나는 바보가 아니야", "ko"),
        ("난 바보 같아", "ko"),
        ("당신 바보 아니죠?", "ko"),
        ("당신이 사기꾼은 아니잖아요", "ko"),
    ],
)
def test_a_denied_insult_and_one_of_oneself_is_none(text, language, tokeniser) -> None:
    assert dialogue_act(text, language, tokeniser) != "insult"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("you are such a fool", "en"),
        ("I'm sure you are a liar", "en"),
        ("not that it matters, you idiot", "en"),
        ("나는 네가 바보라고 생각해", "ko"),
        ("이 사기꾼아", "ko"),
        ("아니, 너 바보야?", "ko"),
    ],
)
def test_an_insult_beside_a_denial_of_something_else_is_one(text, language, tokeniser) -> None:
    assert dialogue_act(text, language, tokeniser) == "insult"
