"""POST /ask, GET /status, POST /wake: the protocol of persona-chat-engine."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header

from langchain_app.api.dependencies import CallerDep, CheckHealthDep, DialogueDep, WakeDep
from langchain_app.api.routes.health import NEEDED
from langchain_app.api.schemas import ErrorAnswer, Id
from langchain_app.api.schemas_seed import AskAnswer, AskRequest, ModelName, SeedStatus, Woken
from langchain_app.api.seed import ask_answer, turn_request

_ERRORS: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorAnswer, "description": "No such NPC."},
    409: {"model": ErrorAnswer, "description": "The key was used for another utterance."},
    413: {"model": ErrorAnswer, "description": "The utterance or the body is too long."},
    422: {"model": ErrorAnswer, "description": "Nothing to answer, or not a request."},
    503: {"model": ErrorAnswer, "description": "A part does not answer; ask again."},
}
router = APIRouter(tags=["persona-chat-engine"])
open_router = APIRouter(tags=["persona-chat-engine"])
"""What needs no key, as /health needs none."""


@router.post("/ask", response_model=AskAnswer, responses=_ERRORS)
async def ask(
    body: AskRequest,
    dialogue: DialogueDep,
    caller: CallerDep,
    idempotency_key: Annotated[Id | None, Header()] = None,
) -> AskAnswer:
    """Play one turn. A client's state is a claim, which counts with a game server's key alone."""
    request = turn_request(body, idempotency_key, authoritative=caller.authoritative)
    return ask_answer(await dialogue.play(request), body.session_id)


@open_router.get("/status", response_model=SeedStatus)
async def status(check: CheckHealthDep, dialogue: DialogueDep) -> SeedStatus:
    """Tell what is loaded and whether a turn can be played."""
    parts, loaded = await check(), dialogue.parts
    return SeedStatus(
        ready=all(parts[name].ok for name in NEEDED),
        world=loaded.world.id,
        world_name=loaded.world.manifest.name.model_dump(),
        npcs=list(loaded.world.npcs),
        model=ModelName(provider=loaded.speaker.provider, name=loaded.speaker.name),
        parts={name: part.ok for name, part in parts.items()},
    )


@router.post("/wake", response_model=Woken)
async def wake(wake: WakeDep) -> Woken:
    """Warm what is slow the first time: the Korean analyser, the embeddings, the chat model."""
    return Woken.model_validate(await wake(), from_attributes=True)
