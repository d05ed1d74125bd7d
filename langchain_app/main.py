"""The web application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI

from langchain_app import __version__
from langchain_app.api.errors import BodyLimit, install_error_handlers
from langchain_app.api.router import router
from langchain_app.bootstrap import Progress, open_platform
from langchain_app.diagnosis import platform_health
from langchain_app.settings import Settings


def create_app(
    settings: Settings | None = None, progress: Progress = lambda done, total: None
) -> FastAPI:
    """Return the application; its parts are opened when it starts and closed when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with open_platform(settings or Settings(), progress) as platform:
            yield {
                "dialogue": platform.dialogue,
                "check_health": partial(platform_health, platform),
            }

    app = FastAPI(
        title="Dramatis",
        version=__version__,
        summary="NPC dialogue that knows its world, remembers its player and never breaks the story.",
        lifespan=lifespan,
    )
    app.add_middleware(BodyLimit)
    install_error_handlers(app)
    app.include_router(router)
    return app
