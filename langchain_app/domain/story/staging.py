"""A moment that nobody played towards: what a story test, an attack or a demonstration begins from."""

from __future__ import annotations

from pydantic import Field

from langchain_app.domain.people.relationship import Relationship
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.text import Frozen


class Staged(Frozen):
    """The state of a new timeline. NPCs that `relationships` leaves out feel as their author wrote."""

    story: StoryState = StoryState()
    relationships: dict[str, Relationship] = Field(default_factory=dict)
    game_time: float = Field(default=0.0, ge=0, le=1e9, allow_inf_nan=False)
