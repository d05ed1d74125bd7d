"""Why a turn changed what it changed, read back."""

from __future__ import annotations

from psycopg.rows import DictRow

from langchain_app.domain.story.ledger import LedgerEntry
from langchain_app.persistence.postgres import Connection, Postgres


class PostgresLedger:
    """The ledger in Postgres."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def of_turn(self, turn_id: str) -> tuple[LedgerEntry, ...]:
        """Return a turn's entries as they were written; raises DatabaseUnavailable."""

        async def read(connection: Connection) -> list[DictRow]:
            cursor = await connection.execute(
                "select kind, name, amount, source, reason, evidence from ledger "
                "where turn_id = %s order by id",
                (turn_id,),
            )
            return await cursor.fetchall()

        return tuple(LedgerEntry(**row) for row in await self._postgres.statement(read))
