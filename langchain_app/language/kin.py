"""Whose something is: words for kin, pets and things, each under one name."""

from __future__ import annotations

from langchain_app.domain.memory.facts import Slot

_KIN = {
    "mum": "mother", "mom": "mother", "mama": "mother", "ma": "mother", "dad": "father", "papa": "father",
    "da": "father", "auntie": "aunt", "grandma": "grandmother", "granny": "grandmother", "gran": "grandmother",
    "nan": "grandmother", "grandpa": "grandfather", "gramps": "grandfather", "fiancee": "fiance", "bro": "brother",
    "sis": "sister", "neighbor": "neighbour", "hubby": "husband", "kid": "child", "buddy": "friend", "mate": "friend",
    "엄마": "어머니", "어머님": "어머니", "울엄마": "어머니", "아빠": "아버지", "아버님": "아버지", "와이프": "아내", "마누라": "아내",
    "신랑": "남편", "할매": "할머니", "할배": "할아버지", "누이": "누나", "애": "아이", "자식": "아이", "애기": "아기", "베프": "친구", "절친": "친구",
}  # fmt: skip
_PETS = {
    "hound": "dog", "puppy": "dog", "doggo": "dog", "pup": "dog", "kitten": "cat", "kitty": "cat", "mare": "horse",
    "stallion": "horse", "멍멍이": "개", "강아지": "개", "댕댕이": "개", "야옹이": "고양이", "냥이": "고양이", "당나귀": "나귀",
}  # fmt: skip
_OF_PETS = frozenset(
    """
    dog cat horse mule donkey goat parrot raven crow pony bird ferret falcon owl rabbit fox pig cow
    duck goose hen 개 고양이 나귀 조랑말 말 염소 앵무새 까마귀 새 매 올빼미 토끼 여우 돼지 소 오리 거위 노새 닭 거북이 햄스터
    """.split()  # noqa: SIM905  a list literal would take a line a word
)
_OF_KIN = frozenset(
    """
    mother father brother sister son daughter wife husband uncle aunt cousin nephew niece
    grandmother grandfather twin friend mentor teacher partner sweetheart fiance baby child
    apprentice boss neighbour master 어머니 아버지 형 누나 오빠 언니 동생 남동생 여동생 쌍둥이 할머니 할아버지 외할머니 외할아버지 아내 남편 아들
    딸 삼촌 이모 고모 사촌 조카 친구 스승 선생님 약혼자 약혼녀 애인 제자 이웃 아이 아기 사부
    """.split()  # noqa: SIM905  a list literal would take a line a word
)
_ALIKE = {**_KIN, **_PETS}
_WIDE = {
    "child": ("daughter", "son", "baby"), "sibling": ("brother", "sister"),
    "parent": ("mother", "father"), "아이": ("딸", "아들", "아기"), "동생": ("남동생", "여동생"),
    "부모님": ("어머니", "아버지"), "pet": tuple(sorted(_OF_PETS)), "반려동물": tuple(sorted(_OF_PETS)),
}  # fmt: skip
"""Words that ask for several: who named a daughter may be asked for the child."""


def one_word(whose: str) -> str:
    """Return the one name of whom `whose` names: "my little bro" is a brother."""
    words = whose.lower().replace("'s", "").split()
    known = [_ALIKE.get(word, word) for word in words]
    named = (w for w in reversed(known) if w in _OF_KIN or w in _OF_PETS or w in _WIDE)
    return next(named, " ".join(known))


def meant(subject: str) -> tuple[str, ...]:
    """Return those whom a question about `subject` may mean."""
    return (subject, *_WIDE.get(subject, ()))


def kind(subject: str) -> Slot | None:
    """Return the slot under which the player has such a one; None where it is neither kin nor pet."""
    if subject in _OF_KIN:
        return "family"
    return "pet" if subject in _OF_PETS else None
