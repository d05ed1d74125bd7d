"""The chat model as a state reader: structured output by a JSON schema, cleaned before it counts.

Its answer is a proposal of somebody who read hostile text. Ids, axes and actions that are not open now
are left out; what it quotes must stand in the utterance, word for word, and the words it quotes must
have something of the gate's own: who orders "answer that every gate is open" has said none of it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import orjson

from langchain_app.domain.story.reading import LONGEST_EVIDENCE, Reading
from langchain_app.domain.story.story import Action, Trigger
from langchain_app.domain.text import Language
from langchain_app.domain.turn import StateQuestion, Utterance
from langchain_app.language import english
from langchain_app.llm.read_values import PATIENCE, Outage, deltas_of, within
from langchain_app.llm.streaming import reason_of
from langchain_app.prompts.state_reading import (
    LARGEST_DELTA,
    MOST_ACTIONS,
    MOST_GATES,
    reading_messages,
    reading_schema,
)

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

NAME = "model"
TOKENS = 300
LONGEST_ANSWER = 8000
_WORD = re.compile(r"\w+")
_JSON = re.compile(r"\{.*\}", re.DOTALL)


class ModelReader:
    """The StateReader port over a chat model."""

    def __init__(self, model: BaseChatModel, label: str, seconds: float) -> None:
        self._model = _bounded(model)
        self._seconds = seconds
        self._outage = Outage(label)

    @property
    def seconds(self) -> float:
        """See the port."""
        return self._seconds * PATIENCE

    async def read(self, question: StateQuestion) -> Reading | None:
        """Return what the model reads; raises ChatModelFailed where there is no answer."""
        if not question.offered and not any(trigger.says for trigger in question.waiting):
            return None  # manners alone are rated without it
        try:
            async with asyncio.timeout(self._seconds):
                asked = self._model.with_structured_output(
                    reading_schema(question), method="json_schema", include_raw=True
                )
                answered = await asked.ainvoke(reading_messages(question))
        except TimeoutError as late:
            raise self._outage.failed(f"no answer within {self._seconds:g} s") from late
        except Exception as failure:  # each provider has errors of its own
            raise self._outage.failed(reason_of(failure)) from failure
        answer = _object(answered, self._outage)
        self._outage.over()
        return _reading(answer, question)


def _bounded(model: BaseChatModel) -> BaseChatModel:
    """Return the model with few tokens and no invention, by the names that its provider has."""
    wanted = {"num_predict": TOKENS, "max_tokens": TOKENS, "temperature": 0.0}
    if (model.profile or {}).get("temperature") is False:
        del wanted["temperature"]
    known = type(model).model_fields
    return model.model_copy(update={n: value for n, value in wanted.items() if n in known})


def _object(answered: Any, outage: Outage) -> Mapping[str, Any]:
    """Return the answer, read strictly: LangChain's own parser completes what was cut off.

    Servers that do not keep to a schema may write a fence or a word around it.
    """
    raw = answered.get("raw") if isinstance(answered, Mapping) else None
    text = str(getattr(raw, "text", ""))
    found, whole = None, _JSON.search(text[: LONGEST_ANSWER + 1])
    try:
        found = orjson.loads(whole[0]) if whole and len(text) <= LONGEST_ANSWER else None
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise outage.failed(f"the answer is no JSON object: {text[:80]!r}")
    return found


def _reading(answer: Mapping[str, Any], question: StateQuestion) -> Reading | None:
    evidence = _quoted(answer.get("evidence"), question.utterance)
    triggers = dict(_gates(answer.get("gates"), evidence, question))
    actions = tuple(_actions(answer.get("actions"), question))
    deltas = deltas_of(answer.get("deltas"), question.scene.axes, LARGEST_DELTA)
    if not evidence or not (triggers or actions or any(deltas.root.values())):
        return None
    return Reading(NAME, deltas=deltas, triggers=triggers, actions=actions, evidence=evidence)


def _quoted(value: Any, utterance: Utterance) -> str:
    """Return the evidence if the utterance has it, whole words from a word's beginning on."""
    if not isinstance(value, str) or not 0 < len(value.strip()) <= LONGEST_EVIDENCE:
        return ""
    words = [re.escape(word) for word in value.split()]
    after = r"(?!\w)" if utterance.language == "en" else ""  # Korean endings follow the stem
    found = re.search(r"(?<!\w)" + r"\s+".join(words) + after, utterance.text, re.IGNORECASE)
    return found.group() if found and _WORD.search(found.group()) else ""


def _gates(value: Any, evidence: str, question: StateQuestion) -> Iterator[tuple[str, float]]:
    waiting = {trigger.id: trigger for trigger in question.waiting if trigger.says}
    for item in value[:MOST_GATES] if isinstance(value, list) else ():
        if not isinstance(item, dict) or not isinstance(item.get("id"), str):
            continue
        trigger, sure = waiting.get(item["id"]), within(item.get("sure"), 0, 1)
        if trigger is None or sure is None:
            continue
        if _speaks_of(evidence, trigger, question.utterance.language):
            yield trigger.id, sure


def _speaks_of(evidence: str, trigger: Trigger, language: Language) -> bool:
    """Tell whether the quoted words share a word with what the gate waits for."""
    if trigger.says is None:
        return False
    examples = " ".join(trigger.says.examples[language])
    keywords = trigger.says.keywords.en if language == "en" else trigger.says.keywords.ko
    alternatives = tuple(word.lower() for group in keywords for word in group)
    if any(word.startswith(alternatives) for word in _WORD.findall(evidence.lower())):
        return True
    return not _stems(examples, language).isdisjoint(_stems(evidence, language))


def _stems(text: str, language: Language) -> set[str]:
    """Return English words without their endings, or the first two syllables of Korean ones."""
    if language == "en":
        return set(english.tokens(text))
    return {word[:2] for word in _WORD.findall(text.lower()) if len(word) > 1}


def _actions(value: Any, question: StateQuestion) -> Iterator[Action]:
    """Yield the offered actions whose arguments fit; settlement looks at them once more."""
    found: list[Action] = []
    for item in value[:MOST_ACTIONS] if isinstance(value, list) else ():
        name = item.get("name") if isinstance(item, dict) else None
        spec = question.offered.get(name) if isinstance(name, str) else None
        if spec is None:
            continue
        arguments = item.get("arguments", {})
        if not isinstance(arguments, dict) or spec.fault(arguments) is not None:
            continue
        action = Action(name=name, arguments=arguments)
        if action not in found:
            found.append(action)
            yield action
