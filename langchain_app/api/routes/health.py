"""GET /health: every part, its adapter, and whether it answers."""

from __future__ import annotations

from fastapi import APIRouter, Response

from langchain_app import __version__
from langchain_app.api.dependencies import CheckHealthDep
from langchain_app.api.schemas_operation import Health

router = APIRouter(tags=["operation"])

NEEDED = ("database", "knowledge", "embeddings")
"""Without these no turn can be played; without a chat model the fallback speaks."""


@router.get("/health", responses={503: {"model": Health, "description": "A needed part is down."}})
async def health(check: CheckHealthDep, response: Response) -> Health:
    """Ask every part whether it answers."""
    parts = await check()
    if all(parts[name].ok for name in NEEDED):
        status = "ok" if all(part.ok for part in parts.values()) else "degraded"
    else:
        status, response.status_code = "down", 503
    found = {"status": status, "version": __version__, "parts": parts}
    return Health.model_validate(found, from_attributes=True)
