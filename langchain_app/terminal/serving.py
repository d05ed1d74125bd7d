"""Serving HTTP."""

from __future__ import annotations

import socket

import uvicorn
from rich.console import Console

from langchain_app.domain.errors import SettingsInvalid
from langchain_app.main import create_app
from langchain_app.settings import Settings
from langchain_app.terminal.progress import opening

console = Console(stderr=True, highlight=False, soft_wrap=True)

PORTS_TRIED = 20


def run_server(host: str, port: int) -> None:
    """Serve until Ctrl-C; takes the next free port where `port` is busy."""
    chosen = free_port(host, port)
    with opening("opening the world") as report:
        app = create_app(Settings(), report)
        server = web_server(app, host, chosen)
        console.print(f"Dramatis on http://{host}:{chosen} (pages at /docs). Ctrl-C ends.")
    server.run()


def web_server(app: object, host: str, port: int) -> uvicorn.Server:
    """Return a server that logs warnings only."""
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]  # any ASGI application
        host=host,
        port=port,
        log_level="warning",
        timeout_graceful_shutdown=5,
    )
    return uvicorn.Server(config)


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
