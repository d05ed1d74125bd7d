"""What the model of answers learns from: questions, the sentences that search puts before it, and
which of them answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from langchain_app.domain.lore.lore import Chunk, Knower
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.text import Language
from langchain_app.encoder.encoder import Encoder
from langchain_app.language.tokens import Tokeniser, is_content, sentences
from langchain_app.retrieval.answering import PASSAGES, figures_of, likely, shown
from langchain_app.retrieval.e5 import EmbeddedE5
from langchain_app.retrieval.features import examine
from langchain_app.retrieval.ingest import Embedding, embed
from langchain_app.retrieval.knowledge import Question
from langchain_app.retrieval.lore_retriever import CANDIDATES
from langchain_app.retrieval.query_rewriting import with_topic
from langchain_app.retrieval.reranking import rescored
from langchain_app.retrieval.snapshot import SnapshotIndex
from langchain_app.retrieval.token_vectors import projection
from training.reranker.squad import PUBLIC, NotSquad
from training.understanding.passages import Passage

EVERYBODY = Knower(frozenset({"public"}), StoryState(), 1.0)
UNLABELLED = 50
"""So many questions tell, without their labels, how far to trust the embeddings."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: the passage that it is about, and the sentence there that answers, if any does.

    `before` are the player's line and the NPC's reply of the turn that it needs, none if it stands
    alone.
    """

    text: str
    passage: str
    answer: str | None
    before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """The passages of one world, or the paragraphs of one file, and what is asked about them."""

    name: str
    language: Language
    chunks: tuple[Chunk, ...]
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Matter:
    """A question and the sentences before it, likeliest first: (n, 16) figures.

    `answer` is the row of the right one, None where none of the world answers, -1 where search did
    not find it. `passages` are those that the sentences stand in.
    """

    asked: Asked
    sentences: tuple[str, ...]
    passages: tuple[str, ...]
    figures: NDArray[np.float32]
    answer: int | None


def worlds(passages: Iterable[Passage], expected: int = 0) -> list[World]:
    """Return the invented worlds, with what is asked there: a set of passages is one.

    So many questions of each passage are `expected` by its author, and not asked: a world whose
    authors write them is searched otherwise than one that has none.
    """
    by_set = groupby(passages, key=lambda one: one.set)
    return [_world(name, list(group), expected) for name, group in by_set]


def _world(name: str, passages: Sequence[Passage], expected: int) -> World:
    by_id = {one.id: one for one in passages}
    chunks, asked = [], []
    for one in passages:
        known = tuple(q.text for q in one.asked[:expected])
        text = " ".join(one.sentences)
        chunks.append(Chunk(one.id, one.language, "lore", one.title, text, PUBLIC, asked=known))
        asked += [
            Asked(q.text, one.id, None if q.sentence is None else one.sentences[q.sentence])
            for q in one.asked[expected:]
        ]
        asked += [
            Asked(
                q.text,
                q.passage,
                None if q.sentence is None else by_id[q.passage].sentences[q.sentence],
                (q.before, text),
            )
            for q in one.follow
        ]
    return World(name, passages[0].language, tuple(chunks), tuple(asked))


def squad(path: Path) -> World:
    """Return a file of questions in the SQuAD 2 format, with those that nothing answers; raises
    NotSquad."""
    chunks, asked = [], []
    try:
        for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
            for paragraph in article["paragraphs"]:
                text, key = str(paragraph["context"]).strip(), f"p{len(chunks)}"
                chunks.append(Chunk(key, "en", "lore", _title(article), text, PUBLIC))
                for entry in paragraph["qas"]:
                    starts = [answer["answer_start"] for answer in entry["answers"][:1]]
                    none = entry.get("is_impossible") or not starts
                    answer = None if none else _sentence_at(text, starts[0])
                    asked.append(Asked(str(entry["question"]).strip(), key, answer))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotSquad(f"{path} is not in the SQuAD format: {error!r}") from error
    return World(path.stem, "en", tuple(chunks), tuple(asked))


def _title(article: dict[str, object]) -> str:
    return str(article.get("title") or "").replace("_", " ").strip()


def _sentence_at(text: str, place: int) -> str:
    """Return the sentence that holds a place of the text."""
    parts, at = sentences(text), 0
    for part in parts:
        at = text.index(part, at) + len(part)
        if place < at:
            return part
    return parts[-1]


def matter(world: World, asked: Sequence[Asked], encoder: Encoder) -> list[Matter]:
    """Search a world for some of its questions, as a turn does."""
    tokeniser, model = Tokeniser(), EmbeddedE5(encoder)
    work = Embedding(model, lambda done, total: None, len(world.chunks))
    lines = [one.text for one in world.asked[:UNLABELLED]]
    weight, stored = embed(world.chunks, lines, tokeniser, work)
    index = SnapshotIndex(stored, world.language, weight)
    return [found for one in asked if (found := _searched(one, index, world, tokeniser, model))]


def _searched(
    asked: Asked, index: SnapshotIndex, world: World, tokeniser: Tokeniser, model: EmbeddedE5
) -> Matter | None:
    text = with_topic(asked.text, asked.before)
    tokens = tuple(tokeniser.index(text, world.language))
    vectors = model.embed_words(text)
    question = Question(
        text=text,
        language=world.language,
        tokens=tokens,
        weights={token: index.weight(token) for token in tokens if is_content(token)},
        vector=vectors.pooled,
        words=projection(vectors.words[0]),
    )
    examined = examine(question, index.candidates(question, EVERYBODY, CANDIDATES))
    scores = rescored(question, examined)
    order = np.argsort(-scores, kind="stable")[:PASSAGES]
    best = [examined[row] for row in order]
    places, figures = figures_of(question, best)
    if not places:
        return None
    first = likely(figures)
    stored = [(best[passage].stored, number) for passage, number in (places[row] for row in first)]
    answers = [
        row
        for row, (chunk, number) in enumerate(stored)
        if (chunk.chunk.id, chunk.sentences[number]) == (asked.passage, asked.answer)
    ]
    return Matter(
        asked,
        tuple(shown(chunk, number) for chunk, number in stored),
        tuple(chunk.chunk.id for chunk, _ in stored),
        figures[first],
        None if asked.answer is None else next(iter(answers), -1),
    )
