"""The one place that knows which adapter is in use: picks, joins and closes the parts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from langchain_app.adapters import (
    chat_settings,
    langfuse_keys,
    milvus_store,
    model_name,
    platform_embeddings,
    query_writer,
    reranker,
    revealed,
    state,
    state_reader,
    thinker_of,
    tokeniser_of,
)
from langchain_app.afterthoughts import Thinker
from langchain_app.dialogue import Dialogue
from langchain_app.domain.errors import DramatisError, SettingsInvalid
from langchain_app.domain.policy import policy_of
from langchain_app.domain.ports import QueryWriter, StateReader, Understanding
from langchain_app.domain.saves import Saves
from langchain_app.domain.world import World
from langchain_app.encoder.answers import EmbeddedAnswers
from langchain_app.encoder.encoder import Encoder
from langchain_app.encoder.understanding import EmbeddedUnderstanding
from langchain_app.graph.context import Parts, Speaker
from langchain_app.intake import EventIntake
from langchain_app.language.listener import LocalListener
from langchain_app.language.tokens import Tokeniser
from langchain_app.llm.registry import ModelSpeaker, choose_speaker, embedded_speaker
from langchain_app.observability.postgres_exporter import postgres_processor
from langchain_app.observability.tracing import Tracing
from langchain_app.persistence.chronicle import PostgresChronicle
from langchain_app.persistence.memory_book import PostgresMemoryBook
from langchain_app.persistence.players import PostgresPlayers
from langchain_app.persistence.postgres import Postgres
from langchain_app.persistence.saves import PostgresSaves
from langchain_app.persistence.timelines import PostgresTimelines
from langchain_app.players import Players
from langchain_app.publishing import Edition, Publisher, Searched
from langchain_app.retrieval.answering import AnswerReader
from langchain_app.retrieval.e5 import EmbeddedE5
from langchain_app.retrieval.ingest import Ingested, Progress, ingest, knowledge_version
from langchain_app.retrieval.lore_retriever import HybridRetriever
from langchain_app.retrieval.milvus_search import MilvusKnowledge
from langchain_app.retrieval.milvus_store import MilvusStore
from langchain_app.retrieval.reranking import Reranker
from langchain_app.retrieval.snapshot import Snapshot
from langchain_app.settings import Settings
from langchain_app.worlds import load_world

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

LITE_WATCH_S, SERVER_WATCH_S = 1.0, 3.0
"""How often to look for what others ingested: at a file, or at an alias over the network."""


def _no_progress(done: int, total: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Platform:
    """The joined parts."""

    settings: Settings
    dialogue: Dialogue
    intake: EventIntake
    publisher: Publisher
    postgres: Postgres
    store: MilvusStore
    embeddings: Embeddings
    tracing: Tracing
    speaker: ModelSpeaker
    players: Players
    saves: Saves
    thinker: Thinker

    @property
    def world(self) -> World:
        """The world in service."""
        return self.dialogue.parts.world

    @property
    def knowledge(self) -> Searched:
        """What is known of it."""
        return self.publisher.edition.knowledge


@asynccontextmanager
async def open_platform(
    settings: Settings,
    progress: Progress = _no_progress,
    *,
    speaker: ModelSpeaker | None = None,
    encoder: Encoder | None = None,
    embeddings: Embeddings | None = None,
) -> AsyncIterator[Platform]:
    """Open every part, ingesting the world where its knowledge is not there yet; close in order.

    `speaker`, `encoder` and `embeddings` take the place of those that the settings name. Raises
    WorldInvalid, SettingsInvalid, DatabaseUnavailable, KnowledgeStoreUnavailable,
    EmbeddingsUnavailable and UnderstandingFailed."""
    async with AsyncExitStack() as closing:
        world = await asyncio.to_thread(load_world, settings.platform.world)
        tokeniser = tokeniser_of(world)
        fallback = embedded_speaker(tokeniser.korean)
        speaker = speaker or await choose_speaker(chat_settings(settings), fallback)
        if encoder is None:
            encoder = await asyncio.to_thread(Encoder)
        understanding = await asyncio.to_thread(EmbeddedUnderstanding, encoder, tokeniser.korean)
        if embeddings is None:
            embeddings = await asyncio.to_thread(platform_embeddings, settings, encoder)
        postgres = Postgres(revealed(settings.postgres.url), state(settings, "postgres"))
        closing.push_async_callback(postgres.close)
        store = milvus_store(settings)
        closing.callback(store.close)
        press = EditionPress(
            settings,
            store,
            postgres,
            embeddings,
            understanding,
            reranker(settings, closing),
            query_writer(settings, speaker),
            state_reader(settings, speaker, closing),
            await _answers(embeddings, encoder),
        )
        await postgres.open()  # takes a second, an ingest minutes: what can fail comes first
        knowledge = await asyncio.to_thread(press.knowledge, world, tokeniser, progress)
        tracing = Tracing(postgres_processor(postgres.conninfo), langfuse=langfuse_keys(settings))
        closing.push_async_callback(asyncio.to_thread, tracing.close)
        edition = await asyncio.to_thread(
            press.joined, world, tokeniser, knowledge, speaker, fallback
        )
        thinker = thinker_of(settings, postgres, speaker, edition.parts.listener)
        closing.push_async_callback(thinker.close)
        dialogue = Dialogue(
            edition.parts,
            tracing,
            embeddings.aembed_query,
            turn_seconds=settings.platform.turn_seconds,
            max_message_chars=settings.platform.max_message_chars,
            max_concurrent_turns=settings.platform.max_concurrent_turns,
            thinker=thinker,
        )
        publisher = Publisher(dialogue, edition, press)
        closing.push_async_callback(publisher.close)
        closing.push_async_callback(_ended, asyncio.create_task(publisher.watch()))
        yield Platform(
            settings,
            dialogue,
            EventIntake(lambda: dialogue.parts.chronicle, embeddings.aembed_query),
            publisher,
            postgres,
            store,
            embeddings,
            tracing,
            speaker,
            Players(PostgresPlayers(postgres), tracing, langfuse_keys(settings)),
            PostgresSaves(postgres, world.id),
            thinker,
        )


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
        self, world: World, tokeniser: Tokeniser, progress: Progress = _no_progress
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
        self, world: World, tokeniser: Tokeniser, progress: Progress = _no_progress
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


async def _answers(embeddings: Embeddings, encoder: Encoder) -> AnswerReader | None:
    """Return what reads whether a sentence answers: it goes by the word vectors of this encoder."""
    if not isinstance(embeddings, EmbeddedE5):
        return None
    return await asyncio.to_thread(EmbeddedAnswers, encoder)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@asynccontextmanager
async def open_players(settings: Settings) -> AsyncIterator[Players]:
    """Open what `dramatis player` needs: the database, and Langfuse's keys."""
    postgres = Postgres(revealed(settings.postgres.url), state(settings, "postgres"))
    try:
        await postgres.open()
        yield Players(PostgresPlayers(postgres), None, langfuse_keys(settings))
    finally:
        await postgres.close()


def ingest_world(settings: Settings, progress: Progress) -> Ingested:
    """Ingest the world of the settings; raises as `open_platform` does."""
    world = load_world(settings.platform.world)
    embeddings = platform_embeddings(settings, Encoder())
    store, model = milvus_store(settings), model_name(embeddings)
    return ingest(world, store, embeddings, model, tokeniser_of(world), progress)
