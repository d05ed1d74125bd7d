"""All routes."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends

from langchain_app.api.dependencies import caller_of
from langchain_app.api.routes import (
    chat,
    events,
    health,
    knowledge,
    players,
    saves,
    seed,
    sentiment,
)
from langchain_app.api.schemas import ErrorAnswer

_KEYS: dict[int | str, dict[str, Any]] = {
    401: {"model": ErrorAnswer, "description": "Keys are set here, and this is none of them."}
}

router = APIRouter()
router.include_router(health.router)
for routes in (chat, events, players, saves, knowledge, sentiment, seed):
    router.include_router(routes.router, dependencies=[Depends(caller_of)], responses=_KEYS)
router.include_router(seed.open_router)
