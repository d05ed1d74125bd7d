"""The web application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from langchain_app import __version__
from langchain_app.api.errors import BodyLimit, install_error_handlers
from langchain_app.api.keys import ApiKeys
from langchain_app.api.router import router
from langchain_app.composition.bootstrap import Platform, open_platform
from langchain_app.composition.diagnosis import platform_health
from langchain_app.composition.waking import Waker
from langchain_app.settings import Settings


def create_app(platform: Platform | None = None) -> FastAPI:
    """Return the application over `platform`, or over one that is opened when it starts.

    Run as `uvicorn --factory langchain_app.main:create_app`, or `dramatis serve`.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with AsyncExitStack() as closing:
            opened = platform
            if opened is None:
                opened = await closing.enter_async_context(open_platform(Settings()))
            waker = Waker(opened)
            if platform is None:  # no player is the first to wait for what is worked out once
                warming = asyncio.create_task(waker.understand())
                closing.callback(warming.cancel)
            yield {
                "dialogue": opened.dialogue,
                "intake": opened.intake,
                "players": opened.players if opened.settings.platform.player_data_routes else None,
                "keys": _keys(opened.settings),
                "saves": opened.saves,
                "check_health": partial(platform_health, opened),
                "wake": waker.wake,
                "publish": opened.publisher.publish,
                "editing": opened.settings.platform.editing,
            }

    app = FastAPIOffline(  # /docs from this machine, not from somebody's CDN
        title="Dramatis",
        version=__version__,
        summary="NPC dialogue that knows its world, remembers its player, never breaks the story.",
        lifespan=lifespan,
    )
    app.add_middleware(BodyLimit)
    install_error_handlers(app)
    app.include_router(router)
    return app


def _keys(settings: Settings) -> ApiKeys:
    server, player = settings.platform.server_keys, settings.platform.player_keys
    return ApiKeys(
        (key.get_secret_value() for key in server), (key.get_secret_value() for key in player)
    )
