"""POST /api/chat: what the player said, and what the NPC answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import uuid4

import orjson
from fastapi import APIRouter, Header, Query
from fastapi.responses import Response, StreamingResponse

from langchain_app.api.dependencies import CallerDep, DialogueDep
from langchain_app.api.events import as_sse
from langchain_app.api.schemas import ChatAnswer, ChatRequest, ErrorAnswer, Id, as_lists
from langchain_app.domain.turn import TurnRequest

router = APIRouter(prefix="/api", tags=["dialogue"])

_ERRORS: dict[int | str, dict[str, Any]] = {
    403: {
        "model": ErrorAnswer,
        "description": "Another player's session, or a player's key with game_state.",
    },
    404: {"model": ErrorAnswer, "description": "No such NPC or session."},
    409: {"model": ErrorAnswer, "description": "The turn_id was used for another message."},
    413: {"model": ErrorAnswer, "description": "The message or the body is too long."},
    422: {"model": ErrorAnswer, "description": "Nothing to answer, or not a request."},
    503: {"model": ErrorAnswer, "description": "A part does not answer; repeat the turn."},
}


@router.post(
    "/chat",
    response_model=ChatAnswer,
    responses=_ERRORS
    | {200: {"description": "The NPC's turn.", "content": {"text/event-stream": {}}}},
)
async def chat(
    body: ChatRequest,
    dialogue: DialogueDep,
    caller: CallerDep,
    accept: Annotated[str, Header()] = "",
    idempotency_key: Annotated[Id | None, Header()] = None,
    shape: Annotated[
        Literal["maps", "lists"], Query(description="`lists` for JSON readers without maps.")
    ] = "maps",
) -> Response:
    """Play one turn."""
    if body.game_state:
        caller.needs_server("say how the game stands: leave game_state out")
    request = _turn_request(body, idempotency_key, authoritative=caller.authoritative)
    if body.stream or "text/event-stream" in accept:
        events = dialogue.stream(request)
        first = await anext(events)  # a refused turn raises here, while there is still a status
        return StreamingResponse(
            as_sse(first, events),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
        )
    answer = await dialogue.play(request)
    shown = as_lists(answer) if shape == "lists" else answer
    # Built by the domain and stored as it is: validating it again would only cost time.
    return Response(orjson.dumps(shown), media_type="application/json")


def _turn_request(
    body: ChatRequest, idempotency_key: str | None, *, authoritative: bool
) -> TurnRequest:
    turn_id = body.turn_id or idempotency_key
    return TurnRequest(
        message=body.message,
        turn_id=turn_id or f"turn-{uuid4().hex}",
        turn_id_is_new=turn_id is None,
        npc_id=body.npc_id,
        player_id=body.player_id,
        session_id=body.session_id,
        language=body.language,
        game_state=body.game_state or {},
        game_time=body.game_time,
        authoritative=authoritative,
    )
