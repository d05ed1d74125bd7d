"""The one place that knows which adapter is in use: picks, joins and closes the parts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from langchain_app.dialogue import Dialogue
from langchain_app.domain.errors import DramatisError
from langchain_app.domain.proposals import policy_of
from langchain_app.domain.text import LANGUAGES
from langchain_app.domain.world import World
from langchain_app.graph.context import Parts
from langchain_app.language.listener import LocalListener
from langchain_app.language.tokens import Tokeniser
from langchain_app.llm.registry import ChatSettings, ModelSpeaker, choose_speaker, embedded_speaker
from langchain_app.observability.postgres_exporter import postgres_processor
from langchain_app.observability.tracing import LangfuseKeys, Tracing
from langchain_app.persistence.memory_book import PostgresMemoryBook
from langchain_app.persistence.postgres import Postgres
from langchain_app.persistence.timelines import PostgresTimelines
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
class PartHealth:
    """Whether a part answers, and through which adapter."""

    adapter: str
    ok: bool
    detail: str


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

    async def health(self) -> dict[str, PartHealth]:
        """Ask every part whether it answers."""
        from langchain_app.health import platform_health

        return await platform_health(self)


@asynccontextmanager
async def open_platform(
    settings: Settings, progress: Progress = lambda done, total: None
) -> AsyncIterator[Platform]:
    """Open every part, ingesting the world where its knowledge is not there yet; close in order.

    Raises WorldInvalid, SettingsInvalid, DatabaseUnavailable, KnowledgeStoreUnavailable and
    EmbeddingsUnavailable.
    """
    world = await asyncio.to_thread(load_world, settings.platform.world)
    tokeniser = Tokeniser(world.names)
    postgres = Postgres(_secret(settings.postgres.url), settings.platform.state_dir / "postgres")
    store = milvus_store(settings)
    fallback = embedded_speaker(tokeniser.korean)
    embeddings, speaker, _ = await asyncio.gather(
        asyncio.to_thread(platform_embeddings, settings),
        choose_speaker(_chat_settings(settings), fallback),
        postgres.open(),
    )
    tracing = Tracing(postgres_processor(postgres.conninfo), langfuse=_langfuse(settings))
    try:
        knowledge = await asyncio.to_thread(
            _knowledge, world, store, embeddings, tokeniser, progress
        )
        snapshot = await asyncio.to_thread(Snapshot, knowledge, tokeniser)
        retriever = SnapshotRetriever(snapshot, tokeniser)
        listener = await asyncio.to_thread(_listener, world, tokeniser, embeddings, knowledge)
        weights = {language: knowledge.weights.get(language, 0.0) for language in LANGUAGES}
        parts = Parts(
            world=world,
            policy=policy_of(world),
            timelines=PostgresTimelines(postgres),
            memory_book=PostgresMemoryBook(postgres, listener, weights),
            lore=retriever,
            listener=listener,
            speaker=speaker,
            fallback=fallback,
        )
        dialogue = Dialogue(
            parts,
            tracing,
            embeddings.aembed_query,
            turn_seconds=settings.platform.turn_seconds,
            max_message_chars=settings.platform.max_message_chars,
            max_concurrent_turns=settings.platform.max_concurrent_turns,
        )
        yield Platform(
            settings, world, dialogue, postgres, store, retriever, embeddings, tracing, speaker
        )
    finally:
        await asyncio.to_thread(tracing.close)
        await postgres.close()


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
        state_folder=settings.platform.state_dir / "models",
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


def _listener(
    world: World, tokeniser: Tokeniser, embeddings: Embeddings, knowledge: Knowledge
) -> LocalListener:
    trusted = [language for language in LANGUAGES if knowledge.weights.get(language, 0.0) > 0]
    return LocalListener(
        tokeniser, world.examples, lambda texts: embeddings.embed_documents(list(texts)), trusted
    )


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


def _secret(value: object) -> str | None:
    reveal = getattr(value, "get_secret_value", None)
    return str(reveal()) if reveal else None
