"""Files of strangers: read whole within limits, and JSON that is no trap."""

from __future__ import annotations

import base64
import binascii
import json
from pathlib import Path
from typing import Any

from langchain_app.domain.errors import CardInvalid

MAX_FILE_BYTES = 64 * 1024 * 1024
"""A card with its pictures; larger ones carry films, which no NPC needs."""
MAX_JSON_BYTES = 16 * 1024 * 1024
"""A card whose pictures stand in it as data: URIs."""
MAX_DEPTH = 64
"""How deep JSON may nest: ten times what any card does, far below what Python's own stack bears."""

Json = dict[str, Any]


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes; raises CardInvalid where it is no plain file or too large."""
    try:
        if not path.is_file():  # reading a pipe would wait for ever
            raise CardInvalid(path.name, "there is no such file")
        if (size := path.stat().st_size) > MAX_FILE_BYTES:
            raise CardInvalid(path.name, f"{size} bytes; at most {MAX_FILE_BYTES} are read")
        return path.read_bytes()
    except OSError as error:
        raise CardInvalid(path.name, f"cannot be read: {error.strerror}") from None


def parse_json(data: bytes, where: str) -> Json:
    """Return the object that `data` holds; raises CardInvalid."""
    return as_object(parse_value(data, where), where)


def as_object(found: Any, where: str) -> Json:
    """Return `found` if it is an object; raises CardInvalid."""
    if not isinstance(found, dict):
        raise CardInvalid(where, "the JSON is no object")
    return found


def parse_value(data: bytes, where: str) -> Any:
    """Return what `data` holds; raises CardInvalid."""
    if len(data) > MAX_JSON_BYTES:
        raise CardInvalid(where, f"{len(data)} bytes of JSON; at most {MAX_JSON_BYTES} are read")
    try:
        found = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise CardInvalid(where, "not UTF-8") from None
    except RecursionError:
        raise CardInvalid(where, "the JSON is nested too deeply") from None
    except ValueError as error:
        raise CardInvalid(where, f"not JSON: {error}") from None
    if _depth(found) > MAX_DEPTH:
        raise CardInvalid(where, "the JSON is nested too deeply")
    return found


def json_bytes(value: object) -> bytes:
    """Return JSON as it is stored: readable, and halves of surrogate pairs escaped as they came."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    try:
        return f"{text}\n".encode()
    except UnicodeEncodeError:
        return json.dumps(value, indent=1).encode() + b"\n"


def decoded_base64(text: bytes, where: str) -> bytes:
    """Return what base64 holds, blanks and missing padding forgiven; raises CardInvalid."""
    packed = b"".join(text.split())
    try:
        return base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
    except binascii.Error:
        raise CardInvalid(where, "broken base64") from None


def _depth(value: object) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        inner, depth = waiting.pop()
        deepest = max(deepest, depth)
        if depth > MAX_DEPTH:
            break
        children = inner.values() if isinstance(inner, dict) else inner
        if isinstance(inner, dict | list):
            waiting += [(child, depth + 1) for child in children]  # type: ignore[attr-defined]
    return deepest


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number")
