"""Who an NPC is: persona, voice and examples, with plain lines where the documents say nothing."""

from __future__ import annotations

from langchain_app.domain.people.npc import SpeechLevel
from langchain_app.domain.safety.guardrails import reply_fault
from langchain_app.domain.text import LANGUAGES, Language
from langchain_app.worlds.cards.character import LEVEL_NAMES, both
from langchain_app.worlds.cards.files import Json
from langchain_app.worlds.cards.korean import in_latin, speech_level_of
from langchain_app.worlds.house import plain_lines
from langchain_app.worlds.seed.documents import (
    DialogueTurn,
    Fallback,
    NpcConfig,
    Persona,
    Validation,
)
from langchain_app.worlds.seed.frame import Frame
from langchain_app.worlds.seed.stages import Stages

MAX_EXAMPLES = 8
_MANNERS = {
    "emotional": "감정이 묻어나는",
    "guarded": "경계심을 감추지 않는",
    "suspicious": "의심이 가시지 않는",
    "direct": "에두르지 않는",
    "polite": "공손한",
    "persuasive": "상대를 설득하려는",
    "inquisitive": "호기심이 많은",
    "curious": "호기심이 많은",
    "friendly": "다정한",
    "warm": "다정한",
    "cold": "쌀쌀맞은",
    "formal": "격식을 차린",
    "gruff": "퉁명스러운",
    "calm": "차분한",
    "cheerful": "쾌활한",
    "timid": "수줍은",
}


def npc_of(frame: Frame, stages: Stages) -> Json:
    """Return the NPC; the same documents give the same NPC."""
    persona = frame.about.first(Persona) or Persona(type="npc_persona")
    config = frame.about.first(NpcConfig)
    level = _level(frame)
    lines = {
        "en": plain_lines("en", None, in_latin(frame.name)),
        "ko": plain_lines("ko", level, frame.name),
    }
    traits = [trait[:200] for trait in persona.traits if trait] or ["-"]
    backstory = persona.backstory or frame.name
    found: Json = {
        "id": frame.npc_id,
        "role": "resident",
        "name": both(frame.name),
        "aliases": both(list(dict.fromkeys([frame.name, frame.name.split()[0]]))),
        "place": frame.place,
        "factions": [],
        "age": 30,
        "persona": both(_persona(frame, traits)),
        "backstory": both(backstory),
        "traits": both(traits),
        "voice": _voice(frame, persona, config, level),
        "speech_level": level,
        "taboos": {"en": ["does not step out of the story"], "ko": ["이야기 밖으로 나가지 않는다"]},
        "speech_examples": _examples(frame, stages, lines),
        "lines": lines,
    }
    if config is not None and config.relationship is not None:
        found["initial"] = {"relationship": config.relationship}
    _about_the_rest(frame, config, level)
    return found


def name_of(persona: Persona | None, config: NpcConfig | None, npc_id: str) -> str:
    """Return what the NPC is called."""
    named = [config.persona_name, config.name] if config else []
    return next(filter(None, [persona.persona_name if persona else None, *named]), npc_id)


def _persona(frame: Frame, traits: list[str]) -> str:
    told = ", ".join(traits)
    if traits == ["-"]:
        return frame.name
    return f"{frame.name}: {told}." if frame.language == "en" else f"{frame.name}의 성격: {told}."


def _level(frame: Frame) -> SpeechLevel:
    said = [turn.npc for turn in frame.about.all(DialogueTurn)]
    said += [line for one in frame.about.all(Validation) for line in one.examples_good]
    level = speech_level_of("\n".join(said))
    if level is None:
        frame.note("default", "speech_level", "haeyo: the documents say nothing in Korean")
    return level or "haeyo"


def _voice(frame: Frame, persona: Persona, config: NpcConfig | None, level: SpeechLevel) -> Json:
    style = persona.style or (config.dialogue_style if config else None)
    fallback = frame.about.first(Fallback)
    closed = fallback.fallback_style.style if fallback else None
    en = f"Speaks in a manner that is {style}." if style else "Speaks plainly."
    ko = (
        f"{_manner(style)} {LEVEL_NAMES[level]}로 말한다."
        if style
        else (f"꾸밈없는 {LEVEL_NAMES[level]}로 말한다.")
    )
    if closed:
        en += f" Asked for what it is too early for, answers in a manner that is {closed}."
        ko += f" 아직 이르다 싶은 것을 물으면 {_manner(closed)} 태도로 대한다."
    return {"en": en, "ko": ko}


def _manner(style: str) -> str:
    return _MANNERS.get(style.lower(), f"‘{style}’ 느낌의")


def _examples(frame: Frame, stages: Stages, lines: Json) -> list[Json]:
    """Return exchanges that a prompt may show from the first moment on: it stands behind no gate."""
    turns = sorted(frame.about.all(DialogueTurn), key=lambda turn: turn.turn_index)
    early = [turn for turn in turns if turn.player and turn.npc and stages.from_start(turn)]
    if late := len(turns) - len(early):
        frame.note(
            "kept", f"{late} dialogue_turn", "of later stages: a prompt would tell them early"
        )
    whole = [turn for turn in early if not reply_fault(turn.npc, frame.language)]
    if refused := len(early) - len(whole):
        frame.note("refused", f"{refused} dialogue_turn", "an NPC would not be let say it")
    found = [{"player": both(t.player), "npc": both(t.npc)} for t in whole[:MAX_EXAMPLES]]
    if found:
        frame.note("untranslated", "speech_examples", "the same text in both languages")
        return found
    frame.note("default", "speech_examples", "one greeting: write about five")
    hello: dict[Language, str] = {"en": "Hello.", "ko": "안녕하세요."}
    said = {language: lines[language]["greeting"]["neutral"][0] for language in LANGUAGES}
    return [{"player": hello, "npc": said}]


def _about_the_rest(frame: Frame, config: NpcConfig | None, level: SpeechLevel) -> None:
    missing = "Korean" if frame.language == "en" else "English"
    for what in ("name", "persona", "backstory", "traits"):
        frame.note("untranslated", what, f"the same text in both languages: write the {missing}")
    frame.note("default", "lines, role, age, taboos", "plain ones: write your own")
    for fallback in frame.about.all(Fallback):
        frame.note(
            "kept",
            f"fallback {fallback.id or ''}",
            f"only its style is used: {fallback.content[:80]}",
        )
    for one in frame.about.all(Validation):
        frame.note(
            "kept",
            f"main_res_validate {one.id or ''}",
            "replies are checked by guards; good lines set the speech level",
        )
    if config is not None:
        for field in ("npc_mood", "trigger_values", "trigger_definitions"):
            if getattr(config, field):
                frame.note("kept", f"npc_config.{field}", "the server's own state and files decide")
    frame.note("next", "speech_level", f"{level}: make the Korean lines fit it")
