"""The one place that knows which adapter is in use: picks, joins and closes the parts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from langchain_app.afterthoughts import Thinker
from langchain_app.dialogue import Dialogue
from langchain_app.domain.errors import DramatisError
from langchain_app.domain.ports import QueryWriter
from langchain_app.domain.proposals import policy_of
from langchain_app.domain.text import LANGUAGES
from langchain_app.domain.world import World
from langchain_app.graph.context import Parts
from langchain_app.intake import EventIntake
from langchain_app.language.listener import LocalListener
from langchain_app.language.tokens import Tokeniser
from langchain_app.llm.fact_reader import ComposedReflector, ModelFactReader, ModelReflector
from langchain_app.llm.registry import ChatSettings, ModelSpeaker, choose_speaker, embedded_speaker
from langchain_app.observability.postgres_exporter import postgres_processor
from langchain_app.observability.tracing import LangfuseKeys, Tracing
from langchain_app.persistence.chronicle import PostgresChronicle
from langchain_app.persistence.memory_book import PostgresMemoryBook
from langchain_app.persistence.players import PostgresPlayers
from langchain_app.persistence.postgres import Postgres
from langchain_app.persistence.reflections import PostgresReflections
from langchain_app.persistence.timelines import PostgresTimelines
from langchain_app.players import Players
from langchain_app.retrieval.embeddings import open_embeddings
from langchain_app.retrieval.http_reranker import HttpReranker
from langchain_app.retrieval.ingest import Ingested, ingest, knowledge_version
from langchain_app.retrieval.knowledge import Knowledge
from langchain_app.retrieval.lore_retriever import HybridRetriever
from langchain_app.retrieval.milvus_store import MilvusStore
from langchain_app.retrieval.minilm import EmbeddedMiniLM
from langchain_app.retrieval.reranking import EmbeddedReranker, NoReranker, Reranker
from langchain_app.retrieval.snapshot import Snapshot
from langchain_app.settings import Settings
from langchain_app.worlds import load_world

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Platform:
    """The joined parts."""

    settings: Settings
    world: World
    dialogue: Dialogue
    intake: EventIntake
    postgres: Postgres
    store: MilvusStore
    retriever: HybridRetriever
    embeddings: Embeddings
    tracing: Tracing
    speaker: ModelSpeaker
    players: Players
    thinker: Thinker


@asynccontextmanager
async def open_platform(
    settings: Settings,
    progress: Progress = lambda done, total: None,
    *,
    speaker: ModelSpeaker | None = None,
    embeddings: Embeddings | None = None,
) -> AsyncIterator[Platform]:
    """Open every part, ingesting the world where its knowledge is not there yet; close in order.

    `speaker` and `embeddings` take the place of those that the settings name. Raises WorldInvalid,
    SettingsInvalid, DatabaseUnavailable, KnowledgeStoreUnavailable and EmbeddingsUnavailable.
    """
    async with AsyncExitStack() as closing:
        world = await asyncio.to_thread(load_world, settings.platform.world)
        tokeniser = tokeniser_of(world)
        fallback = embedded_speaker(tokeniser.korean)
        speaker = speaker or await choose_speaker(_chat_settings(settings), fallback)
        if embeddings is None:
            embeddings = await asyncio.to_thread(platform_embeddings, settings)
        postgres = Postgres(_revealed(settings.postgres.url), state(settings, "postgres"))
        closing.push_async_callback(postgres.close)
        store = milvus_store(settings)
        _, knowledge = await asyncio.gather(
            postgres.open(),
            asyncio.to_thread(_knowledge, world, store, embeddings, tokeniser, progress),
        )
        tracing = Tracing(postgres_processor(postgres.conninfo), langfuse=_langfuse(settings))
        closing.push_async_callback(asyncio.to_thread, tracing.close)
        retriever = HybridRetriever(
            await asyncio.to_thread(Snapshot, knowledge),
            tokeniser,
            reranker=_reranker(settings, closing),
            writer=_query_writer(settings, speaker),
            words=embeddings if isinstance(embeddings, EmbeddedMiniLM) else None,
        )
        listener = await asyncio.to_thread(
            LocalListener, tokeniser, world.examples, knowledge.examples
        )
        chronicle = PostgresChronicle(postgres, world, listener, knowledge.weights)
        parts = Parts(
            world=world,
            policy=policy_of(world),
            timelines=PostgresTimelines(postgres),
            memory_book=PostgresMemoryBook(postgres, listener, knowledge.weights),
            chronicle=chronicle,
            lore=retriever,
            listener=listener,
            speaker=speaker,
            fallback=fallback,
        )
        thinker = _thinker(settings, postgres, speaker, listener)
        closing.push_async_callback(thinker.close)
        dialogue = Dialogue(
            parts,
            tracing,
            embeddings.aembed_query,
            turn_seconds=settings.platform.turn_seconds,
            max_message_chars=settings.platform.max_message_chars,
            max_concurrent_turns=settings.platform.max_concurrent_turns,
            thinker=thinker,
        )
        yield Platform(
            settings,
            world,
            dialogue,
            EventIntake(chronicle, embeddings.aembed_query),
            postgres,
            store,
            retriever,
            embeddings,
            tracing,
            speaker,
            Players(PostgresPlayers(postgres), tracing, _langfuse(settings)),
            thinker,
        )


@asynccontextmanager
async def open_players(settings: Settings) -> AsyncIterator[Players]:
    """Open what `dramatis player` needs: the database, and Langfuse's keys."""
    postgres = Postgres(_revealed(settings.postgres.url), state(settings, "postgres"))
    try:
        await postgres.open()
        yield Players(PostgresPlayers(postgres), None, _langfuse(settings))
    finally:
        await postgres.close()


