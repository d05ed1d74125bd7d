"""/api/players: what is kept of a player, to list, to correct and to erase.

Where keys are set (DRAMATIS_SERVER_KEYS), a server's key may do this for any player and a player's
may not. Without keys, whoever reaches these routes may: set DRAMATIS_PLAYER_DATA_ROUTES=false where
others than your own game server reach the API.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import Response

from langchain_app.api.dependencies import PlayersDep
from langchain_app.api.schemas import ErrorAnswer, Id
from langchain_app.api.schemas_players import Correction, ErasedOut, FactOut, PlayerOut

_ERRORS: dict[int | str, dict[str, Any]] = {
    403: {"model": ErrorAnswer, "description": "These routes are switched off, or a player's key."},
    404: {"model": ErrorAnswer, "description": "Nothing is kept under this id."},
    503: {"model": ErrorAnswer, "description": "A part does not answer; nothing was erased."},
}
router = APIRouter(prefix="/api/players", tags=["player's data"], responses=_ERRORS)

FactId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("/{player_id}", response_model=PlayerOut)
async def show(player_id: Id, players: PlayersDep) -> dict[str, Any]:
    """List everything that is kept: timelines, sessions, saves, turns, memories, facts, ledger."""
    return await players.show(player_id)


@router.patch("/{player_id}/facts/{fact_id}", response_model=FactOut)
async def correct(
    player_id: Id, fact_id: FactId, correction: Correction, players: PlayersDep
) -> dict[str, Any]:
    """Correct a fact. The old value is gone for good, and so are the words that told it."""
    return await players.correct(player_id, fact_id, correction.value)


@router.delete("/{player_id}/memories/{memory_id}", status_code=204)
async def forget(player_id: Id, memory_id: Id, players: PlayersDep) -> Response:
    """Delete one memory, the facts out of it, and its words wherever they are kept."""
    await players.forget(player_id, memory_id)
    return Response(status_code=204)


@router.delete("/{player_id}", response_model=ErasedOut)
async def erase(player_id: Id, players: PlayersDep) -> dict[str, Any]:
    """Erase everything, traces included.

    The answer counts what was deleted in each table, and as proof what is left that names the
    player (nothing). Where nothing is kept, the second time among others, the answer is 404.
    """
    return await players.erase(player_id)
