"""The persona prompt.

The stable part comes first: world, persona, rules and examples do not change from turn to turn, so a
model server's prefix cache hits. What changes (tone, lore, memories, what may happen) comes last,
right before the player's words.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from string import Template

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from langchain_app.domain.people.npc import TAKEN_UP, Npc, SpeechLevel
from langchain_app.domain.people.relationship import Mood
from langchain_app.domain.safety.guardrails import shown_safely
from langchain_app.domain.text import Language
from langchain_app.domain.turn import Brief
from langchain_app.domain.understanding.tone import Style
from langchain_app.domain.world import World
from langchain_app.prompts.recollection import shown
from langchain_app.prompts.story_lines import story_line

BRIEF = "brief"
"""Key under which a message carries the brief itself, for a speaker that is no language model."""

_LEVELS: dict[SpeechLevel, str] = {
    "hapsyo": "하십시오체(-습니다, -습니까)",
    "haeyo": "해요체(-어요, -예요)",
    "hao": "하오체(-소, -오)",
    "hage": "하게체(-네, -나, -게)",
    "hae": "해체 반말(-어, -야)",
}
_MOODS: dict[Language, dict[Mood, str]] = {
    "en": {
        "warm": "You like this player and trust them: be open and kind.",
        "neutral": "You do not know this player well: be civil, as you are to anyone.",
        "cold": "You distrust or dislike this player: be short and guarded.",
    },
    "ko": {
        "warm": "이 플레이어를 아끼고 믿는다. 마음을 열고 다정하게 말한다.",
        "neutral": "이 플레이어를 아직 잘 모른다. 여느 사람을 대하듯 말한다.",
        "cold": "이 플레이어가 못 미덥거나 밉다. 짧게, 거리를 두고 말한다.",
    },
}
_STYLES: dict[Language, dict[Style, str]] = {
    "en": {
        "warm": "Their words are warm: answer a little more openly, as far as is like you.",
        "plain": "",
        "cool": "Their words are bitter or harsh: keep it brief and calm, add no pleasantries.",
    },
    "ko": {
        "warm": "방금 한 말이 따뜻했다. 인물답게, 평소보다 조금 더 마음을 열고 대답한다.",
        "plain": "",
        "cool": "방금 한 말이 모질거나 어두웠다. 짧고 차분하게 대답하고 빈말을 덧붙이지 않는다.",
    },
}
_REPAIR: dict[Language, str] = {
    "en": "Your first answer could not be used. Answer again in English, as the person you are, and "
    "tell nothing that does not stand above.",
    "ko": "방금 한 대답은 쓸 수 없다. 한국어로, 그 인물답게, 위에 적힌 것만으로 다시 대답한다.",
}
_BESIDE: dict[Language, str] = {
    "en": "After your answer you add of your own accord:",
    "ko": "대답한 뒤에 스스로 덧붙이는 말:",
}
_NOTHING: dict[Language, str] = {"en": "(nothing)", "ko": "(없음)"}

_TAKES_UP: dict[Language, str] = {
    "en": "They tell you something: take that up first, in a few words of your own.",
    "ko": "무언가를 들려주었다. 다른 말에 앞서 그 말부터 받아 준다.",
}
_WANT: dict[Language, str] = {
    "en": "They want something of you. If nothing above settles it, you say things like “{line}”, and "
    "promise nothing.",
    "ko": "너에게 바라는 것이 있다. 위에 정해진 것이 없으면 “{line}” 같은 말로 답하고, "
    "아무것도 약속하지 않는다.",
}
_ANSWERS: dict[Language, str] = {"en": "What answers them:", "ko": "물음에 대한 답:"}
_NEVER_TOLD: dict[Language, str] = {
    "en": "They ask about themselves, and never told you: say so.",
    "ko": "플레이어가 자기 일을 묻는데 들은 적이 없다. 들은 적이 없다고 말한다.",
}


def persona_messages(brief: Brief, world: World) -> list[BaseMessage]:
    """Return the messages that make a chat model speak as the NPC."""
    language = brief.utterance.language
    messages: list[BaseMessage] = [
        SystemMessage(_system(brief.scene.npc, world, language), additional_kwargs={BRIEF: brief})
    ]
    for exchange in brief.scene.recent:
        messages += [
            HumanMessage(shown_safely(exchange.player)),
            AIMessage(shown_safely(exchange.npc)),
        ]
    messages.append(HumanMessage(_turn(brief, world, language)))
    return messages


def brief_of(messages: Sequence[BaseMessage]) -> Brief | None:
    """Return the brief that `persona_messages` was given, if these are its messages."""
    found = messages[0].additional_kwargs.get(BRIEF) if messages else None
    return found if isinstance(found, Brief) else None


def _system(npc: Npc, world: World, language: Language) -> str:
    key = (world.version, npc.id, language)
    if key not in _SYSTEM:
        _SYSTEM[key] = _rendered_system(npc, world, language)
    return _SYSTEM[key]


_SYSTEM: dict[tuple[str, str, Language], str] = {}
"""Rendered once a world's version; a world has a few dozen NPCs."""


