"""The store of knowledge on a real Milvus Lite: versions, aliases, gates as they were written."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from langchain_app.domain.errors import KnowledgeStoreUnavailable
from langchain_app.domain.lore.lore import Chunk, Gate
from langchain_app.retrieval.knowledge import Knowledge, StoredChunk
from langchain_app.retrieval.milvus_rows import rows_of
from langchain_app.retrieval.milvus_store import MilvusStore
from langchain_app.retrieval.token_vectors import DIMENSIONS, WordVectors

GENERATOR = np.random.default_rng(7)


def stored(name: str, gate: Gate, language: str = "en", dimension: int = 8) -> StoredChunk:
    vectors = GENERATOR.normal(size=(3, dimension)).astype(np.float32)
    words = GENERATOR.integers(-127, 128, size=(5, DIMENSIONS)).astype(np.int8)
    chunk = Chunk(
        id=name,
        language=language,  # type: ignore[arg-type]
        kind="lore",
        title=f'The "{name}"',
        text=f"A text about {name}, with ' and \" and 조개전.",
        gate=gate,
        importance=0.35,
        aliases=("one, two", "셋"),
        asked=("what is it?", "뭐예요?"),
    )
    segments = (("a", "title"), ("text", name), (), ("what",), ("#뭐예",))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return StoredChunk(chunk, segments, vectors, WordVectors(words, (2, 3, 0)))


def knowledge(version: str, *chunks: StoredChunk) -> Knowledge:
    return Knowledge("small", version, "a-model", {"en": 0.25, "ko": 0.0}, chunks)


GATES = [
    Gate(audience=("public",)),
    Gate(audience=("npc:maren", "faction:wardens"), after="bell.rung", trust=0.2),
    Gate(audience=("npc:isaura",), trust=-0.3),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> MilvusStore:
    return MilvusStore(str(tmp_path_factory.mktemp("milvus") / "knowledge.db"))


def test_a_world_that_was_never_ingested_has_no_version(store: MilvusStore) -> None:
    assert store.current_version("nowhere") is None
    assert store.read("nowhere") is None


def test_what_is_read_is_what_was_written(store: MilvusStore) -> None:
    written = knowledge(
        "v1",
        *(stored(f"chunk{n}", gate, lang) for n, gate in enumerate(GATES) for lang in ("en", "ko")),
    )
    store.write(written)
    read = store.read("small")
    assert read is not None
    assert (read.version, read.model, read.weights) == ("v1", "a-model", {"en": 0.25, "ko": 0.0})
    assert store.current_version("small") == "v1"
    theirs = {entry.chunk.key: entry for entry in read.stored}
    assert theirs.keys() == {entry.chunk.key for entry in written.stored}
    for entry in written.stored:
        found = theirs[entry.chunk.key]
        assert found.chunk == entry.chunk  # 0.2 of trust is still 0.2
        assert found.segments == entry.segments
        assert np.array_equal(found.vectors, entry.vectors)
        assert found.words is not None
        assert np.array_equal(found.words.matrix, entry.words.matrix)
        assert found.words.counts == (2, 3, 0)


def test_a_new_version_takes_the_place_of_the_old_one_whole(store: MilvusStore) -> None:
    for version in ("v2", "v3", "v4"):
        store.write(knowledge(version, stored(f"only-{version}", GATES[0])))
        read = store.read("small")
        assert read is not None
        assert [entry.chunk.id for entry in read.stored] == [f"only-{version}"]
    with store.client() as client:
        kept = [name for name in client.list_collections() if name.startswith("lore_small_v_")]
    assert sorted(kept) == ["lore_small_v_v3", "lore_small_v_v4"]  # the one before, for its readers


def test_an_ingest_that_was_cut_short_is_begun_anew(store: MilvusStore, monkeypatch) -> None:
    def cut(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr("langchain_app.retrieval.milvus_store.INSERT_BATCH", 2)
        broken.setattr(MilvusStore, "_is_whole", lambda *args: False)
        broken.setattr("langchain_app.retrieval.milvus_store.rows_of", half_of(cut))
        store.write(knowledge("v5", stored("half", GATES[0])))
    assert store.current_version("small") == "v4"
    store.write(knowledge("v5", stored("whole", GATES[0])))
    read = store.read("small")
    assert read is not None
    assert [entry.chunk.id for entry in read.stored] == ["whole"]


def half_of(then):
    def rows(knowledge: Knowledge):
        whole = list(rows_of(knowledge))
        yield from whole[: len(whole) // 2 * 2 - 2]
        then()

    return rows


def test_a_version_that_stands_there_whole_is_switched_to_and_not_written_again(
    store: MilvusStore, monkeypatch
) -> None:
    before = knowledge("w1", stored("first", GATES[0]))
    store.write(before)
    store.write(knowledge("w2", stored("second", GATES[0])))
    with monkeypatch.context() as unwritten:
        unwritten.setattr("langchain_app.retrieval.milvus_store.rows_of", lambda known: 1 / 0)
        store.write(before)  # an author undoes an edit
    assert store.current_version("small") == "w1"
    read = store.read("small")
    assert read is not None
    assert [entry.chunk.id for entry in read.stored] == ["first"]


def test_the_version_is_announced_to_others_without_opening_the_store(store: MilvusStore) -> None:
    assert store.announced_version("nowhere") is None
    with store.client():  # the directory is locked
        assert MilvusStore(store.uri, lock_wait_s=0).announced_version("small") == "w1"
    store.write(knowledge("w3", stored("third", GATES[0])))
    assert MilvusStore(store.uri).announced_version("small") == "w3"


def test_embeddings_of_another_width_are_another_version(store: MilvusStore) -> None:
    store.write(knowledge("v6", stored("wide", GATES[0], dimension=16)))
    read = store.read("small")
    assert read is not None
    assert read.stored[0].vectors.shape == (3, 16)


def test_worlds_do_not_see_each_other(store: MilvusStore) -> None:
    store.write(replace(knowledge("x1", stored("theirs", GATES[0])), world="other"))
    assert store.current_version("small") == "v6"
    assert store.current_version("other") == "x1"


def test_the_store_is_let_go_after_every_use(store: MilvusStore) -> None:
    again = MilvusStore(store.uri, lock_wait_s=0.0)
    assert again.read("small") is not None
    assert store.describe().startswith("Milvus Lite")


@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1:9", "/proc/nowhere/milvus.db", "not-a-milvus"], ids=str
)
async def test_a_store_that_cannot_be_opened_is_told_with_its_address(uri: str) -> None:
    with pytest.raises(KnowledgeStoreUnavailable) as told:
        await asyncio.to_thread(MilvusStore(uri).read, "small")
    assert uri in told.value.message
    assert told.value.hint


def test_a_program_may_be_started_while_the_store_is_read(store: MilvusStore) -> None:
    """An embedded PostgreSQL is: gRPC's fork handlers crashed one start in twelve."""
    script = (
        "import os, subprocess, sys, threading\n"
        "from langchain_app.retrieval.milvus_store import MilvusStore\n"
        "store, begun, alive = MilvusStore(sys.argv[1]), threading.Event(), True\n"
        "def read():\n"
        "    while alive: store.read('small'); begun.set()\n"
        "reader = threading.Thread(target=read); reader.start(); begun.wait(30)\n"
        "own = {'user': 0} if os.geteuid() == 0 else {'start_new_session': True}\n"
        "codes = {subprocess.run(['true'], **own).returncode for _ in range(60)}\n"
        "alive = False; reader.join(); sys.exit(codes != {0})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, store.uri],
        capture_output=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr[-2000:]
