"""What the house lends to whoever has no words of their own: plain lines of every kind."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any, get_args

from langchain_app.domain.people.npc import SpeechLevel
from langchain_app.domain.text import LANGUAGES, Language

Json = dict[str, Any]

_AGE: dict[SpeechLevel, str] = {
    "hapsyo": "{age}살입니다.",
    "haeyo": "{age}살이에요.",
    "hao": "{age}살이오.",
    "hage": "{age}살일세.",
    "hae": "{age}살이야.",
}
_AGE_ENGLISH = "I'm {age}."


def plain_lines(language: Language, level: SpeechLevel | None, name: str) -> Json:
    """Return plain lines of every kind, of somebody called `name`."""
    lines = _shipped()[language]
    text = json.dumps(lines if level is None else lines[level], ensure_ascii=False)
    found: Json = json.loads(text.replace("{{char}}", json.dumps(name, ensure_ascii=False)[1:-1]))
    return found


def with_plain_lines(npc: object) -> object:
    """Return an NPC's entry with the house's lines of every kind that its author left out, and with an
    answer to how old they are, which stands in the file.

    What is no NPC at all comes back as it is: the schema says what is wrong with it.
    """
    if isinstance(npc, dict):
        name, level, lines = (npc.get(field, {}) for field in ("name", "speech_level", "lines"))
        if level in get_args(SpeechLevel) and isinstance(name, dict) and isinstance(lines, dict):
            return {
                **npc,
                "lines": {**lines, **_lent(lines, level, name)},
                "answers": _with_age(npc.get("answers", {}), npc.get("age"), level),
            }
    return npc


def _with_age(answers: object, age: object, level: SpeechLevel) -> object:
    if not isinstance(answers, dict) or not isinstance(age, int) or age < 1:
        return answers
    said = {"en": _AGE_ENGLISH.format(age=age), "ko": _AGE[level].format(age=age)}
    return {"age": said, **answers}


def _lent(lines: Json, level: SpeechLevel, name: Json) -> Json:
    found: Json = {}
    for language in LANGUAGES:
        own = lines.get(language, {})
        if isinstance(own, dict):
            called = str(name.get(language, ""))
            plain = plain_lines(language, level if language == "ko" else None, called)
            found[language] = {**plain, **own}
    return found


@lru_cache
def _shipped() -> Json:
    found: Json = json.loads((files(__package__) / "lines.json").read_text("utf-8"))
    return found
