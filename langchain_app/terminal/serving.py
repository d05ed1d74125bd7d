"""Serving HTTP from a command."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import uvicorn
from rich.console import Console

from langchain_app.composition.bootstrap import Platform, open_platform
from langchain_app.domain.errors import DramatisError, SettingsInvalid
from langchain_app.main import create_app
from langchain_app.settings import Settings
from langchain_app.terminal.progress import opening

console = Console(stderr=True, highlight=False, soft_wrap=True)

PORTS_TRIED = 20


@dataclass(frozen=True, slots=True)
class Serving:
    """A running server."""

    url: str
    platform: Platform
    task: asyncio.Task[None]


def run_server(host: str, port: int) -> None:
    """Serve until Ctrl-C; takes the next free port where `port` is busy."""

    async def serve() -> None:
        async with serving(host, port) as server:
            console.print(f"Dramatis on {server.url} (pages at /docs). Ctrl-C ends.")
            await server.task

    run_async(serve())


@asynccontextmanager
async def serving(host: str, port: int) -> AsyncIterator[Serving]:
    """Open the platform, serve it, and close both again.

    The platform is opened before the server, so that what is wrong with it is an error like any
    other, and no server's stack trace. Raises as `open_platform` does.
    """
    chosen = free_port(host, port)
    with opening("opening the world") as report:
        async with open_platform(Settings(), report) as platform:
            config = uvicorn.Config(
                create_app(platform),
                host=host,
                port=chosen,
                log_level="warning",
                timeout_graceful_shutdown=5,
            )
            server = uvicorn.Server(config)
            task = asyncio.create_task(server.serve())
            while not server.started and not task.done():  # noqa: ASYNC110  uvicorn has no event
                await asyncio.sleep(0.02)
            if task.done():
                raise DramatisError(f"No server could be started on {host}:{chosen}.")
            report.done()
            try:
                yield Serving(f"http://{host}:{chosen}", platform, task)
            finally:
                server.should_exit = True
                await task


def run_async(main: Coroutine[None, None, None]) -> None:
    """Run a command's coroutine on uvloop where there is one; Ctrl-C and SIGTERM end it quietly."""
    # uvicorn hands a signal on when it has shut down: by default SIGTERM would end the process there,
    # with the platform open and an embedded PostgreSQL left running.
    signal.signal(signal.SIGTERM, lambda number, frame: signal.raise_signal(signal.SIGINT))
    with suppress(KeyboardInterrupt):
        if sys.platform == "win32":
            asyncio.run(main)
        else:
            import uvloop

            uvloop.run(main)


def free_port(host: str, port: int) -> int:
    """Return `port`, or the first free one after it with a word about it.

    Raises SettingsInvalid where none is free.
    """
    for candidate in range(port, port + PORTS_TRIED):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError:
                continue
        if candidate != port:
            console.print(f"[yellow]Port {port} is busy; taking {candidate}.[/yellow]")
        return candidate
    raise SettingsInvalid(
        f"No port from {port} to {port + PORTS_TRIED - 1} is free.", "Give another with --port."
    )
