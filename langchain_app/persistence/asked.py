"""What a turn was asked with, kept so that it can be played again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from langchain_app.domain.text import without_nul
from langchain_app.domain.turn import TurnRecord


def asked(record: TurnRecord) -> str:
    """Return, as JSON that Postgres takes, what a turn was asked with and what it was played on.

    `seen` and `clock` are the turns settled and the game time when the scene was read; where others
    were settled meanwhile, the words were made for what was seen.
    """
    request, scene = record.request, record.scene
    seen, clock = scene.first_read or (scene.seq, scene.game_time)
    kept = {
        "language": request.language,
        "game_time": request.game_time,
        "authoritative": request.authoritative,
        "world": scene.world_version,
        "seen": seen,
        "clock": clock,
    }
    text = json.dumps(kept)
    if not request.game_state:
        return text
    return f'{text[:-1]}, "game_state": {_storable(request.game_state)}}}'


def _storable(value: Mapping[str, Any]) -> str:
    """Return JSON without what no jsonb holds (NUL, half characters, NaN); null where too deep."""
    try:
        text = json.dumps(value, ensure_ascii=False)
        if "NaN" in text or "Infinity" in text:
            text = json.dumps(json.loads(text, parse_constant=lambda _: None), ensure_ascii=False)
    except RecursionError:
        return "null"
    return without_nul(text).encode("utf-8", "ignore").decode()