def _thinker(
    settings: Settings, postgres: Postgres, speaker: ModelSpeaker, listener: LocalListener
) -> Thinker:
    kept = PostgresReflections(postgres)
    if speaker.provider == "embedded" or not settings.platform.model_afterthoughts:
        return Thinker(kept, ComposedReflector())
    model = speaker.model
    return Thinker(kept, ModelReflector(model, listener), ModelFactReader(model))


def ingest_world(settings: Settings, progress: Progress) -> Ingested:
    """Ingest the world of the settings; raises as `open_platform` does."""
    world = load_world(settings.platform.world)
    embeddings = platform_embeddings(settings)
    return ingest(
        world,
        milvus_store(settings),
        embeddings,
        model_name(embeddings),
        tokeniser_of(world),
        progress,
    )


def tokeniser_of(world: World) -> Tokeniser:
    """Return the tokeniser that knows a world's names and synonyms."""
    synonyms = {language: world.manifest.synonyms[language] for language in LANGUAGES}
    return Tokeniser(world.names, synonyms)


def milvus_store(settings: Settings) -> MilvusStore:
    """Return the knowledge store of the settings."""
    return MilvusStore(settings.milvus_uri, settings.milvus.token.get_secret_value())


def platform_embeddings(settings: Settings) -> Embeddings:
    """Open the embedding model of the settings; raises EmbeddingsUnavailable."""
    provider = settings.platform.embedding_provider
    base_url = {"ollama": settings.ollama.base_url, "openai": settings.openai.base_url}.get(
        provider
    )
    return open_embeddings(
        provider,
        state_folder=state(settings, "models"),
        base_url=base_url or None,
        model=settings.platform.embedding_model or None,
    )


def model_name(embeddings: Embeddings) -> str:
    """Return the name under which an embedding model's vectors are kept apart from others'."""
    return str(getattr(embeddings, "model_name", type(embeddings).__name__))


def _knowledge(
    world: World,
    store: MilvusStore,
    embeddings: Embeddings,
    tokeniser: Tokeniser,
    progress: Progress,
) -> Knowledge:
    model = model_name(embeddings)
    knowledge = store.read(world.id)
    if knowledge is None or knowledge.version != knowledge_version(world, model):
        ingest(world, store, embeddings, model, tokeniser, progress)
        knowledge = store.read(world.id)
    if knowledge is None:
        raise DramatisError("The world was ingested, and its knowledge is not there.")
    return knowledge


def _chat_settings(settings: Settings) -> ChatSettings:
    return ChatSettings(
        provider=settings.platform.chat_provider,
        ollama_url=settings.ollama.base_url,
        ollama_model=settings.ollama.model,
        num_ctx=settings.ollama.num_ctx,
        openai_url=settings.openai.base_url,
        openai_model=settings.openai.model,
        openai_key=settings.openai.api_key.get_secret_value(),
        timeout_s=settings.platform.turn_seconds,
    )


def _query_writer(settings: Settings, speaker: ModelSpeaker) -> QueryWriter | None:
    if settings.platform.query_writer == "none" or speaker.provider == "embedded":
        return None
    from langchain_app.llm.query_writer import ModelQueryWriter

    return ModelQueryWriter(speaker.model, settings.platform.query_writer_seconds)


def _reranker(settings: Settings, closing: AsyncExitStack) -> Reranker:
    chosen = settings.reranker
    if chosen.provider != "http":
        return EmbeddedReranker() if chosen.provider == "embedded" else NoReranker()
    reranker = HttpReranker(
        chosen.url,
        shape=chosen.shape,
        model=chosen.model,
        api_key=chosen.api_key.get_secret_value(),
        timeout_s=chosen.timeout_seconds,
    )
    closing.push_async_callback(reranker.close)
    return reranker


def _langfuse(settings: Settings) -> LangfuseKeys | None:
    keys = settings.langfuse
    secret = keys.secret_key.get_secret_value()
    if not keys.public_key or not secret:
        return None
    return LangfuseKeys(keys.public_key, secret, keys.base_url, keys.environment)


def state(settings: Settings, name: str) -> Path:
    """Return a folder of the platform's own state."""
    return settings.platform.state_dir / name


def _revealed(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
