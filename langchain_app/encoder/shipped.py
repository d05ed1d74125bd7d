"""The model files that ship with the package: opened, or refused by name."""

from __future__ import annotations

import hashlib
import json
from importlib.resources.abc import Traversable
from typing import Any

import onnxruntime as ort

from langchain_app.domain.errors import UnderstandingFailed
from langchain_app.encoder.encoder import session_options

_AGAIN = "Install the platform again: the file is part of it."


def meta_of(file: Traversable, format_: int) -> dict[str, Any]:
    """Return what the model's JSON file says; raises UnderstandingFailed where it is of another
    format."""
    try:
        meta: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnderstandingFailed(f"{file} cannot be read: {error}", _AGAIN) from error
    if meta.get("format") != format_:
        told = f"{file} has format {meta.get('format')}, this version reads {format_}"
        raise UnderstandingFailed(told, _AGAIN)
    return meta


def checked(file: Traversable, sha256: str) -> bytes:
    """Return the file's bytes; raises UnderstandingFailed where they are not those that were made."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UnderstandingFailed(f"{file} cannot be read: {error}", _AGAIN) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise UnderstandingFailed(f"{file} is truncated or of another version", _AGAIN)
    return content


def opened(graph: bytes) -> ort.InferenceSession:
    """Return a session of one thread; raises UnderstandingFailed."""
    try:
        return ort.InferenceSession(graph, session_options(), providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime's own errors share no base
        raise UnderstandingFailed(f"the model cannot be opened: {error}", _AGAIN) from error
