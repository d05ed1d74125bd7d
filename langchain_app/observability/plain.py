"""What a trace shows of the turn's values: enough to understand, never a whole world."""

from __future__ import annotations

import dataclasses
import re
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


_NUL = re.compile(r"((?<!\\)(?:\\\\)*)\\u0000")
"""An escaped NUL, which jsonb refuses together with the whole batch; not an escaped backslash."""


def to_json(value: Any) -> str:
    """Render a value of the turn as JSON that Postgres can store, long ones cut.

    A client's game_state may hold what JSON in UTF-8 cannot (halves of surrogate pairs, integers
    beyond 64 bits): it is shown as Python writes it.
    """
    try:
        text = orjson.dumps(value, default=_shown, option=_OPTIONS).decode()
    except orjson.JSONEncodeError:
        text = orjson.dumps(repr(value)).decode()
    text = _NUL.sub(r"\1", text)
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
