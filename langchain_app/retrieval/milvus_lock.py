"""The lock of a Milvus Lite directory, which belongs to one process at a time."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from langchain_app.domain.errors import KnowledgeStoreLocked


def wait_for_lock(folder: Path, seconds: float) -> None:
    """Wait until no other process has the directory; raises KnowledgeStoreLocked and OSError."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if not (folder / "LOCK").exists():
        return
    give_up = time.monotonic() + seconds
    while not _is_free(folder / "LOCK"):
        if time.monotonic() > give_up:
            raise KnowledgeStoreLocked(str(folder))
        time.sleep(0.05)


def _is_free(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
