"""What an NPC says when the words touched the story: a gate that fired, a question back, a hint."""

from __future__ import annotations

from langchain_app.domain.people.npc import SpeechLevel
from langchain_app.domain.story.story import Trigger
from langchain_app.domain.text import Language
from langchain_app.domain.turn import Scene, TriggerCheck

_ASKS_BACK_ENGLISH = "Let me be sure I understand you. Is that what you mean to do?"
_ASKS_BACK: dict[SpeechLevel, str] = {
    "hapsyo": "확실히 해 두고 싶습니다. 정말 그러시겠습니까?",
    "haeyo": "확실히 해 둘게요. 정말 그러시는 거예요?",
    "hao": "분명히 해 둡시다. 정말 그러겠소?",
    "hage": "분명히 해 두세. 정말 그럴 텐가?",
    "hae": "확실히 하자. 정말 그러는 거야?",
}
_TRUST_ENGLISH = "I don't know you well enough for that yet."
_TRUST: dict[SpeechLevel, str] = {
    "hapsyo": "아직 그런 말씀을 나눌 만큼 가까운 사이는 아닙니다.",
    "haeyo": "아직 그런 얘기를 할 만큼 친한 사이는 아니잖아요.",
    "hao": "아직 그런 이야기를 나눌 사이는 아니오.",
    "hage": "아직 그런 얘기를 나눌 사이는 아닐세.",
    "hae": "아직 그런 얘기 할 사이는 아니잖아.",
}
_ITEM_ENGLISH = "Bring it here first; I don't see it on you."
_ITEM: dict[SpeechLevel, str] = {
    "hapsyo": "먼저 가져와 주십시오. 지금은 안 갖고 계신 듯합니다.",
    "haeyo": "먼저 가져와 주세요. 지금은 안 갖고 계시잖아요.",
    "hao": "먼저 가져오시오. 지금은 지니고 있지 않구려.",
    "hage": "먼저 가져오게. 지금은 안 갖고 있지 않나.",
    "hae": "먼저 가져와. 지금은 안 갖고 있잖아.",
}
_LATER_ENGLISH = "It's too early for that. Something else has to happen first."
_LATER: dict[SpeechLevel, str] = {
    "hapsyo": "아직은 때가 아닙니다. 먼저 되어야 할 일이 있습니다.",
    "haeyo": "아직은 때가 아니에요. 먼저 해야 할 일이 있어요.",
    "hao": "아직은 때가 아니오. 먼저 될 일이 있소.",
    "hage": "아직은 때가 아닐세. 먼저 될 일이 있네.",
    "hae": "아직은 때가 아니야. 먼저 될 일이 있어.",
}


def story_line(checked: TriggerCheck, scene: Scene, language: Language) -> str | None:
    """Return what the story lets the NPC say in this turn, or None where it says nothing."""
    if checked.fired is not None:
        return checked.fired.trigger.line[language]
    if (asked := checked.asks_back) is not None:
        if asked.asks_back is not None:
            return asked.asks_back[language]
        return _of(language, scene.npc.speech_level, _ASKS_BACK_ENGLISH, _ASKS_BACK)
    if checked.hint is not None:
        return hint(checked.hint, scene, language)
    if checked.trouble is not None and checked.trouble.trouble is not None:
        return checked.trouble.trouble[language]
    return None


def hint(trigger: Trigger, scene: Scene, language: Language) -> str:
    """Return what is missing for a gate whose time has not come, as its NPC says it."""
    if (written := trigger.hint_now(scene.standing)) is not None:
        return written[language]
    standing, wants = scene.standing, trigger.requires
    level = scene.npc.speech_level
    if not standing.story.items.issuperset((*wants.items, *trigger.effects.takes)):
        return _of(language, level, _ITEM_ENGLISH, _ITEM)
    felt = standing.relationship
    if felt.trust < wants.trust or any(
        felt[axis] < least for axis, least in wants.feelings.items()
    ):
        return _of(language, level, _TRUST_ENGLISH, _TRUST)
    return _of(language, level, _LATER_ENGLISH, _LATER)


def _of(
    language: Language, level: SpeechLevel, english: str, korean: dict[SpeechLevel, str]
) -> str:
    return english if language == "en" else korean[level]
