"""Memories in Postgres, recalled by words and by meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from psycopg.rows import DictRow

from langchain_app.domain.memory import Memory, Recollection, coverage, recall
from langchain_app.domain.ports import Listener
from langchain_app.domain.turn import Scene, Utterance
from langchain_app.persistence.postgres import Connection, Postgres, vector_literal

CANDIDATES = 16
LIMIT = 3

_RECALL = """
with mine as materialized (
    select turn_id, session_id, seq, player_said, npc_said, tokens, importance, vector
    from memories where timeline_id = %(timeline)s and npc_id = %(npc)s
    order by seq desc limit 2000),
rated as (
    select *, case when vector_dims(vector) = %(dims)s then 1 - (vector <=> %(vector)s::vector)
              else 0 end as similarity,
           (select count(*) from unnest(tokens) token where token = any(%(tokens)s)) as shared
    from mine)
select turn_id, session_id, seq, player_said, npc_said, tokens, importance, similarity, shared
from rated where shared > 0 or similarity > 0.35
order by shared desc, similarity desc, seq desc limit %(candidates)s
"""


class PostgresMemoryBook:
    """The MemoryBook port over Postgres.

    Only this timeline's memories of this NPC are looked at. `weights` say how far to trust embeddings
    in a language: the fusion weights of lore, learnt without labels.
    """

    def __init__(
        self, postgres: Postgres, listener: Listener, weights: Mapping[str, float]
    ) -> None:
        self._postgres = postgres
        self._listener = listener
        self._weights = weights

    async def recall(
        self, scene: Scene, utterance: Utterance, vector: Sequence[float]
    ) -> tuple[Recollection, ...]:
        """Return what comes to mind, best first; raises DatabaseUnavailable."""
        tokens = self._listener.tokens(utterance.text, utterance.language)
        if not tokens or not scene.seq:
            return ()
        rows = await self._rows(scene, tokens, vector)
        # With no statistics of what this player usually says, longer words tell more than short ones.
        rarity = {token: min(3.0, len(token.encode()) / 3) for token in tokens}
        memories = (
            Memory(
                turn_id=row["turn_id"],
                session_id=row["session_id"],
                player=row["player_said"],
                npc=row["npc_said"],
                tokens=frozenset(row["tokens"]),
                similarity=float(row["similarity"]),
                age=scene.seq - row["seq"],
                importance=float(row["importance"]),
                rarity=coverage(tokens, frozenset(row["tokens"]), rarity),
            )
            for row in rows
        )
        weight = self._weights.get(utterance.language, 0.0)
        return recall(memories, dense_weight=weight, limit=LIMIT)

    async def _rows(
        self, scene: Scene, tokens: Sequence[str], vector: Sequence[float]
    ) -> list[DictRow]:
        values = {
            "timeline": scene.timeline_id,
            "npc": scene.npc.id,
            "dims": len(vector),
            "vector": vector_literal(vector),
            "tokens": list(tokens),
            "candidates": CANDIDATES,
        }

        async def read(connection: Connection) -> list[DictRow]:
            cursor = await connection.execute(_RECALL, values)
            return await cursor.fetchall()

        return await self._postgres.statement(read)
