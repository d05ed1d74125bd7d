"""POST /api/sentiment: how a text feels. It plays no turn and keeps nothing."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from langchain_app.api.dependencies import DialogueDep
from langchain_app.api.schemas import ErrorAnswer, SentimentAnswer, SentimentRequest

router = APIRouter(prefix="/api", tags=["dialogue"])

_ERRORS: dict[int | str, dict[str, Any]] = {
    413: {"model": ErrorAnswer, "description": "The text or the body is too long."},
    422: {"model": ErrorAnswer, "description": "Nothing to rate, or not a request."},
}


@router.post("/sentiment", responses=_ERRORS)
async def sentiment(body: SentimentRequest, dialogue: DialogueDep) -> SentimentAnswer:
    """Rate a text, as turns do: above 0.5 an NPC answers more warmly, below -0.3 more coolly."""
    rated = await dialogue.sentiment(body.text, body.language)
    return SentimentAnswer.model_validate(rated, from_attributes=True)
