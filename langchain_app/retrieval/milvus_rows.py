"""Knowledge as Milvus keeps it: rows of passages, gates, vocabulary, trigger examples, and of meta.

A passage has one row for each of its vectors, because the nearest of several counts. What is told, its
tokens and its BM25 contributions stand in the row of the first vector. Its gate stands there as a
number too: one scalar filter, over numbers that `Gate.admits` chose, is the whole gate.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from langchain_app.domain.lore.lore import Chunk, Gate
from langchain_app.domain.text import LANGUAGES, Language
from langchain_app.retrieval.knowledge import Knowledge, StoredChunk
from langchain_app.retrieval.lexical_index import LexicalIndex
from langchain_app.retrieval.token_vectors import Floats, WordVectors

FORMAT = "knowledge-5"
"""Enters the version: knowledge that was cut or stored differently must be ingested anew."""
META = "meta"
"""Kind of the one row that tells model, version and fusion weights of its collection. Written last.

Milvus Lite keeps no collection description, and a second collection could not be switched together
with the first.
"""
EXAMPLE = "example"
"""Kind of the rows that hold what a trigger waits for: embedded once, at ingest."""
GATE = "gate"
"""Kind of the rows that hold the version's distinct gates."""
VOCABULARY = "vocabulary"
"""Kind of the rows that hold a language's tokens with their idf, in the order of their dimensions."""
NO_TOKEN = {0: 1.0}
"""The sparse vector of a row without tokens: dimension 0 is no token's, so no query meets it."""
NO_GATE = -1
TOKENS_A_ROW = 500
TEXT_LIMIT = 65_535
TOLD = (
    ("title", 1024),
    ("text", TEXT_LIMIT),
    ("segments", TEXT_LIMIT),
    ("words", TEXT_LIMIT),
    ("aliases", 4096),
    ("asked", 16_384),
    ("gate", 4096),
)
SCALARS = (("key", 512), ("chunk", 256), ("language", 8), ("kind", 16), *TOLD)
_EMPTY: dict[str, Any] = {field: "" for field, _ in SCALARS} | {
    "gate_number": NO_GATE,
    "importance": 0.0,
    "lexical": NO_TOKEN,
}


def rows_of(knowledge: Knowledge) -> Iterator[dict[str, Any]]:
    """Yield the rows of one version; the meta row, which counts them, is the last."""
    count = 1
    for row in _rows(knowledge):
        count += 1
        yield row
    yield _meta_row(knowledge, count)


def knowledge_from(world: str, meta: dict[str, Any], rows: Sequence[dict[str, Any]]) -> Knowledge:
    """Put the rows of one version together again."""
    gathered: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["kind"] != EXAMPLE:
            gathered.setdefault(f"{row['chunk']}@{row['language']}", []).append(row)
    stored = tuple(_stored(mine) for _, mine in sorted(gathered.items()))
    examples = examples_from(rows)
    return Knowledge(world, meta["version"], meta["model"], meta["weights"], stored, examples)


def examples_from(rows: Sequence[dict[str, Any]]) -> dict[str, Floats]:
    """Return the vectors of what triggers wait for."""
    return {
        row["text"]: np.asarray(row["vector"], dtype=np.float32)
        for row in rows
        if row["kind"] == EXAMPLE
    }


def passage_key(chunk_id: str, language: str) -> str:
    """Return the key of the row in which a passage is told."""
    return f"{chunk_id}@{language}/0"


def stored_chunk(told: dict[str, Any], vectors: Floats) -> StoredChunk:
    """Return a passage from the row in which it is told."""
    return StoredChunk(
        chunk=Chunk(
            id=told["chunk"],
            language=told["language"],
            kind=told["kind"],
            title=told["title"],
            text=told["text"],
            gate=Gate.model_validate_json(told["gate"]),
            importance=float(told["importance"]),
            aliases=tuple(json.loads(told["aliases"])),
            asked=tuple(json.loads(told["asked"])),
        ),
        segments=tuple(tuple(segment.split()) for segment in told["segments"].split("\n")),
        vectors=vectors,
        words=WordVectors.decoded(told["words"]),
    )


