"""How editions of a world are made on the adapters in use: what is known, what it is played with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_app.composition.adapters import (
    model_name,
    tokeniser_of,
)
from langchain_app.domain.errors import DramatisError, SettingsInvalid
from langchain_app.domain.ports import QueryWriter, StateReader, Understanding
from langchain_app.domain.story.policy import policy_of
from langchain_app.domain.world import World
from langchain_app.graph.context import Parts, Speaker
from langchain_app.language.listener import LocalListener
from langchain_app.language.tokens import Tokeniser
from langchain_app.llm.registry import embedded_speaker
from langchain_app.persistence.chronicle import PostgresChronicle
from langchain_app.persistence.memory_book import PostgresMemoryBook
from langchain_app.persistence.postgres import Postgres
from langchain_app.persistence.timelines import PostgresTimelines
from langchain_app.retrieval.answering import AnswerReader
from langchain_app.retrieval.e5 import EmbeddedE5
from langchain_app.retrieval.ingest import Ingested, Progress, ingest, knowledge_version
from langchain_app.retrieval.lore_retriever import HybridRetriever
from langchain_app.retrieval.milvus_search import MilvusKnowledge
from langchain_app.retrieval.milvus_store import MilvusStore
from langchain_app.retrieval.reranking import Reranker
from langchain_app.retrieval.snapshot import Snapshot
from langchain_app.services.publishing import Edition, Searched
from langchain_app.settings import Settings
from langchain_app.worlds import load_world

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

LITE_WATCH_S, SERVER_WATCH_S = 1.0, 3.0
"""How often to look for what others ingested: at a file, or at an alias over the network."""


def no_progress(done: int, total: int) -> None:
    """Report nothing."""


class EditionPress:
    """Makes editions of the world of the settings: publishing.Press on the adapters in use."""

    def __init__(
        self,
        settings: Settings,
        store: MilvusStore,
        postgres: Postgres,
        embeddings: Embeddings,
        understanding: Understanding,
        reranker: Reranker,
        writer: QueryWriter | None,
        reader: StateReader | None = None,
        answers: AnswerReader | None = None,
    ) -> None:
        self.watch_s = LITE_WATCH_S if store.is_lite else SERVER_WATCH_S
        self._settings = settings
        self._store = store
        self._postgres = postgres
        self._embeddings = embeddings
        self._understanding = understanding
        self.reranker = reranker
        self._writer = writer
        self._reader = reader
        self._answers = answers

    def load(self) -> World:
        """See Press."""
        return load_world(self._settings.platform.world)

    def tokeniser(self, world: World) -> Tokeniser:
        """See Press."""
        return tokeniser_of(world)

    def version_of(self, world: World) -> str:
        """See Press."""
        return knowledge_version(world, model_name(self._embeddings))

    def announced_version(self, world: World) -> str | None:
        """See Press."""
        return self._store.announced_version(world.id)

    def ingest(
        self, world: World, tokeniser: Tokeniser, progress: Progress = no_progress
    ) -> Ingested:
        """See Press."""
        model = model_name(self._embeddings)
        return ingest(world, self._store, self._embeddings, model, tokeniser, progress)

    def edition(self, world: World, tokeniser: Tokeniser, before: Edition) -> Edition:
        """See Press."""
        speaker, fallback = before.parts.speaker, before.parts.fallback
        if tokeniser is not before.tokeniser:
            composes = speaker is fallback
            fallback = embedded_speaker(tokeniser.korean)
            speaker = fallback if composes else speaker
        knowledge = self.knowledge(world, tokeniser)
        return self.joined(world, tokeniser, knowledge, speaker, fallback)

    def knowledge(
        self, world: World, tokeniser: Tokeniser, progress: Progress = no_progress
    ) -> Searched:
        """Open the world's knowledge, which is ingested first where it does not stand there."""
        found = self._found(world)
        if found is None or found.version != self.version_of(world):
            self.ingest(world, tokeniser, progress)
            found = self._found(world)
        if found is None:
            raise DramatisError("The world was ingested, and its knowledge is not there.")
        return found

    def joined(
        self,
        world: World,
        tokeniser: Tokeniser,
        knowledge: Searched,
        speaker: Speaker,
        fallback: Speaker,
    ) -> Edition:
        """Join what one edition is played with."""
        embeddings = self._embeddings
        words = embeddings if isinstance(embeddings, EmbeddedE5) else None
        listener = LocalListener(tokeniser, world.examples, knowledge.examples)
        parts = Parts(
            world=world,
            policy=policy_of(world),
            timelines=PostgresTimelines(self._postgres),
            memory_book=PostgresMemoryBook(self._postgres, listener, knowledge.weights),
            chronicle=PostgresChronicle(self._postgres, world, listener, knowledge.weights),
            lore=HybridRetriever(
                knowledge,
                tokeniser,
                reranker=self.reranker,
                words=words,
                writer=self._writer,
                answers=self._answers,
            ),
            listener=listener,
            understanding=self._understanding,
            speaker=speaker,
            fallback=fallback,
            reader=self._reader,
        )
        return Edition(knowledge, tokeniser, parts)

    def _found(self, world: World) -> Searched | None:
        milvus = self._settings.milvus
        if not self._store.is_lite and milvus.search != "snapshot":
            meta = self._store.meta(world.id)
            if meta is None:
                return None
            if milvus.search == "server" or meta["chunks"] > milvus.snapshot_max_chunks:
                return MilvusKnowledge(self._store, world.id, meta)
        elif milvus.search == "server":
            raise SettingsInvalid(
                "Milvus Lite's directory belongs to one process at a time; searches cannot run there.",
                "Serve it (`milvus-lite server --data-dir DIR`) and set MILVUS_URI, or leave "
                "MILVUS_SEARCH at auto.",
            )
        read = self._store.read(world.id)
        return Snapshot(read) if read else None
