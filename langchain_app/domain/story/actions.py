"""Actions: what an NPC may ask the game to do, and whether it may now.

What an NPC proposes is checked three times: it is in the world's list, it is possible now, and its
arguments fit the schema. What became of it the game reports as an event.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.exceptions import best_match
from pydantic import Field, field_validator, model_validator

from langchain_app.domain.keywords import Keywords
from langchain_app.domain.story.story import Action, Requirements, Standing
from langchain_app.domain.text import Frozen, LocalText, Phrase

ANYTHING: dict[str, Any] = {"type": "object"}


class ActionSpec(Frozen):
    """An action of a world.

    `arguments` is a JSON schema (2020-12) of an object. `npcs` may do it, everybody where it is left
    out, while `requires` holds. `announced` are the words by which a reply says that it is being done:
    a reply that announces what was not settled is repaired. Only what is `offered` may be proposed by
    a model of its own accord; the rest comes from triggers and goals alone.
    """

    does: LocalText
    arguments: dict[str, Any] = Field(default_factory=lambda: dict(ANYTHING))
    npcs: tuple[Phrase, ...] = ()
    requires: Requirements = Requirements()
    announced: Keywords = Keywords()
    offered: bool = False

    @model_validator(mode="before")
    @classmethod
    def _or_words_alone(cls, given: Any) -> Any:
        """Take {"en", "ko"} alone for what it does."""
        if isinstance(given, Mapping) and set(given) == {"en", "ko"}:
            return {"does": given}
        return given

    @field_validator("arguments")
    @classmethod
    def _is_schema(cls, schema: dict[str, Any]) -> dict[str, Any]:
        if fault := best_match(
            Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema)
        ):
            raise ValueError(f"no JSON schema: {fault.message}")
        if "$ref" in orjson.dumps(schema).decode():
            raise ValueError("a schema of arguments stands alone: no $ref")
        return schema

    def possible(self, npc_id: str, standing: Standing) -> bool:
        """Tell whether `npc_id` may do it now."""
        return (not self.npcs or npc_id in self.npcs) and self.requires.met_by(standing)

    def fault(self, arguments: Mapping[str, Any]) -> str | None:
        """Return what is wrong with the arguments, or None."""
        fault: ValidationError | None = best_match(
            _validator(orjson.dumps(self.arguments)).iter_errors(dict(arguments))
        )
        return fault.message[:200] if fault else None


@lru_cache(maxsize=256)
def _validator(schema: bytes) -> Draft202012Validator:
    return Draft202012Validator(orjson.loads(schema))


def possible_now(
    actions: Mapping[str, ActionSpec], npc_id: str, standing: Standing
) -> dict[str, ActionSpec]:
    """Return the actions that this NPC may do now of its own accord."""
    return {
        n: spec for n, spec in actions.items() if spec.offered and spec.possible(npc_id, standing)
    }


def fault_of(
    action: Action, actions: Mapping[str, ActionSpec], npc_id: str, standing: Standing
) -> str | None:
    """Return why an action may not be done now, or None."""
    spec = actions.get(action.name)
    if spec is None:
        return "the world has no such action"
    if not spec.possible(npc_id, standing):
        return "it is not possible now"
    fault = spec.fault(action.arguments)
    return f"its arguments do not fit: {fault}" if fault else None