def _rows(knowledge: Knowledge) -> Iterator[dict[str, Any]]:
    distinct = sorted({entry.chunk.gate.model_dump_json() for entry in knowledge.stored})
    gates = {gate: number for number, gate in enumerate(distinct)}
    for gate, number in gates.items():
        yield _plain_row(knowledge, f"{GATE}-{number}", GATE, gate) | {"gate_number": number}
    for number, (text, vector) in enumerate(sorted(knowledge.examples.items())):
        yield _plain_row(knowledge, f"{EXAMPLE}-{number}", EXAMPLE, text) | {"vector": vector}
    first = 1
    for language in LANGUAGES:
        mine = [entry for entry in knowledge.stored if entry.chunk.language == language]
        lexical = LexicalIndex([entry.tokens for entry in mine])
        dimensions = {token: first + place for place, token in enumerate(lexical.idf)}
        yield from _vocabulary_rows(knowledge, language, lexical.idf, first)
        first += len(dimensions)
        for entry, contributions in zip(mine, lexical.contributions(), strict=True):
            # One that is not positive (an average idf below 0: a handful of passages) is left out,
            # because not every Milvus takes it; it could only lower scores that are below 0 already.
            sparse = {dimensions[t]: float(c) for t, c in contributions.items() if c > 0}
            yield from _chunk_rows(entry, gates, sparse or NO_TOKEN)


def _meta_row(knowledge: Knowledge, rows: int) -> dict[str, Any]:
    meta = {
        "format": FORMAT,
        "version": knowledge.version,
        "model": knowledge.model,
        "dimension": _dimension(knowledge),
        "weights": knowledge.weights,
        "chunks": len(knowledge.stored),
        "vectors": sum(len(entry.vectors) for entry in knowledge.stored),
        "most_vectors": max(len(entry.vectors) for entry in knowledge.stored),
        "sizes": {
            language: sum(entry.chunk.language == language for entry in knowledge.stored)
            for language in LANGUAGES
        },
        "rows": rows,
    }
    return _plain_row(knowledge, META, META, json.dumps(meta))


def _vocabulary_rows(
    knowledge: Knowledge, language: Language, idf: Mapping[str, float], first: int
) -> Iterator[dict[str, Any]]:
    tokens = [(token, float(value)) for token, value in idf.items()]
    for start in range(0, len(tokens), TOKENS_A_ROW):
        text = json.dumps(
            {"first": first + start, "tokens": tokens[start : start + TOKENS_A_ROW]},
            ensure_ascii=False,
        )
        key = f"{VOCABULARY}-{language}-{start}"
        yield _plain_row(knowledge, key, VOCABULARY, text) | {"language": language}


def _plain_row(knowledge: Knowledge, key: str, kind: str, text: str) -> dict[str, Any]:
    nowhere = np.zeros(_dimension(knowledge), np.float32)
    return _EMPTY | {"key": key, "kind": kind, "text": text, "vector": nowhere}


def _chunk_rows(
    entry: StoredChunk, gates: Mapping[str, int], lexical: Mapping[int, float]
) -> Iterator[dict[str, Any]]:
    chunk, gate = entry.chunk, entry.chunk.gate.model_dump_json()
    told = {
        "title": chunk.title,
        "text": chunk.text,
        "segments": "\n".join(" ".join(segment) for segment in entry.segments),
        "words": entry.words.encoded() if entry.words else "",
        "aliases": json.dumps(chunk.aliases, ensure_ascii=False),
        "asked": json.dumps(chunk.asked, ensure_ascii=False),
        "gate": gate,
        "lexical": lexical,
    }
    for number, vector in enumerate(entry.vectors):
        yield (
            _EMPTY
            | {
                "key": f"{chunk.key}/{number}",
                "chunk": chunk.id,
                "language": chunk.language,
                "kind": chunk.kind,
                "gate_number": gates[gate],
                "importance": chunk.importance,
                "vector": vector,
            }
            | ({} if number else told)
        )


def _stored(rows: Sequence[dict[str, Any]]) -> StoredChunk:
    numbered = sorted((int(row["key"].rpartition("/")[2]), row) for row in rows)
    vectors = np.asarray([row["vector"] for _, row in numbered], dtype=np.float32)
    return stored_chunk(numbered[0][1], vectors)


def _dimension(knowledge: Knowledge) -> int:
    return int(knowledge.stored[0].vectors.shape[1])
