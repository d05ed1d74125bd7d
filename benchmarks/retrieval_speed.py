"""p50 of the whole retrieval over many passages: query, gates, both indexes, reranking, the bar."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from benchmarks.bench_lexical import draw, player_words
from langchain_app.domain.lore.lore import Chunk, Gate, Knower
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.turn import Utterance
from langchain_app.language.tokens import Tokeniser
from langchain_app.retrieval.knowledge import Knowledge, StoredChunk
from langchain_app.retrieval.lore_retriever import HybridRetriever
from langchain_app.retrieval.snapshot import Snapshot
from langchain_app.retrieval.token_vectors import DIMENSIONS, Floats, SegmentVectors, WordVectors

WIDTH, SENTENCES, WORDS, NPCS, QUERIES = 384, 4, 12, 40, 60
AUDIENCES = tuple(f"npc:{number}" for number in range(NPCS))


class _Ready:
    """Word vectors that are there already: the embedding is not what is measured."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self.found = self._new()

    def _new(self) -> SegmentVectors:
        words = unit(self._random.normal(size=(6, WIDTH)))
        return SegmentVectors(unit(words.mean(axis=0, keepdims=True))[0], (words,))

    def words_at_hand(self, text: str) -> SegmentVectors:
        return self.found

    def embed_words(self, text: str) -> SegmentVectors:
        self.found = self._new()
        return self.found


def unit(rows: np.ndarray) -> Floats:
    scaled: Floats = (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)
    return scaled


def passages(size: int, random: np.random.Generator) -> list[StoredChunk]:
    """Draw passages of four sentences; half are public, half belong to one of 40 NPCs."""
    vectors = unit(random.normal(size=(size, WIDTH)))
    words = random.integers(-60, 61, size=(size, SENTENCES * WORDS, DIMENSIONS), dtype=np.int8)
    counts = (0, *(WORDS for _ in range(SENTENCES)))
    stored = []
    for row in range(size):
        sentences = [tuple(draw(random, WORDS)) for _ in range(SENTENCES)]
        audience = ("public",) if row % 2 else (AUDIENCES[row % NPCS],)
        chunk = Chunk(
            id=f"c{row}",
            language="en",
            kind="lore",
            title="",
            text=". ".join(" ".join(sentence) for sentence in sentences),
            gate=Gate(audience=audience, trust=-1.0),
        )
        stored.append(
            StoredChunk(
                chunk, ((), *sentences), vectors[row : row + 1], WordVectors(words[row], counts)
            )
        )
    return stored


async def p50_at(size: int, say: Callable[[str], None]) -> float:
    """Return the median milliseconds of one whole retrieval over `size` passages."""
    random = np.random.default_rng(20261120)
    say(f"  speed: drawing {size} passages")
    knowledge = Knowledge("speed", "1", "none", {"en": 0.4}, tuple(passages(size, random)))
    say("  speed: indexing")
    ready = _Ready(random)
    retriever = HybridRetriever(Snapshot(knowledge), Tokeniser(), words=ready)
    seconds = []
    for number in range(QUERIES):
        text = " ".join(player_words(random)).replace("?", "unknown")
        knower = Knower(frozenset({"public", AUDIENCES[number % NPCS]}), StoryState(), 0.0)
        vector = ready.embed_words(text).pooled.tolist()
        started = time.perf_counter()
        await retriever.find(Utterance(text, "en"), knower, vector)
        seconds.append(time.perf_counter() - started)
    return float(np.median(seconds)) * 1000
