"""Milvus, the store of record for knowledge.

Milvus Lite (a directory) belongs to one process at a time, so it is opened to ingest or to read a
snapshot, and let go at once: a terminal chat can then run beside a server. A server at `http://...`
is reached over one connection that lasts until `close`.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from langchain_app.domain.errors import KnowledgeStoreUnavailable
from langchain_app.retrieval.knowledge import Knowledge
from langchain_app.retrieval.milvus_lock import wait_for_lock
from langchain_app.retrieval.milvus_rows import (
    EXAMPLE,
    FORMAT,
    GATE,
    META,
    SCALARS,
    VOCABULARY,
    examples_from,
    knowledge_from,
    rows_of,
)
from langchain_app.retrieval.token_vectors import Floats

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
        self._connection: Any = None
        self._connecting = threading.Lock()

    @property
    def is_lite(self) -> bool:
        """Whether this is Milvus Lite, a directory on this machine."""
        return not self.uri.startswith(("http://", "https://", "tcp://", "unix:"))

    def close(self) -> None:
        """Let a server's connection go."""
        with self._connecting:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def describe(self) -> str:
        """Return which store this is and its version; raises KnowledgeStoreUnavailable."""
        with self.client() as client:
            version = client.get_server_version()
        return f"Milvus {'Lite ' if self.is_lite else ''}{version}"

    def current_version(self, world: str) -> str | None:
        """Return the version that the world's alias names, or None.

        Raises KnowledgeStoreUnavailable and KnowledgeStoreLocked.
        """
        with self.client() as client:
            target = self._alias_target(client, world)
        return target.rpartition("_v_")[2] if target else None

    def announced_version(self, world: str) -> str | None:
        """Return the version that was switched to last, cheaply enough to ask every few seconds.

        Milvus Lite is not opened for it: whoever writes leaves the version in a file beside it. None
        where nothing tells. Raises KnowledgeStoreUnavailable.
        """
        if not self.is_lite:
            return self.current_version(world)
        try:
            return self._stamp(world).read_text("utf-8").strip() or None
        except OSError:
            return None

    def meta(self, world: str) -> dict[str, Any] | None:
        """Return what the current version tells of itself, None where there is none in today's format.

        Raises KnowledgeStoreUnavailable and KnowledgeStoreLocked.
        """
        with self.client() as client:
            target = self._alias_target(client, world)
            return self._meta(client, target) if target else None

    def read(self, world: str) -> Knowledge | None:
        """Read the current version whole, or None where there is none in today's format.

        Raises KnowledgeStoreUnavailable and KnowledgeStoreLocked.
        """
        with self.client() as client:
            target = self._alias_target(client, world)
            meta = self._meta(client, target) if target else None
            if target is None or meta is None:
                return None
            rows = self._rows(client, target, f'kind not in ["{META}", "{GATE}", "{VOCABULARY}"]')
        return knowledge_from(world, meta, rows)

    def read_statistics(
        self, world: str, version: str
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Floats]]:
        """Return the rows of a version's gates and vocabularies, and its trigger examples.

        Raises KnowledgeStoreUnavailable and KnowledgeStoreLocked.
        """
        with self.client() as client:
            name = collection_of(world, version)
            gates = self._rows(client, name, f'kind == "{GATE}"')
            vocabulary = self._rows(client, name, f'kind == "{VOCABULARY}"')
            examples = self._rows(client, name, f'kind == "{EXAMPLE}"')
        return gates, vocabulary, examples_from(examples)

    def write(self, knowledge: Knowledge) -> None:
        """Write a new version beside the old one, switch the alias, then drop what is older.

        Readers see the old version or the new one whole, never a mixture. A version that stands there
        whole, the one before the current, is switched to and not written again.
        Raises KnowledgeStoreUnavailable and KnowledgeStoreLocked.
        """
        name = collection_of(knowledge.world, knowledge.version)
        with self.client() as client:
            if not self._is_whole(client, name):
                if client.has_collection(name):  # left behind by an ingest that was cut short
                    self._drop(client, knowledge.world, name)
                self._create(client, name, knowledge.stored[0].vectors.shape[1])
                rows = rows_of(knowledge)
                while batch := list(islice(rows, INSERT_BATCH)):
                    client.insert(name, batch)
                client.flush(name)  # unflushed rows make every search a scan of the write log
                if not self._is_whole(client, name):
                    raise KnowledgeStoreUnavailable(self.uri, f"rows of {name} are missing")
            self._switch(client, knowledge.world, name)
            if self.is_lite:
                _replace(self._stamp(knowledge.world), knowledge.version)

    def _create(self, client: Any, name: str, dimension: int) -> None:
        from pymilvus import DataType

        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        for field, length in SCALARS:
            schema.add_field(
                field,
                DataType.VARCHAR,
                max_length=length,
                is_primary=field == "key",
                is_partition_key=field == "language",  # a search is of one language: half the rows
            )
        schema.add_field("gate_number", DataType.INT64)
        schema.add_field("importance", DataType.DOUBLE)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
        schema.add_field("lexical", DataType.SPARSE_FLOAT_VECTOR)
        index = client.prepare_index_params()
        index.add_index("vector", index_type="FLAT", metric_type="IP")
        index.add_index("lexical", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
        index.add_index("gate_number", index_type="INVERTED")
        client.create_collection(name, schema=schema)
        client.create_index(name, index, sync=False)  # waiting for an empty one takes half a second

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

    def _meta(self, client: Any, name: str) -> dict[str, Any] | None:
        client.load_collection(name)  # whoever opens Milvus Lite finds every collection released
        rows = client.query(name, filter=f'key == "{META}"', output_fields=["text"])
        found: dict[str, Any] | None = json.loads(rows[0]["text"]) if rows else None
        return found if found is not None and found.get("format") == FORMAT else None

    def _is_whole(self, client: Any, name: str) -> bool:
        """Tell whether every row of the version can be read, by whoever reads next."""
        if not client.has_collection(name) or (meta := self._meta(client, name)) is None:
            return False
        # Strong once, here: a replica that has seen the last row serves all later searches of it.
        counted = client.query(name, output_fields=["count(*)"], consistency_level="Strong")
        return bool(counted[0]["count(*)"] == meta["rows"])

    def _rows(self, client: Any, name: str, where: str) -> list[dict[str, Any]]:
        fields = [field for field, _ in SCALARS] + ["gate_number", "importance", "vector"]
        iterator = client.query_iterator(name, filter=where, output_fields=fields, batch_size=1000)
        rows: list[dict[str, Any]] = []
        try:
            while batch := iterator.next():
                rows += batch
        finally:
            iterator.close()
        return rows

    @contextmanager
    def client(self) -> Iterator[Any]:
        """Lend a client; raises KnowledgeStoreUnavailable for whatever goes wrong with it."""
        from pymilvus.exceptions import MilvusException

        try:
            with self._opened() as client:
                yield client
        except (MilvusException, OSError, ValueError) as error:
            raise self._unavailable(error) from error

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        from pymilvus import MilvusClient

        # Importing it set its own level; what it logs, stack trace and all, becomes our errors.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        if not self.is_lite:
            with self._connecting:
                if self._connection is None:
                    self._connection = MilvusClient(uri=self.uri, token=self._token, timeout=10)
            yield self._connection
            return
        wait_for_lock(Path(self.uri), self._lock_wait_s)
        client = MilvusClient(uri=self.uri, token=self._token, timeout=10)
        try:
            yield client
        finally:
            from milvus_lite.server_manager import server_manager_instance

            client.close()
            server_manager_instance.release_server(self.uri)  # close() alone keeps the lock

    def _stamp(self, world: str) -> Path:
        folder = Path(self.uri)
        return folder.with_name(f"{folder.name}.{_alias(world)}")

    def _unavailable(self, error: Exception) -> KnowledgeStoreUnavailable:
        reason = getattr(error, "message", "") or str(error) or type(error).__name__
        return KnowledgeStoreUnavailable(self.uri, reason)


def _replace(path: Path, text: str) -> None:
    new = path.with_name(f"{path.name}.{os.getpid()}")
    new.write_text(text, "utf-8")
    new.replace(path)


def _alias(world: str) -> str:
    return "lore_" + "".join(c if c.isalnum() and c.isascii() else "_" for c in world)


def collection_of(world: str, version: str) -> str:
    """Return the name of the collection that holds a version."""
    return f"{_alias(world)}_v_{version}"
