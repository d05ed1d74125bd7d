"""Bring the schema up to date."""

from __future__ import annotations

from pathlib import Path

import psycopg

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0005"
"""The newest migration; compared before alembic is imported, which costs a third of a second."""

_LOCK = 0x6472616D  # "dram": one process migrates, the others wait


def migrate(conninfo: str) -> None:
    """Upgrade the schema to HEAD; several processes may call it at once. Raises psycopg.Error."""
    with psycopg.connect(conninfo, autocommit=True, connect_timeout=5) as connection:
        if _version(connection) == HEAD:
            return
        connection.execute("select pg_advisory_lock(%s)", (_LOCK,))
        try:
            if _version(connection) != HEAD:
                _upgrade(conninfo)
        finally:
            connection.execute("select pg_advisory_unlock(%s)", (_LOCK,))


def _version(connection: psycopg.Connection) -> str | None:
    row = connection.execute("select to_regclass('alembic_version')").fetchone()
    if row is None or row[0] is None:
        return None
    found = connection.execute("select version_num from alembic_version").fetchone()
    return str(found[0]) if found else None


def _upgrade(conninfo: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["conninfo"] = conninfo
    command.upgrade(config, "head")
