"""What happened before the story began, as authors date it."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from langchain_app.domain.lore.lore import Gate
from langchain_app.domain.text import Frozen, LocalText, Phrase

_HOURS = {"hour": 1.0, "day": 24.0, "week": 168.0, "month": 720.0, "year": 8766.0}
_AGO = re.compile(r"(\d{1,5}) (hour|day|week|month|year)s?")


def _checked(ago: str) -> str:
    if _AGO.fullmatch(ago) is None:
        raise ValueError("expected a number of hours, days, weeks, months or years: '3 weeks'")
    return ago


class PastEvent(Frozen):
    """An event of the world's past: told, by whom its gate lets know, when its time is asked about."""

    id: Phrase
    ago: Annotated[Phrase, AfterValidator(_checked)]
    text: LocalText
    place: Phrase | None = None
    importance: float = Field(default=0.5, ge=0, le=1)
    gate: Gate = Gate(audience=("public",))

    @property
    def game_time(self) -> float:
        """When it happened, in hours of the game: the story begins at 0."""
        found = _AGO.fullmatch(self.ago)
        if found is None:
            raise AssertionError("checked when it was read")
        return -float(found[1]) * _HOURS[found[2]]
