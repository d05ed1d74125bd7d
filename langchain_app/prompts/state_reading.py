"""What a chat model is asked when it reads an utterance for the story, and the schema of its answer.

It sees what the player must say, never what the NPC would answer, give or reveal.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from string import Template
from typing import Any

import orjson
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from langchain_app.domain.safety.guardrails import neutralise
from langchain_app.domain.text import Language
from langchain_app.domain.turn import StateQuestion

LARGEST_DELTA = 0.1
MOST_GATES, MOST_ACTIONS = 3, 3
EXAMPLES = 4
"""So many examples of a gate are shown."""
BEFORE = 300
"""Characters of the listener's last line that are shown."""

_NONE: dict[Language, str] = {"en": "(none)", "ko": "(없음)"}
_LISTENER: dict[Language, str] = {"en": "The listener said", "ko": "듣는 이가 한 말"}
_PLAYER: dict[Language, str] = {"en": "The player says", "ko": "플레이어의 말"}


def reading_messages(question: StateQuestion) -> list[BaseMessage]:
    """Return what the model is asked, in the language of the utterance."""
    language, scene = question.utterance.language, question.scene
    system = _template(language).substitute(
        gates=_bullets(
            [_gate(t.id, t.says.examples[language]) for t in question.waiting if t.says], language
        ),
        actions=_bullets(
            [
                f"{name}: {spec.does[language]} {_json(spec.arguments)}"
                for name, spec in question.offered.items()
            ],
            language,
        ),
        axes=", ".join(f"{name} ({axis.name[language]})" for name, axis in scene.axes.items()),
    )
    heard = [_fenced(_PLAYER[language], question.utterance.text)]
    if scene.recent:
        heard.insert(0, _fenced(_LISTENER[language], scene.recent[-1].npc[:BEFORE]))
    return [SystemMessage(system), HumanMessage("\n\n".join(heard))]


def reading_schema(question: StateQuestion) -> dict[str, Any]:
    """Return the JSON schema of the answer: only ids, axes and actions that there are now."""
    ids = [trigger.id for trigger in question.waiting if trigger.says]
    axes = {
        axis: {"type": "number", "minimum": -LARGEST_DELTA, "maximum": LARGEST_DELTA}
        for axis in question.scene.axes
    }
    gate = _object(
        {
            "id": {"type": "string", "enum": ids},
            "sure": {"type": "number", "minimum": 0, "maximum": 1},
        }
    )
    actions = [
        _object({"name": {"type": "string", "enum": [name]}, "arguments": spec.arguments})
        for name, spec in question.offered.items()
    ]
    answer = _object(
        {
            "evidence": {"type": "string"},
            "gates": _list(gate if ids else None, MOST_GATES),
            "deltas": _object(axes),
            "actions": _list({"anyOf": actions} if actions else None, MOST_ACTIONS),
        }
    )
    return {"title": "reading", "description": "What the player's line means.", **answer}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any] | None, most: int) -> dict[str, Any]:
    """Return the schema of a list; of one that there is nothing for, nothing but the empty one."""
    return {"type": "array", "items": items or {"type": "null"}, "maxItems": most if items else 0}


def _gate(id: str, examples: tuple[str, ...]) -> str:
    return f"{id}: {' / '.join(examples[:EXAMPLES])}"


def _fenced(title: str, text: str) -> str:
    # One line, as a JSON string: no text can write the line that closes its own fence.
    return f"{title}:\n=====\n{_json(neutralise(text).text)}\n====="


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _bullets(lines: list[str], language: Language) -> str:
    return "\n".join(f"- {line}" for line in lines) or _NONE[language]


@lru_cache
def _template(language: Language) -> Template:
    return Template((files(__package__) / f"state.{language}.md").read_text(encoding="utf-8"))
