"""Who calls: the game's server, a player's machine, or anyone where no keys are set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Literal

from langchain_app.domain.errors import ApiKeyMissing, ApiKeyUnknown, ServerKeyNeeded

Role = Literal["server", "player", "anyone"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request comes from. Without keys it is anyone: everything is open, nobody's word holds."""

    role: Role

    @property
    def authoritative(self) -> bool:
        """Whether what the caller says of the game's state holds."""
        return self.role == "server"

    def needs_server(self, what: str) -> None:
        """Refuse a player's key; raises ServerKeyNeeded."""
        if self.role == "player":
            raise ServerKeyNeeded(what)


class ApiKeys:
    """The keys in use: only hashes are kept, and comparing takes the same time for any key."""

    def __init__(self, server: Iterable[str] = (), player: Iterable[str] = ()) -> None:
        self._known: list[tuple[bytes, Role]] = [
            *((_hash(key), "server") for key in server),
            *((_hash(key), "player") for key in player),
        ]

    def caller(self, key: str | None) -> Caller:
        """Return who holds a key; raises ApiKeyMissing and ApiKeyUnknown."""
        if not self._known:
            return Caller("anyone")
        if key is None:
            raise ApiKeyMissing
        presented = _hash(key)
        roles = [role for known, role in self._known if compare_digest(known, presented)]
        if not roles:
            raise ApiKeyUnknown
        return Caller(roles[0])


def _hash(key: str) -> bytes:
    return sha256(key.encode("utf-8", "surrogatepass")).digest()
