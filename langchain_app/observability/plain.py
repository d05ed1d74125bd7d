"""What a trace shows of the turn's values: enough to understand, never a whole world."""

from __future__ import annotations

import dataclasses
from typing import Any

import orjson
from pydantic import BaseModel

from langchain_app.domain.lore import ScoredChunk
from langchain_app.domain.npc import ForbiddenTrigger, Npc
from langchain_app.domain.story import StoryState, Trigger
from langchain_app.domain.turn import Scene

LIMIT = 16_000
"""A longer value is cut: an observation is to be read."""

_OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY


def to_json(value: Any) -> str:
    """Render a value of the turn as JSON, long ones cut."""
    text = orjson.dumps(value, default=_shown, option=_OPTIONS).decode()
    return text if len(text) <= LIMIT else orjson.dumps({"cut": text[:LIMIT]}).decode()


def _shown(value: Any) -> Any:
    if isinstance(value, Scene):
        return {
            "npc": value.npc.id,
            "player": value.player_id,
            "session": value.session_id,
            "seq": value.seq,
            "story": value.story,
            "relationship": value.relationship,
            "recent": len(value.recent),
        }
    if isinstance(value, ScoredChunk):
        return {
            "id": value.chunk.id,
            "title": value.chunk.title,
            "score": value.score,
            "confidence": value.confidence,
            "why": value.why,
        }
    if isinstance(value, StoryState):
        return {"flags": sorted(value.flags), "items": sorted(value.items)}
    if isinstance(value, Npc | Trigger | ForbiddenTrigger):
        return value.id
    if isinstance(value, BaseModel):
        return value.model_dump()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, frozenset | set):
        return sorted(value)
    return str(value)
