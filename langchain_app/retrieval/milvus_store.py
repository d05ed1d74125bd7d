"""Milvus, the store of record for knowledge.

Milvus Lite (a directory) belongs to one process at a time, so it is opened to ingest or to read a
snapshot, and let go at once: a terminal chat can then run beside a server. A server at `http://...`
is reached the same way.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from langchain_app.domain.errors import KnowledgeStoreLocked, KnowledgeStoreUnavailable
from langchain_app.retrieval.knowledge import Knowledge
from langchain_app.retrieval.milvus_rows import FORMAT, META, SCALARS, knowledge_from, rows_of

INSERT_BATCH = 500
LOCK_WAIT_S = 10.0

logging.getLogger("milvus_lite").setLevel(logging.CRITICAL)  # its tracebacks become our errors

# gRPC's fork handlers crash a process that is forked while gRPC works: one start in twelve of an
# embedded PostgreSQL beside the reading of a snapshot. Nobody here forks without exec.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")


class MilvusStore:
    """Versioned collections, one a world and version, and an alias that names the current one."""

    def __init__(self, uri: str, token: str = "", lock_wait_s: float = LOCK_WAIT_S) -> None:
        self.uri = uri
        self._token = token
        self._lock_wait_s = lock_wait_s

    @property
    def is_lite(self) -> bool:
        """Whether this is Milvus Lite, a directory on this machine."""
        return not self.uri.startswith(("http://", "https://", "tcp://", "unix:"))

    def describe(self) -> str:
        """Return which store this is and its version; raises KnowledgeStoreUnavailable."""
        with self._client() as client:
            version = client.get_server_version()
        return f"Milvus {'Lite ' if self.is_lite else ''}{version}"

    def current_version(self, world: str) -> str | None:
        """Return the version that the world's alias names, or None.

        Raises KnowledgeStoreUnavailable and KnowledgeStoreLocked.
        """
        with self._client() as client:
            meta = self._meta(client, world)
        return str(meta["version"]) if meta else None

    def read(self, world: str) -> Knowledge | None:
        """Read the current version whole, or None where there is none in today's format.

        Raises KnowledgeStoreUnavailable and KnowledgeStoreLocked.
        """
        with self._client() as client:
            meta = self._meta(client, world)
            if meta is None or meta.get("format") != FORMAT:
                return None
            rows = self._rows(client, world)
        return knowledge_from(world, meta, rows)

    def write(self, knowledge: Knowledge) -> None:
        """Write a new version beside the old one, switch the alias, then drop what is older.

        Readers see the old version or the new one whole, never a mixture.
        Raises KnowledgeStoreUnavailable and KnowledgeStoreLocked.
        """
        name = _collection(knowledge.world, knowledge.version)
        dimension = knowledge.stored[0].vectors.shape[1]
        with self._client() as client:
            if client.has_collection(name):  # left behind by an ingest that was cut short
                self._drop(client, knowledge.world, name)
            self._create(client, name, dimension)
            rows = list(rows_of(knowledge))
            for start in range(0, len(rows), INSERT_BATCH):
                client.insert(name, rows[start : start + INSERT_BATCH])
            client.flush(name)  # unflushed rows make every search a scan of the write log
            self._switch(client, knowledge.world, name)

    def _create(self, client: Any, name: str, dimension: int) -> None:
        from pymilvus import DataType

        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        for field, length in SCALARS:
            schema.add_field(field, DataType.VARCHAR, max_length=length, is_primary=field == "key")
        schema.add_field("trust", DataType.FLOAT)
        schema.add_field("importance", DataType.FLOAT)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
        index = client.prepare_index_params()
        index.add_index("vector", index_type="FLAT", metric_type="IP")
        client.create_collection(name, schema=schema, index_params=index)

    def _switch(self, client: Any, world: str, name: str) -> None:
        previous = self._alias_target(client, world)
        if previous is None:
            client.create_alias(name, _alias(world))
        else:
            client.alter_alias(name, _alias(world))
        for other in client.list_collections():
            if other.startswith(f"{_alias(world)}_v_") and other not in (name, previous):
                client.drop_collection(other)

    def _drop(self, client: Any, world: str, name: str) -> None:
        if self._alias_target(client, world) == name:
            client.drop_alias(_alias(world))
        client.drop_collection(name)

    def _alias_target(self, client: Any, world: str) -> str | None:
        from pymilvus.exceptions import MilvusException

        try:
            return str(client.describe_alias(_alias(world))["collection_name"])
        except MilvusException:
            return None

    def _meta(self, client: Any, world: str) -> dict[str, Any] | None:
        target = self._alias_target(client, world)
        if target is None:
            return None
        client.load_collection(target)  # whoever opens Milvus Lite finds every collection released
        rows = client.query(target, filter=f'key == "{META}"', output_fields=["text"])
        found: dict[str, Any] | None = json.loads(rows[0]["text"]) if rows else None
        return found

    def _rows(self, client: Any, world: str) -> list[dict[str, Any]]:
        fields = [field for field, _ in SCALARS] + ["trust", "importance", "vector"]
        iterator = client.query_iterator(
            _alias(world), filter=f'kind != "{META}"', output_fields=fields, batch_size=1000
        )
        rows: list[dict[str, Any]] = []
        try:
            while batch := iterator.next():
                rows += batch
        finally:
            iterator.close()
        return rows

    @contextmanager
    def _client(self) -> Iterator[Any]:
        from pymilvus import MilvusClient
        from pymilvus.exceptions import MilvusException

        # Importing it set its own level; what it logs, stack trace and all, becomes our errors.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        try:
            if self.is_lite:
                self._wait_for_lock()
            client = MilvusClient(uri=self.uri, token=self._token, timeout=10)
        except (MilvusException, OSError, ValueError) as error:
            raise self._unavailable(error) from error
        try:
            yield client
        except MilvusException as error:
            raise self._unavailable(error) from error
        finally:
            client.close()
            if self.is_lite:
                from milvus_lite.server_manager import server_manager_instance

                server_manager_instance.release_server(self.uri)  # close() alone keeps the lock

    def _unavailable(self, error: Exception) -> KnowledgeStoreUnavailable:
        reason = getattr(error, "message", "") or str(error) or type(error).__name__
        return KnowledgeStoreUnavailable(self.uri, reason)

    def _wait_for_lock(self) -> None:
        """Wait until no other process has the directory; raises KnowledgeStoreLocked."""
        folder = Path(self.uri)
        folder.parent.mkdir(parents=True, exist_ok=True)
        if not (folder / "LOCK").exists():
            return
        give_up = time.monotonic() + self._lock_wait_s
        while not _lock_is_free(folder / "LOCK"):
            if time.monotonic() > give_up:
                raise KnowledgeStoreLocked(self.uri)
            time.sleep(0.05)


def _lock_is_free(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _alias(world: str) -> str:
    return "lore_" + "".join(c if c.isalnum() and c.isascii() else "_" for c in world)


def _collection(world: str, version: str) -> str:
    return f"{_alias(world)}_v_{version}"
