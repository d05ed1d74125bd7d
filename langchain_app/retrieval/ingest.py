"""From a world's files to its knowledge in Milvus."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from langchain_core.embeddings import Embeddings

from langchain_app.domain.lore import Chunk
from langchain_app.domain.text import LANGUAGES, Language, detect_language
from langchain_app.domain.world import World
from langchain_app.language.tokens import Tokeniser
from langchain_app.retrieval.fusion import dense_weight
from langchain_app.retrieval.lexical_index import LexicalIndex
from langchain_app.retrieval.milvus_store import MilvusStore
from langchain_app.retrieval.snapshot import Knowledge, StoredChunk

BATCH = 32
Progress = Callable[[int, int], None]

FORMAT = "knowledge-2"
"""Enters the version: knowledge that was cut or stored differently must be ingested anew."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What an ingest did."""

    version: str
    chunks: int
    written: bool
    weights: dict[str, float]


def knowledge_version(world: World, model: str) -> str:
    """Return the version of the knowledge that `world` and the embedding `model` make together."""
    return hashlib.sha256(f"{FORMAT} {world.version} {model}".encode()).hexdigest()[:12]


def ingest(
    world: World,
    store: MilvusStore,
    embeddings: Embeddings,
    model: str,
    tokeniser: Tokeniser,
    progress: Progress = lambda done, total: None,
) -> Ingested:
    """Write the world's knowledge unless this very version stands there already.

    `progress(done, total)` is called as chunks are embedded. Raises KnowledgeStoreUnavailable and
    EmbeddingsUnavailable; the version that was current stays current then.
    """
    version = knowledge_version(world, model)
    if store.current_version(world.id) == version:
        return Ingested(version, 0, False, {})
    chunks = list(world.chunks())
    vectors = _embed(chunks, embeddings, progress)
    stored = tuple(
        StoredChunk(chunk, tuple(_tokens(chunk, tokeniser)), vector)
        for chunk, vector in zip(chunks, vectors, strict=True)
    )
    weights: dict[str, float] = {
        language: _learn_weight(world, stored, language, embeddings, tokeniser)
        for language in LANGUAGES
    }
    examples = _embed_examples(world, weights, embeddings)
    store.write(Knowledge(world.id, version, model, weights, stored, examples))
    return Ingested(version, len(stored), True, weights)


def _embed(chunks: Sequence[Chunk], embeddings: Embeddings, progress: Progress) -> list[np.ndarray]:
    vectors: list[np.ndarray] = []
    for start in range(0, len(chunks), BATCH):
        texts = [f"{chunk.title}. {chunk.text}" for chunk in chunks[start : start + BATCH]]
        vectors += [_normalised(vector) for vector in embeddings.embed_documents(texts)]
        progress(len(vectors), len(chunks))
    return vectors


def _embed_examples(
    world: World, weights: Mapping[str, float], embeddings: Embeddings
) -> dict[str, np.ndarray]:
    """Embed what triggers wait for, in the languages whose embeddings can be trusted."""
    texts = sorted({text for text in world.examples if weights[detect_language(text)] > 0})
    vectors = embeddings.embed_documents(texts) if texts else []
    return {text: _normalised(vector) for text, vector in zip(texts, vectors, strict=True)}


def _normalised(vector: Sequence[float]) -> np.ndarray:
    array = np.asarray(vector, dtype=np.float32)
    length = float(np.linalg.norm(array))
    return array / length if length else array


def _tokens(chunk: Chunk, tokeniser: Tokeniser) -> list[str]:
    text = f"{chunk.title} {' '.join(chunk.aliases)} {chunk.text}"
    return tokeniser.index(text, chunk.language)


def _learn_weight(
    world: World,
    stored: Sequence[StoredChunk],
    language: Language,
    embeddings: Embeddings,
    tokeniser: Tokeniser,
) -> float:
    """Learn how far to trust the embeddings in one language, from the authors' player lines."""
    documents = [entry for entry in stored if entry.chunk.language == language]
    utterances = world.player_lines(language)
    if len(documents) < 2 or not utterances:
        return 0.0
    lexical = LexicalIndex([entry.tokens for entry in documents])
    matrix = np.stack([entry.vector for entry in documents])
    top1, top10 = [], []
    for text, vector in zip(utterances, embeddings.embed_documents(list(utterances)), strict=True):
        scores = lexical.scores(tokeniser.index(text, language))
        if not scores.any():
            continue
        top1.append(int(scores.argmax()))
        top10.append(np.argsort(-(matrix @ _normalised(vector)))[:10])
    return round(dense_weight(np.asarray(top1), np.asarray(top10)), 3)
