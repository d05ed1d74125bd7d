"""Reads a turn's observations back."""

from __future__ import annotations

from typing import Any

from psycopg.rows import dict_row

from langchain_app.domain.errors import DatabaseUnavailable, UnknownTurn

_READ = """
select span_id, parent_span_id, trace_id, name, type, started_at, ms, level, status_message,
       input, output, metadata,
       extract(epoch from started_at - min(started_at) over ()) * 1000 as at_ms
from observations where turn_id = %s order by started_at, ms desc
"""


def read_waterfall(conninfo: str, turn_id: str) -> list[dict[str, Any]]:
    """Return the observations of a turn in order of their start, each with its offset `at_ms`.

    Raises UnknownTurn where none were kept, and DatabaseUnavailable.
    """
    import psycopg

    try:
        with psycopg.connect(conninfo, row_factory=dict_row, connect_timeout=5) as connection:
            rows = connection.execute(_READ, (turn_id,)).fetchall()
    except psycopg.errors.UndefinedTable:  # nothing was ever played here
        raise UnknownTurn(turn_id) from None
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(str(error).strip()) from error
    if not rows:
        raise UnknownTurn(turn_id)
    return rows
