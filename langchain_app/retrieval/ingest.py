"""From a world's files to its knowledge in Milvus."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

import numpy as np
from langchain_core.embeddings import Embeddings

from langchain_app.domain.lore.lore import Chunk
from langchain_app.domain.text import LANGUAGES, Language, detect_language
from langchain_app.domain.world import World
from langchain_app.language.tokens import Tokeniser
from langchain_app.retrieval.fusion import dense_weight
from langchain_app.retrieval.knowledge import Knowledge, StoredChunk, segments_of
from langchain_app.retrieval.lexical_index import LexicalIndex
from langchain_app.retrieval.milvus_rows import FORMAT
from langchain_app.retrieval.milvus_store import MilvusStore
from langchain_app.retrieval.token_vectors import Floats, SegmentVectors, word_vectors

BATCH = 32
Progress = Callable[[int, int], None]

PROBED = 128
KNOWN = 0.1
"""So many passages are embedded to see whether the model knows a language at all: the weight that
they give is higher than the final one (English .46 against .31, Korean with an English model .01)."""
TRIED = 32
"""A model that did not know the language of so many passages will not know it after an edit."""


@runtime_checkable
class SegmentEmbeddings(Protocol):
    """An embedding model that tells the vectors of single words."""

    def embed_segments(self, segments: Sequence[str]) -> SegmentVectors:
        """Embed one text that was cut into segments; raises EmbeddingsUnavailable."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What an ingest did: chunks of the version, against those of the one before, and what it took."""

    version: str
    chunks: int
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    embedded: int = 0
    written: bool = False
    weights: dict[str, float] = field(default_factory=dict)


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

    What an earlier version embedded with the same model is not embedded again. A language that the
    model does not know is not embedded. `progress(done, total)` is called as chunks are embedded.
    Raises KnowledgeStoreUnavailable and EmbeddingsUnavailable; the version that was current stays
    current then.
    """
    version, chunks = knowledge_version(world, model), list(world.chunks())
    if store.current_version(world.id) == version:
        return Ingested(version, len(chunks), unchanged=len(chunks))
    earlier = store.read(world.id)
    work = Embedding(embeddings, progress, len(chunks), earlier, model)
    stored: list[StoredChunk] = []
    weights: dict[str, float] = {}
    for language in LANGUAGES:
        mine = [chunk for chunk in chunks if chunk.language == language]
        weights[language], found = embed(mine, world.player_lines(language), tokeniser, work)
        stored += found
    said = {*world.examples, *(line for known in LANGUAGES for line in world.player_lines(known))}
    examples = work.examples(sorted(text for text in said if weights[detect_language(text)] > 0))
    store.write(Knowledge(world.id, version, model, weights, tuple(stored), examples))
    return replace(
        _difference(version, chunks, earlier),
        embedded=work.embedded,
        written=True,
        weights=weights,
    )


def _difference(version: str, chunks: Sequence[Chunk], earlier: Knowledge | None) -> Ingested:
    before = {entry.chunk.key: entry.chunk for entry in earlier.stored} if earlier else {}
    kept = [(chunk, before[chunk.key]) for chunk in chunks if chunk.key in before]
    unchanged = sum(chunk == old for chunk, old in kept)
    return Ingested(
        version,
        len(chunks),
        added=len(chunks) - len(kept),
        changed=len(kept) - unchanged,
        removed=len(before) - len(kept),
        unchanged=unchanged,
    )


def embed(
    chunks: Sequence[Chunk], lines: Sequence[str], tokeniser: Tokeniser, work: Embedding
) -> tuple[float, list[StoredChunk]]:
    """Return how far to trust the embeddings in one language (0 to 0.5), and its chunks, embedded.

    `lines` are things that players say, without labels. Together with a few passages they tell
    whether the model knows the language at all; one that it does not know is not embedded.
    """
    cut = [_cut(chunk, tokeniser, work.width) for chunk in chunks]
    if len(cut) < 2 or not lines or work.knows_not(chunks[0].language):
        work.passed(len(cut))
        return 0.0, cut
    queries = [tokeniser.index(line, chunks[0].language) for line in lines]
    asked = work.queries(lines)
    probe = list(work.chunks(cut[:: max(1, len(cut) // PROBED)][:PROBED]))
    if _weight(probe, queries, asked) < KNOWN:
        work.passed(len(cut) - len(probe))
        return 0.0, cut
    ready = {entry.chunk.id: entry for entry in probe}
    rest = work.chunks([entry for entry in cut if entry.chunk.id not in ready])
    whole = [ready.get(entry.chunk.id) or next(rest) for entry in cut]
    return _weight(whole, queries, asked), whole


class Embedding:
    """Embeds what an earlier version of the knowledge did not embed already, and counts."""

    def __init__(
        self,
        embeddings: Embeddings,
        progress: Progress,
        total: int,
        earlier: Knowledge | None = None,
        model: str = "",
    ) -> None:
        self._embeddings = embeddings
        self._progress = progress
        self._total = total
        same = earlier if earlier is not None and earlier.model == model else None
        stored = same.stored if same else ()
        self._chunks = {_text_of(entry.chunk): entry for entry in stored if entry.vectors.any()}
        self._said = dict(same.examples) if same else {}
        counted = Counter(entry.chunk.language for entry in stored)
        weights = same.weights if same else {}
        self._unknown = {
            language
            for language, count in counted.items()
            if count >= TRIED and not weights.get(language)
        }
        self.width = len(embeddings.embed_query("width"))
        self.done = self.embedded = 0

    def knows_not(self, language: Language) -> bool:
        """Tell whether an earlier version tried this language with this model, in vain."""
        return language in self._unknown

    def queries(self, lines: Sequence[str]) -> Floats:
        """Embed utterances, those that were not embedded before: n -> (n, d)."""
        if new := [line for line in dict.fromkeys(lines) if line not in self._said]:
            self._said.update(zip(new, self._asked(new), strict=True))
        return np.stack([self._said[line] for line in lines])

    def examples(self, texts: Sequence[str]) -> dict[str, Floats]:
        """Embed what triggers wait for, and what the weights are learnt from."""
        return dict(zip(texts, self.queries(texts), strict=True)) if texts else {}

    def _asked(self, texts: Sequence[str]) -> list[Floats]:
        # A server's model takes many at once and makes no difference; the embedded one makes one.
        if isinstance(self._embeddings, SegmentEmbeddings):
            return [_unit(self._embeddings.embed_query(text)) for text in texts]
        return self._embedded(texts)

    def _embedded(self, texts: Sequence[str]) -> list[Floats]:
        return [_unit(vector) for vector in self._embeddings.embed_documents(list(texts))]

    def chunks(self, cut: Sequence[StoredChunk]) -> Iterator[StoredChunk]:
        """Yield the chunks with their vectors."""
        for start in range(0, len(cut), BATCH):
            batch = cut[start : start + BATCH]
            yield from map(self._reused_or_new, batch)
            self.passed(len(batch))

    def passed(self, count: int) -> None:
        """Report that `count` chunks more are done."""
        self.done += count
        self._progress(min(self.done, self._total), self._total)

    def _reused_or_new(self, entry: StoredChunk) -> StoredChunk:
        known = self._chunks.get(_text_of(entry.chunk))
        if known is not None:
            return replace(entry, vectors=known.vectors, words=known.words)
        self.embedded += 1
        passage, asked = _texts(entry.chunk)
        if isinstance(self._embeddings, SegmentEmbeddings):
            whole = self._embeddings.embed_segments(passage)
            questions = [self._embeddings.embed_segments([text]) for text in asked]
            words = word_vectors([*whole.words, *(q.words[0] for q in questions)])
            vectors = np.stack([whole.pooled, *(q.pooled for q in questions)])
            return replace(entry, vectors=vectors, words=words)
        return replace(entry, vectors=np.stack(self._embedded([" ".join(passage), *asked])))


def _weight(
    stored: Sequence[StoredChunk], queries: Sequence[Sequence[str]], asked: Floats
) -> float:
    lexical = LexicalIndex([entry.tokens for entry in stored])
    matrix = np.stack([entry.vectors[0] for entry in stored])
    top1, top10 = [], []
    for tokens, vector in zip(queries, asked, strict=True):
        scores = lexical.scores(tokens)
        if scores.any():
            top1.append(int(scores.argmax()))
            top10.append(np.argsort(-(matrix @ vector))[:10])
    return round(dense_weight(np.asarray(top1), np.asarray(top10)), 3)


def _cut(chunk: Chunk, tokeniser: Tokeniser, width: int) -> StoredChunk:
    segments = (tokeniser.index(text, chunk.language) for text in segments_of(chunk))
    return StoredChunk(chunk, tuple(map(tuple, segments)), np.zeros((1, width), np.float32))


def _texts(chunk: Chunk) -> tuple[list[str], list[str]]:
    """Return what is embedded of a chunk: the passage in segments, and each expected question."""
    passage = segments_of(chunk)[: -len(chunk.asked) or None]
    return [f"{chunk.title}.", *passage[1:]], list(chunk.asked)


def _text_of(chunk: Chunk) -> tuple[str, ...]:
    passage, asked = _texts(chunk)
    return (chunk.language, *passage, "?", *asked)


def _unit(vector: Sequence[float]) -> Floats:
    array = np.asarray(vector, dtype=np.float32)
    return array / (float(np.linalg.norm(array)) or 1.0)
