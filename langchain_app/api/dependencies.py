"""What routes are given. Everything was opened in the lifespan."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from ipaddress import ip_address
from typing import Annotated, Any, Protocol
from urllib.parse import urlsplit

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from langchain_app.api.keys import ApiKeys, Caller
from langchain_app.domain.errors import EditingOff, ForeignOrigin, PlayerDataOff
from langchain_app.domain.story.saves import Saves
from langchain_app.services.dialogue import Dialogue
from langchain_app.services.intake import EventIntake
from langchain_app.services.players import Players
from langchain_app.services.publishing import Published

CheckHealth = Callable[[], Awaitable[Mapping[str, Any]]]
"""Returns the parts by name; each has the attributes of PartOut."""


Wake = Callable[[], Awaitable[Any]]
"""Warms every part; returns what has the attributes of Woken."""


class Publish(Protocol):
    """Publisher.publish."""

    async def __call__(self, *, wait: bool = False) -> Published:
        """Ingest what changed and switch to it."""


_BEARER = HTTPBearer(auto_error=False, description="A server's or a player's key.")
_HEADER = APIKeyHeader(name="X-API-Key", auto_error=False, description="The same, as a header.")


def caller_of(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
    key: Annotated[str | None, Security(_HEADER)],
) -> Caller:
    """Return who calls; raises ApiKeyMissing and ApiKeyUnknown where keys are set."""
    keys: ApiKeys = request.state.keys
    return keys.caller(bearer.credentials if bearer else key)


CallerDep = Annotated[Caller, Depends(caller_of)]


def _dialogue(request: Request) -> Dialogue:
    dialogue: Dialogue = request.state.dialogue
    return dialogue


def _intake(request: Request, caller: CallerDep) -> EventIntake:
    caller.needs_server("report events")
    intake: EventIntake = request.state.intake
    return intake


def _check_health(request: Request) -> CheckHealth:
    check: CheckHealth = request.state.check_health
    return check


def _wake(request: Request) -> Wake:
    wake: Wake = request.state.wake
    return wake


def _players(request: Request, caller: CallerDep) -> Players:
    caller.needs_server("reach the players' data")
    players: Players | None = request.state.players
    if players is None:
        raise PlayerDataOff
    return players


def _saves(request: Request) -> Saves:
    saves: Saves = request.state.saves
    return saves


def _publish(request: Request, caller: CallerDep) -> Publish:
    """Hand over live editing to whoever may use it; raises EditingOff and ForeignOrigin.

    By default only this machine may; where keys are set, with a server's. Behind a proxy uvicorn takes
    the client's address from X-Forwarded-For.
    """
    caller.needs_server("publish a world")
    editing: str = request.state.editing
    publish: Publish = request.state.publish
    here = request.client is not None and _is_loopback(request.client.host)
    if editing == "off" or (editing == "local" and not here):
        raise EditingOff
    origin = request.headers.get("origin")
    if origin is not None and not _is_own(origin, request.headers.get("host", "")):
        raise ForeignOrigin(origin)
    return publish


def _is_own(origin: str, host: str) -> bool:
    try:
        return urlsplit(origin).netloc.lower() == host.lower() != ""
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


DialogueDep = Annotated[Dialogue, Depends(_dialogue)]
EventIntakeDep = Annotated[EventIntake, Depends(_intake)]
CheckHealthDep = Annotated[CheckHealth, Depends(_check_health)]
WakeDep = Annotated[Wake, Depends(_wake)]
PlayersDep = Annotated[Players, Depends(_players)]
SavesDep = Annotated[Saves, Depends(_saves)]
PublishDep = Annotated[Publish, Depends(_publish)]
