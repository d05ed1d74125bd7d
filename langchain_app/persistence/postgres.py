"""The connection pool: opened late, wrapped errors, one retry on a broken connection."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import orjson
import psycopg
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from langchain_app.domain.errors import DatabaseNotStarted, DatabaseUnavailable
from langchain_app.persistence.embedded import start_embedded_postgres
from langchain_app.persistence.migrate import migrate

T = TypeVar("T")
Connection = AsyncConnection[DictRow]
Work = Callable[[Connection], Awaitable[T]]

CONNECT_S = 5.0
POOL_SIZE = 10


class Postgres:
    """A pool over an external server (`url`) or over the embedded one in `folder`."""

    def __init__(self, url: str | None, folder: Path) -> None:
        self._url = url
        self._folder = folder
        self._pool: AsyncConnectionPool[Connection] | None = None
        self._reviving = asyncio.Lock()
        self.conninfo = ""

    @property
    def kind(self) -> str:
        """Which server this is, for people."""
        return "PostgreSQL" if self._url else "embedded PostgreSQL"

    async def open(self) -> None:
        """Connect and bring the schema up to date; raises DatabaseNotStarted."""
        embedded = self._url is None
        self.conninfo = (
            await asyncio.to_thread(start_embedded_postgres, self._folder)
            if embedded
            else str(self._url)
        )
        try:
            await asyncio.to_thread(migrate, self.conninfo)
        except psycopg.Error as error:
            hint = "Nothing was started. Check POSTGRES_URL, or `dramatis doctor`."
            raise DatabaseNotStarted(_reason(error), hint) from error
        self._pool = AsyncConnectionPool(
            self.conninfo,
            min_size=1,
            max_size=POOL_SIZE,
            timeout=CONNECT_S,
            kwargs={
                "autocommit": True,  # a single read needs no BEGIN and no COMMIT
                "row_factory": dict_row,
                "connect_timeout": int(CONNECT_S),
            },
            open=False,
            reconnect_timeout=CONNECT_S,
        )
        await self._pool.open()

    async def close(self) -> None:
        """Give every connection back."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    async def transaction(self, work: Work[T]) -> T:
        """Run `work` in one transaction and return what it returns.

        Statements go out without waiting for one another's answers (the pipeline mode of libpq). A
        connection that turns out broken is replaced and the work done once more: every piece of work
        here may be repeated.
        Raises DatabaseUnavailable.
        """

        async def whole(connection: Connection) -> T:
            async with connection.pipeline(), connection.transaction():
                return await work(connection)

        return await self.statement(whole)

    async def statement(self, work: Work[T]) -> T:
        """Run `work`, a single statement, which is its own transaction.

        Raises DatabaseUnavailable; a broken connection is replaced as in `transaction`.
        """
        try:
            return await self._once(work)
        except (psycopg.OperationalError, PoolTimeout):
            pass
        try:
            await self._revive()
            return await self._once(work)
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise DatabaseUnavailable(_reason(error)) from error

    async def version(self) -> str:
        """Return the server's version; raises DatabaseUnavailable."""

        async def ask(connection: Connection) -> str:
            cursor = await connection.execute("show server_version")
            row = await cursor.fetchone()
            return str(row["server_version"]) if row else "unknown"

        return await self.statement(ask)

    async def _once(self, work: Work[T]) -> T:
        if self._pool is None:
            raise DatabaseUnavailable("the pool is closed")
        async with self._pool.connection() as connection:
            return await work(connection)

    async def _revive(self) -> None:
        """Start an embedded server that died, and drop the pool's dead connections."""
        async with self._reviving:
            if self._url is None:
                try:
                    await asyncio.to_thread(start_embedded_postgres, self._folder)
                except DatabaseNotStarted as error:
                    raise DatabaseUnavailable(error.detail) from error
            if self._pool is not None:
                await self._pool.check()


def vector_literal(vector: Sequence[float]) -> str:
    """Return pgvector's text form of a vector; an empty one is [0].

    The digits are float32's shortest, all that pgvector keeps (measured: 14 us for 384 dimensions,
    187 us by json and round).
    """
    array = np.asarray(vector if len(vector) else (0.0,), dtype=np.float32)
    return orjson.dumps(array, option=orjson.OPT_SERIALIZE_NUMPY).decode()


def _reason(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
