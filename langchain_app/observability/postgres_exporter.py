"""Exports finished observations to our own table, from the exporter's thread."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import psycopg
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import format_span_id, format_trace_id

_INSERT = """
insert into observations (span_id, trace_id, parent_span_id, turn_id, name, type, started_at, ms,
                          level, status_message, input, output, metadata)
select span_id, trace_id, parent_span_id, turn_id, name, type, started_at, ms,
       level, status_message, input, output, metadata
from jsonb_populate_recordset(null::observations, %s::jsonb)
on conflict (span_id) do nothing
"""
_OBSERVATION = "langfuse.observation."
_SHOWN_ELSEWHERE = ("type", "input", "output", "level", "status_message")


def postgres_processor(conninfo: str) -> BatchSpanProcessor:
    """Return a processor that batches spans into Postgres about twice a second."""
    return BatchSpanProcessor(
        PostgresSpanExporter(conninfo), schedule_delay_millis=500, max_queue_size=8192
    )


class PostgresSpanExporter(SpanExporter):
    """Writes spans with one statement a batch; reconnects when the connection was lost."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._connection: psycopg.Connection | None = None
        self._lock = threading.Lock()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Write a batch; on failure it is tried once more over a new connection."""
        rows = [_row(span) for span in spans]
        with self._lock:
            for _ in range(2):
                try:
                    self._write(rows)
                    return SpanExportResult.SUCCESS
                except psycopg.Error:
                    self._disconnect()
        return SpanExportResult.FAILURE

    def shutdown(self) -> None:
        """Close the connection."""
        with self._lock:
            self._disconnect()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Do nothing: every export is written at once."""
        return True

    def _write(self, rows: Sequence[dict[str, Any]]) -> None:
        if self._connection is None:
            self._connection = psycopg.connect(self._conninfo, connect_timeout=3)
        with self._connection.transaction():
            self._connection.execute(_INSERT, (orjson.dumps(rows).decode(),))

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _row(span: ReadableSpan) -> dict[str, Any]:
    attributes = dict(span.attributes or {})
    turn_id = attributes.pop("dramatis.turn_id", "")
    own = {
        key.removeprefix(_OBSERVATION): value
        for key, value in attributes.items()
        if key.startswith(_OBSERVATION)
    }
    started, ended = span.start_time or 0, span.end_time or 0
    context = span.get_span_context()
    return {
        "span_id": format_span_id(context.span_id) if context else "",
        "trace_id": format_trace_id(context.trace_id) if context else "",
        "parent_span_id": format_span_id(span.parent.span_id) if span.parent else None,
        "turn_id": turn_id,
        "name": span.name,
        "type": own.get("type", "span"),
        "started_at": datetime.fromtimestamp(started / 1e9, UTC),
        "ms": (ended - started) / 1e6,
        "level": own.get("level", "DEFAULT"),
        "status_message": own.get("status_message", ""),
        "input": _json(own.get("input")),
        "output": _json(own.get("output")),
        "metadata": {key: value for key, value in own.items() if key not in _SHOWN_ELSEWHERE},
    }


def _json(rendered: Any) -> orjson.Fragment | None:
    """Put an attribute that is JSON already into a row as it is."""
    return None if rendered is None else orjson.Fragment(str(rendered))