def _rendered_system(npc: Npc, world: World, language: Language) -> str:
    manifest = world.manifest
    return _filled(
        "system",
        language,
        world=manifest.name[language],
        summary=manifest.summary[language],
        now=manifest.now[language],
        name=npc.name[language],
        place=manifest.places[npc.place].name[language],
        persona=npc.persona[language],
        backstory=npc.backstory[language],
        traits=", ".join(npc.traits[language]),
        voice=npc.voice[language],
        level=_LEVELS[npc.speech_level],
        taboos=_bullets(npc.taboos[language], language),
        never=_bullets(manifest.policy.never[language], language),
        examples="\n\n".join(
            f"{_PLAYER[language]}: {example.player[language]}\n"
            f"{npc.name[language]}: {example.npc[language]}"
            for example in npc.speech_examples
        ),
    )


_PLAYER: dict[Language, str] = {"en": "Player", "ko": "플레이어"}


def _turn(brief: Brief, world: World, language: Language) -> str:
    own = [brief.of_oneself] if brief.of_oneself is not None else []
    lore = [*own, *_answer(brief, language), *(found.chunk.text for found in brief.lore.chunks)]
    memories = [shown(memory, language) for memory in brief.memories]
    if not memories and brief.understood.asked.of_memory:
        memories = [_NEVER_TOLD[language]]
    return _filled(
        "turn",
        language,
        mood=" ".join((_MOODS[language][brief.tone.mood], *_manners(brief, language))),
        style=f"{_STYLES[language][brief.tone.style]} {_taken_up(brief, language)}".strip(),
        lore=_bullets(lore, language),
        memories=_bullets(memories, language),
        event=_event(brief, world, language),
        repair=_REPAIR[language] if brief.complaint else "",
        utterance=brief.utterance.text,
    )


def _answer(brief: Brief, language: Language) -> list[str]:
    """Return the sentence that answers a question, where it stands among others."""
    best = brief.lore.best
    if best is None or not brief.understood.wants_answer or best.best_sentence == best.chunk.text:
        return []
    return [f"{_ANSWERS[language]} {best.best_sentence}"] if best.best_sentence else []


def _taken_up(brief: Brief, language: Language) -> str:
    """Return how to meet what is told, or wanted of the NPC."""
    act = brief.tone.act
    if act in TAKEN_UP:
        return _TAKES_UP[language]
    if act == "question" or act != brief.understood.wanted:
        return ""
    lines = brief.scene.npc.lines[language].small_talk_lines(act, brief.tone.mood)
    return _WANT[language].format(line=lines[0])


def _manners(brief: Brief, language: Language) -> list[str]:
    """Return how the levels that the relationship stands at ask the NPC to speak."""
    felt, axes = brief.scene.relationship, brief.scene.axes
    levels = (axis.level(felt[name]) for name, axis in axes.items())
    return [level.manner[language] for level in levels if level and level.manner]


def _event(brief: Brief, world: World, language: Language) -> str:
    """Return what happens this turn: what the rules will settle, so that words and state agree."""
    fired, reading, parts = brief.triggers.fired, brief.triggers.reading, []
    actions = reading.actions if reading else ()
    if fired is not None:
        trigger = fired.trigger
        actions = (*trigger.effects.actions, *actions)
        parts += [_BESIDE[language]] if fired.beside else []
        parts += [trigger.instruction[language]] if trigger.instruction else []
    if (said := story_line(brief.triggers, brief.scene, language)) is not None:
        parts.append(said)
    elif brief.triggers.trouble is not None:
        parts.append(brief.triggers.trouble.summary[language])
    known = world.manifest.actions
    parts += [known[act.name].does[language] for act in actions if act.name in known]
    return " ".join(parts) or _NOTHING[language]


def _bullets(lines: Sequence[str], language: Language) -> str:
    return "\n".join(f"- {shown_safely(line)}" for line in lines) or _NOTHING[language]


def _filled(template: str, language: Language, **texts: str) -> str:
    """Return a template with `texts` in it: authored, imported or said, none brings a token in."""
    safe = {key: shown_safely(text) for key, text in texts.items()}
    return _template(template, language).substitute(safe)


@lru_cache
def _template(name: str, language: Language) -> Template:
    return Template((files(__package__) / f"{name}.{language}.md").read_text(encoding="utf-8"))
