"""A Milvus Lite directory is copied only while nobody else has it."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from langchain_app.domain.errors import KnowledgeStoreLocked
from langchain_app.retrieval.milvus_lock import copied


@pytest.fixture
def store(tmp_path: Path) -> Path:
    folder = tmp_path / "milvus.db"
    folder.mkdir()
    (folder / "LOCK").touch()
    (folder / "rows").write_text("rows", "utf-8")
    return folder


def test_a_copy_has_the_rows_and_not_the_lock(store, tmp_path) -> None:
    assert copied(store, tmp_path / "own" / "milvus.db")
    assert [path.name for path in (tmp_path / "own" / "milvus.db").iterdir()] == ["rows"]
    assert [path.name for path in (tmp_path / "own").iterdir()] == ["milvus.db"]


def test_a_directory_in_use_is_not_copied(store, tmp_path) -> None:
    with (store / "LOCK").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(KnowledgeStoreLocked):
            copied(store, tmp_path / "own", seconds=0.1)
    assert not (tmp_path / "own").exists()


def test_whoever_copies_second_finds_the_first_copy(store, tmp_path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "rows").write_text("first", "utf-8")
    assert copied(store, own)
    assert (own / "rows").read_text("utf-8") == "first"
    assert {path.name for path in tmp_path.iterdir()} == {"own", "milvus.db"}


def test_where_there_is_nothing_nothing_is_copied(tmp_path) -> None:
    assert not copied(tmp_path / "none", tmp_path / "own")
