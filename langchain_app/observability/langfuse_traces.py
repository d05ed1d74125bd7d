"""Deletes traces at Langfuse."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_app.domain.errors import TracesNotErased
from langchain_app.observability.tracing import LangfuseKeys

AT_ONCE = 100
SECONDS = 15.0


async def delete_traces(keys: LangfuseKeys, traces: Sequence[str]) -> int:
    """Ask Langfuse to delete traces and return how many; raises TracesNotErased.

    The server deletes them in its own time: that it took the request is what can be known here.
    """
    import httpx

    try:
        async with httpx.AsyncClient(
            base_url=keys.base_url, auth=(keys.public_key, keys.secret_key), timeout=SECONDS
        ) as client:
            for start in range(0, len(traces), AT_ONCE):
                body = {"traceIds": list(traces[start : start + AT_ONCE])}
                response = await client.request("DELETE", "/api/public/traces", json=body)
                response.raise_for_status()
    except httpx.HTTPError as error:
        raise TracesNotErased(keys.base_url, str(error) or type(error).__name__) from error
    return len(traces)
