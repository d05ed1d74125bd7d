"""What an ingest embeds, and what it takes from the version before."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import numpy as np
from langchain_core.embeddings import Embeddings

from langchain_app.domain.lore.lore import Chunk, Gate
from langchain_app.language.tokens import Tokeniser
from langchain_app.retrieval.ingest import PROBED, Embedding, embed
from langchain_app.retrieval.knowledge import Knowledge

MODEL = "a-model"
CHUNKS = [
    Chunk(
        id=f"chunk{n}",
        language="en",
        kind="lore",
        title=f"Of thing{n}",
        text=f"The thing{n} stands beside the thing{n + 1}.",
        gate=Gate(audience=("public",)),
    )
    for n in range(2 * PROBED)
]
LINES = [f"what is thing{n}?" for n in range(0, 2 * PROBED, 4)]


class Words(Embeddings):
    """Embeds a text by its words; one that knows no language embeds whole texts by their hash."""

    def __init__(self, *, knows: bool) -> None:
        self.knows = knows
        self.texts: list[str] = []

    def embed_query(self, text: str) -> list[float]:
        words = text.lower().strip("?.").split() if self.knows else [text]
        seeds = (int.from_bytes(sha256(word.encode()).digest()[:4]) for word in words)
        vectors = [np.random.default_rng(seed).normal(size=64) for seed in seeds]
        return list(np.sum(vectors, axis=0))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.texts += texts
        return [self.embed_query(text) for text in texts]


def ingested(chunks: list[Chunk], model: Words, earlier: Knowledge | None = None):
    """Return weight and knowledge, and what was embedded for them."""
    model.texts.clear()
    work = Embedding(model, lambda done, total: None, len(chunks), earlier, MODEL)
    weight, stored = embed(chunks, LINES, Tokeniser(), work)
    examples = work.examples(LINES) if weight else {}
    return weight, Knowledge("w", "v", MODEL, {"en": weight}, tuple(stored), examples), work


def test_only_what_changed_is_embedded() -> None:
    model = Words(knows=True)
    weight, first, work = ingested(CHUNKS, model)
    assert weight > 0
    assert work.embedded == len(CHUNKS)
    edited = [replace(CHUNKS[0], text="The thing0 fell over."), *CHUNKS[1:]]
    again, second, work = ingested(edited, model, first)
    assert work.embedded == 1
    assert len(model.texts) == 1
    assert "fell over" in model.texts[0]
    assert np.array_equal(second.stored[5].vectors, first.stored[5].vectors)
    assert abs(again - weight) < 0.1


def test_a_language_that_the_model_did_not_know_is_not_tried_again() -> None:
    model = Words(knows=False)
    weight, first, work = ingested(CHUNKS, model)
    assert weight == 0
    assert work.embedded == PROBED
    edited = [replace(CHUNKS[0], text="The thing0 fell over."), *CHUNKS[1:]]
    again, _, work = ingested(edited, model, first)
    assert (again, work.embedded, model.texts) == (0, 0, [])


def test_another_model_is_tried_anew() -> None:
    _, first, _ = ingested(CHUNKS, Words(knows=False))
    weight, _, work = ingested(CHUNKS, Words(knows=True), replace(first, model="another"))
    assert weight > 0
    assert work.embedded == len(CHUNKS)
