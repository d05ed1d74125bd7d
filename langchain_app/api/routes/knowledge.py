"""POST /api/knowledge: the world's files as they stand now. An operator's route, no game's."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from langchain_app.api.dependencies import PublishDep
from langchain_app.api.schemas import ErrorAnswer
from langchain_app.api.schemas_operation import PublishAnswer, PublishRequest, WorldErrorAnswer

router = APIRouter(prefix="/api", tags=["operation"])

_ERRORS: dict[int | str, dict[str, Any]] = {
    403: {
        "model": ErrorAnswer,
        "description": "Not from here (DRAMATIS_EDITING), another site's page, or a player's key.",
    },
    409: {"model": ErrorAnswer, "description": "An ingest is running."},
    422: {"model": WorldErrorAnswer, "description": "The world has mistakes; nothing changed."},
    503: {"model": ErrorAnswer, "description": "A part does not answer; nothing changed."},
}


@router.post("/knowledge", responses=_ERRORS)
async def publish(publish: PublishDep, body: PublishRequest | None = None) -> PublishAnswer:
    """Read the world's files again, embed what changed, and play the turns that begin then on it.

    It changes what NPCs say. Turns in flight end on the version they began with.
    """
    done = await publish(wait=body.wait if body else False)
    return PublishAnswer.model_validate(asdict(done.ingested) | {"seconds": done.seconds})
