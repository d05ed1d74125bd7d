"""What a trace shows of the turn's values: enough to understand, never a whole world."""

from __future__ import annotations

from typing import Any

import orjson
from pydantic import BaseModel

from langchain_app.domain.people.npc import ForbiddenTrigger, Npc
from langchain_app.domain.story.story import StoryState, Trigger
from langchain_app.domain.text import without_nul
from langchain_app.domain.turn import Scene

LIMIT = 16_000
"""A longer value is cut: an observation is to be read."""

_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY


def to_json(value: Any) -> str:
    """Render a value of the turn as JSON, long ones cut.

    orjson renders dataclasses itself, many times faster than Python could; only what holds half a
    world is replaced by a view of it first. A client's game_state may hold what no JSON in UTF-8 can
    (half a surrogate pair, an integer beyond 64 bits): that is shown as Python writes it.
    """
    if isinstance(value, dict) and isinstance(value.get("scene"), Scene):
        value = value | {"scene": _scene(value["scene"])}
    try:
        text = orjson.dumps(value, default=_shown, option=_OPTIONS).decode()
    except orjson.JSONEncodeError:
        text = orjson.dumps(repr(value)).decode()
    text = without_nul(text)  # jsonb refuses one, and with it a whole batch
    return text if len(text) <= LIMIT else orjson.dumps({"cut": text[:LIMIT]}).decode()


def _scene(scene: Scene) -> dict[str, Any]:
    return {
        "npc": scene.npc.id,
        "player": scene.player_id,
        "session": scene.session_id,
        "seq": scene.seq,
        "story": scene.story,
        "relationship": scene.relationship,
        "recent": len(scene.recent),
    }


def _shown(value: Any) -> Any:
    if isinstance(value, StoryState):
        return {"flags": sorted(value.flags), "items": sorted(value.items)}
    if isinstance(value, Npc | Trigger | ForbiddenTrigger):
        return value.id
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, frozenset | set):
        return sorted(value)
    return str(value)
