"""What a store keeps of a world's knowledge, and what a search asks and finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from langchain_app.domain.lore.lore import Chunk
from langchain_app.domain.text import Language
from langchain_app.language.tokens import is_content, sentences
from langchain_app.retrieval.token_vectors import Floats, WordVectors


def segments_of(chunk: Chunk) -> tuple[str, ...]:
    """Cut a chunk into what is searched: title and aliases, each sentence, each expected question."""
    return (" ".join((chunk.title, *chunk.aliases)), *sentences(chunk.text), *chunk.asked)


@dataclass(frozen=True)
class StoredChunk:
    """A chunk as the store of record keeps it.

    `segments` are the tokens of `segments_of(chunk)`; `vectors` has shape (1 + questions, d): that of
    the passage and those of its expected questions; `words` are there where the embedding model tells
    them and knows the language.
    """

    chunk: Chunk
    segments: tuple[tuple[str, ...], ...]
    vectors: Floats
    words: WordVectors | None = None

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """Everything a lexical index keeps."""
        return tuple(token for segment in self.segments for token in segment)

    @cached_property
    def content(self) -> tuple[frozenset[str], ...]:
        """The tokens of each segment that carry content."""
        return tuple(frozenset(filter(is_content, segment)) for segment in self.segments)

    @cached_property
    def all_content(self) -> frozenset[str]:
        """The tokens of the whole that carry content."""
        return frozenset().union(*self.content)

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Where each content token stands among the content tokens of the whole."""
        found: dict[str, list[int]] = {}
        for place, token in enumerate(filter(is_content, self.tokens)):
            found.setdefault(token, []).append(place)
        return found

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """The sentences of the text, which are the segments from the second on."""
        return tuple(sentences(self.chunk.text))


@dataclass(frozen=True, slots=True)
class Knowledge:
    """One version of a world's knowledge, as it was read from the store of record.

    `weights` are the fusion weights learnt at ingest, by language; `model` embedded the vectors;
    `examples` are what triggers wait for and what else players say in the world's files, in the
    languages that the model knows.
    """

    world: str
    version: str
    model: str
    weights: dict[str, float]
    stored: tuple[StoredChunk, ...]
    examples: dict[str, NDArray[np.float32]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched for.

    `tokens` as a lexical index keeps them; `weights` say what each content token is worth (idf);
    `vector` has length 1, or is None where there is none; `words` are its projected word vectors,
    shape (words, 128).
    """

    text: str
    language: Language
    tokens: tuple[str, ...]
    weights: Mapping[str, float]
    vector: Floats | None
    words: Floats | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the first stage found: fused score from 0 to 1, and cosine similarity."""

    stored: StoredChunk
    fused: float
    similarity: float
