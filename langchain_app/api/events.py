"""A turn's events as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import orjson

from langchain_app.domain.turn import TurnEvent

HEARTBEAT_S = 15.0
"""Proxies close what is silent for longer; a comment line keeps the stream open."""


async def as_sse(first: TurnEvent, rest: AsyncIterator[TurnEvent]) -> AsyncGenerator[bytes, None]:
    """Render events as SSE, with a comment line as heartbeat while nothing happens."""
    yield _rendered(first)
    pending = asyncio.ensure_future(anext(rest, None))
    try:
        while True:
            done, _ = await asyncio.wait({pending}, timeout=HEARTBEAT_S)
            if not done:
                yield b": still thinking\n\n"
                continue
            event = pending.result()
            if event is None:
                return
            yield _rendered(event)
            pending = asyncio.ensure_future(anext(rest, None))
    finally:
        pending.cancel()
        # Not gather(): a client that hangs up has this task cancelled at every step until it ends,
        # and gather() would hand each of them on to the turn, in the middle of its closing.
        await asyncio.wait({pending})
        close = getattr(rest, "aclose", None)
        if close is not None:
            await close()


def _rendered(event: TurnEvent) -> bytes:
    data = orjson.dumps({"type": event.type, "seq": event.seq, **event.data})
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.seq, event.type.encode(), data)
