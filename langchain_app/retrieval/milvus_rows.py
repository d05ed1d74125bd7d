"""Knowledge as Milvus keeps it: rows of passages, of trigger examples, and one of meta.

A passage has one row for each of its audiences and vectors: scalar filters over rows are 25-40 times
faster than filters over an ARRAY of audiences (measured), and the nearest of several vectors counts.
What is told, and its tokens, stand in the rows of the first vector only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from langchain_app.domain.lore import Chunk, Gate
from langchain_app.retrieval.knowledge import Knowledge, StoredChunk
from langchain_app.retrieval.token_vectors import WordVectors

FORMAT = "knowledge-3"
"""Enters the version: knowledge that was cut or stored differently must be ingested anew."""
META = "meta"
"""Kind of the one row that tells model, version and fusion weights of its collection.

Milvus Lite keeps no collection description, and a second collection could not be switched together
with the first.
"""
EXAMPLE = "example"
"""Kind of the rows that hold what a trigger waits for: embedded once, at ingest. No audience."""
TEXT_LIMIT = 65_535
SCALARS = (
    ("key", 512),
    ("chunk", 256),
    ("language", 8),
    ("kind", 16),
    ("audience", 128),
    ("after", 128),
    ("title", 1024),
    ("text", TEXT_LIMIT),
    ("segments", TEXT_LIMIT),
    ("words", TEXT_LIMIT),
    ("aliases", 4096),
    ("asked", 16_384),
)
_EMPTY: dict[str, Any] = {field: "" for field, _ in SCALARS} | {"trust": 0.0, "importance": 0.0}


def rows_of(knowledge: Knowledge) -> Iterator[dict[str, Any]]:
    """Yield the rows of one version, the meta row first."""
    yield _meta_row(knowledge)
    for entry in knowledge.stored:
        yield from _chunk_rows(entry)
    yield from _example_rows(knowledge)


def knowledge_from(world: str, meta: dict[str, Any], rows: Sequence[dict[str, Any]]) -> Knowledge:
    """Put the rows of one version together again."""
    examples = {
        row["text"]: np.asarray(row["vector"], dtype=np.float32)
        for row in rows
        if row["kind"] == EXAMPLE
    }
    gathered: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["kind"] not in (EXAMPLE, META):
            gathered.setdefault(f"{row['chunk']}@{row['language']}", []).append(row)
    stored = tuple(_stored(mine) for _, mine in sorted(gathered.items()))
    return Knowledge(world, meta["version"], meta["model"], meta["weights"], stored, examples)


def _meta_row(knowledge: Knowledge) -> dict[str, Any]:
    dimension = knowledge.stored[0].vectors.shape[1]
    meta = {
        "format": FORMAT,
        "version": knowledge.version,
        "model": knowledge.model,
        "dimension": dimension,
        "weights": knowledge.weights,
    }
    return _EMPTY | {
        "key": META,
        "kind": META,
        "text": json.dumps(meta),
        "vector": [0.0] * dimension,
    }


def _example_rows(knowledge: Knowledge) -> list[dict[str, Any]]:
    return [
        _EMPTY
        | {"key": f"{EXAMPLE}-{number}", "kind": EXAMPLE, "text": text, "vector": vector.tolist()}
        for number, (text, vector) in enumerate(sorted(knowledge.examples.items()))
    ]


def _chunk_rows(entry: StoredChunk) -> Iterator[dict[str, Any]]:
    chunk = entry.chunk
    told = {
        "title": chunk.title,
        "text": chunk.text,
        "segments": "\n".join(" ".join(segment) for segment in entry.segments),
        "words": entry.words.encoded() if entry.words else "",
        "aliases": json.dumps(chunk.aliases, ensure_ascii=False),
        "asked": json.dumps(chunk.asked, ensure_ascii=False),
    }
    for audience in chunk.gate.audience:
        for number, vector in enumerate(entry.vectors.tolist()):
            yield (
                _EMPTY
                | {
                    "key": f"{chunk.key}#{audience}/{number}",
                    "chunk": chunk.id,
                    "language": chunk.language,
                    "kind": chunk.kind,
                    "audience": audience,
                    "after": chunk.gate.after,
                    "trust": chunk.gate.trust,
                    "importance": chunk.importance,
                    "vector": vector,
                }
                | ({} if number else told)
            )


def _stored(rows: Sequence[dict[str, Any]]) -> StoredChunk:
    numbered = sorted((int(row["key"].rpartition("/")[2]), row["audience"], row) for row in rows)
    told = numbered[0][2]
    audience = [audience for number, audience, _ in numbered if number == 0]
    vectors = [row["vector"] for _, heard_by, row in numbered if heard_by == audience[0]]
    return StoredChunk(
        chunk=Chunk(
            id=told["chunk"],
            language=told["language"],
            kind=told["kind"],
            title=told["title"],
            text=told["text"],
            # FLOAT is 32 bits wide: 0.2 comes back as 0.20000000298, and must not gate at 0.2.
            gate=Gate(
                audience=tuple(audience),
                after=told["after"],
                trust=round(float(told["trust"]), 4),
            ),
            importance=round(float(told["importance"]), 4),
            aliases=tuple(json.loads(told["aliases"])),
            asked=tuple(json.loads(told["asked"])),
        ),
        segments=tuple(tuple(segment.split()) for segment in told["segments"].split("\n")),
        vectors=np.asarray(vectors, dtype=np.float32),
        words=WordVectors.decoded(told["words"]),
    )
