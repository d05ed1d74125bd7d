"""What routes are given. Everything was opened in the lifespan."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from fastapi import Depends, Request

from langchain_app.dialogue import Dialogue
from langchain_app.domain.errors import PlayerDataOff
from langchain_app.intake import EventIntake
from langchain_app.players import Players

CheckHealth = Callable[[], Awaitable[Mapping[str, Any]]]
"""Returns the parts by name; each has the attributes of PartOut."""


def _dialogue(request: Request) -> Dialogue:
    dialogue: Dialogue = request.state.dialogue
    return dialogue


def _intake(request: Request) -> EventIntake:
    intake: EventIntake = request.state.intake
    return intake


def _check_health(request: Request) -> CheckHealth:
    check: CheckHealth = request.state.check_health
    return check


def _players(request: Request) -> Players:
    players: Players | None = request.state.players
    if players is None:
        raise PlayerDataOff
    return players


DialogueDep = Annotated[Dialogue, Depends(_dialogue)]
EventIntakeDep = Annotated[EventIntake, Depends(_intake)]
CheckHealthDep = Annotated[CheckHealth, Depends(_check_health)]
PlayersDep = Annotated[Players, Depends(_players)]
