"""/api/sessions and /api/saves: moments to come back to, and the story as it was lived."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Query
from fastapi.responses import Response

from langchain_app.api.dependencies import SavesDep
from langchain_app.api.schemas import ErrorAnswer, Id
from langchain_app.api.schemas_saves import (
    LivedOut,
    LoadedOut,
    LoadRequest,
    SaveOut,
    SaveRequest,
    SavesOut,
)

_ERRORS: dict[int | str, dict[str, Any]] = {
    403: {"model": ErrorAnswer, "description": "It belongs to another player."},
    404: {"model": ErrorAnswer, "description": "No such session or save."},
    503: {"model": ErrorAnswer, "description": "A part does not answer; repeat the request."},
}
_REUSED: dict[int | str, dict[str, Any]] = {
    409: {"model": ErrorAnswer, "description": "The save_id was used for another save."},
}
router = APIRouter(prefix="/api", tags=["saves"], responses=_ERRORS)

PlayerId = Annotated[Id | None, Query(description="Refused where it is another player's.")]


@router.post("/sessions/{session_id}/saves", status_code=201, responses=_REUSED)
async def save(session_id: Id, saves: SavesDep, body: SaveRequest | None = None) -> SaveOut:
    """Save the moment at which a session stands."""
    asked = body or SaveRequest()
    made = await saves.save(
        session_id,
        save_id=asked.save_id or f"save-{uuid4().hex}",
        name=asked.name,
        player_id=asked.player_id,
    )
    return SaveOut.model_validate(made, from_attributes=True)


@router.get("/sessions/{session_id}/saves")
async def saves_of(
    session_id: Id,
    saves: SavesDep,
    player_id: PlayerId = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> SavesOut:
    """List the saves of the session's player in this world, the newest first."""
    found = await saves.of_session(session_id, limit=limit, player_id=player_id)
    return SavesOut.model_validate({"saves": found}, from_attributes=True)


@router.post("/saves/{save_id}/load")
async def load(save_id: Id, saves: SavesDep, body: LoadRequest | None = None) -> LoadedOut:
    """Go on from a save, in a new session; the story it was made in stays as it is.

    Each load opens a session of its own. Chat with the session_id that the answer names.
    """
    player_id = body.player_id if body else None
    loaded, session_id = await saves.load(save_id, player_id=player_id)
    shown = SaveOut.model_validate(loaded, from_attributes=True).model_dump()
    return LoadedOut.model_validate(shown | {"session_id": session_id})


@router.delete("/saves/{save_id}", status_code=204)
async def delete(save_id: Id, saves: SavesDep, player_id: PlayerId = None) -> Response:
    """Delete a save. The story, and whatever was loaded from it, stay."""
    await saves.delete(save_id, player_id=player_id)
    return Response(status_code=204)


@router.get("/sessions/{session_id}/timeline")
async def timeline(
    session_id: Id,
    saves: SavesDep,
    player_id: PlayerId = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="Turns before this one.")
    ] = None,
) -> LivedOut:
    """Tell a session's story as its player lived it, forks included, and where it stands now.

    Turns run from old to new; `before` of the answer asks for the page of earlier ones.
    """
    lived = await saves.timeline(session_id, limit=limit, before=before, player_id=player_id)
    return LivedOut.model_validate(lived, from_attributes=True)
