"""The lock of a Milvus Lite directory, which belongs to one process at a time."""

from __future__ import annotations

import fcntl
import os
import shutil
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


def copied(folder: Path, to: Path, seconds: float = 10.0) -> bool:
    """Copy a Milvus Lite directory while nobody else has it; False where there is none.

    Raises KnowledgeStoreLocked and OSError.
    """
    if not folder.is_dir():
        return False
    wait_for_lock(folder, seconds)
    with (folder / "LOCK").open("a+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Milvus Lite takes the same one
        half = to.with_name(f"{to.name}.{os.getpid()}")
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(folder, half, ignore=shutil.ignore_patterns("LOCK"))
    try:
        half.rename(to)
    except OSError:  # somebody else was faster
        shutil.rmtree(half, ignore_errors=True)
        if not to.is_dir():
            raise
    return True


def _is_free(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
