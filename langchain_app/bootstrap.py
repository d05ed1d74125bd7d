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
from langchain_app.domain.proposals import policy_of
from langchain_app.domain.world import World
from langchain_app.graph.context import Parts
from langchain_app.language.listener import LocalListener
from langchain_app.language.tokens import Tokeniser
from langchain_app.llm.fact_reader import ComposedReflector, ModelFactReader, ModelReflector
from langchain_app.llm.registry import ChatSettings, ModelSpeaker, choose_speaker, embedded_speaker
from langchain_app.observability.postgres_exporter import postgres_processor
from langchain_app.observability.tracing import LangfuseKeys, Tracing
from langchain_app.persistence.memory_book import PostgresMemoryBook
from langchain_app.persistence.players import PostgresPlayers
from langchain_app.persistence.postgres import Postgres
from langchain_app.persistence.reflections import PostgresReflections
from langchain_app.persistence.timelines import PostgresTimelines
from langchain_app.players import Players
from langchain_app.retrieval.embeddings import open_embeddings
from langchain_app.retrieval.ingest import Ingested, ingest, knowledge_version
from langchain_app.retrieval.lore_retriever import SnapshotRetriever
from langchain_app.retrieval.milvus_store import MilvusStore
from langchain_app.retrieval.snapshot import Knowledge, Snapshot
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
    postgres: Postgres
    store: MilvusStore
    retriever: SnapshotRetriever
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
        tokeniser = Tokeniser(world.names)
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
        retriever = SnapshotRetriever(
            await asyncio.to_thread(Snapshot, knowledge, tokeniser), tokeniser
        )
        listener = await asyncio.to_thread(
            LocalListener, tokeniser, world.examples, knowledge.examples
        )
        parts = Parts(
            world=world,
            policy=policy_of(world),
            timelines=PostgresTimelines(postgres),
            memory_book=PostgresMemoryBook(postgres, listener, knowledge.weights),
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
        players = Players(PostgresPlayers(postgres), tracing, _langfuse(settings))
        yield Platform(
            settings, world, dialogue, postgres, store, retriever, embeddings, tracing, speaker,
            players, thinker,
        )  # fmt: skip


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
        Tokeniser(world.names),
        progress,
    )


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


async def _embeddings(settings: Settings, given: Embeddings | None) -> Embeddings:
    return given if given is not None else await asyncio.to_thread(platform_embeddings, settings)


async def _speaker(
    settings: Settings, given: ModelSpeaker | None, fallback: ModelSpeaker
) -> ModelSpeaker:
    return given or await choose_speaker(_chat_settings(settings), fallback)


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
