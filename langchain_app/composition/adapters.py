"""The adapters that the settings choose."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from langchain_app.domain.errors import SettingsInvalid
from langchain_app.domain.ports import Listener, QueryWriter, StateReader
from langchain_app.domain.text import LANGUAGES
from langchain_app.domain.world import World
from langchain_app.encoder.encoder import Encoder
from langchain_app.language.tokens import Tokeniser
from langchain_app.llm.fact_reader import ComposedReflector, ModelFactReader, ModelReflector
from langchain_app.llm.registry import ChatSettings, ModelSpeaker
from langchain_app.observability.tracing import LangfuseKeys
from langchain_app.persistence.postgres import Postgres
from langchain_app.persistence.reflections import PostgresReflections
from langchain_app.retrieval.embeddings import open_embeddings
from langchain_app.retrieval.http_reranker import HttpReranker
from langchain_app.retrieval.milvus_store import MilvusStore
from langchain_app.retrieval.reranking import EmbeddedReranker, NoReranker, Reranker
from langchain_app.services.afterthoughts import Thinker
from langchain_app.settings import Settings

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings


def tokeniser_of(world: World) -> Tokeniser:
    """Return the tokeniser that knows a world's names and synonyms."""
    synonyms = {language: world.manifest.synonyms[language] for language in LANGUAGES}
    return Tokeniser(world.names, synonyms)


def milvus_store(settings: Settings) -> MilvusStore:
    """Return the knowledge store of the settings."""
    return MilvusStore(settings.milvus_uri, settings.milvus.token.get_secret_value())


def platform_embeddings(settings: Settings, encoder: Encoder) -> Embeddings:
    """Open the embedding model of the settings; raises EmbeddingsUnavailable.

    The embedded one is `encoder`, which reads utterances too.
    """
    provider = settings.platform.embedding_provider
    base_url = {"ollama": settings.ollama.base_url, "openai": settings.openai.base_url}.get(
        provider
    )
    return open_embeddings(
        provider,
        encoder=encoder,
        base_url=base_url or None,
        model=settings.platform.embedding_model or None,
    )


def model_name(embeddings: Embeddings) -> str:
    """Return the name under which an embedding model's vectors are kept apart from others'."""
    return str(getattr(embeddings, "model_name", type(embeddings).__name__))


def chat_settings(settings: Settings) -> ChatSettings:
    """Return what the choice of a chat model depends on."""
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


def query_writer(settings: Settings, speaker: ModelSpeaker) -> QueryWriter | None:
    """Return who writes more queries, or None."""
    if settings.platform.query_writer == "none" or speaker.provider == "embedded":
        return None
    from langchain_app.llm.query_writer import ModelQueryWriter

    return ModelQueryWriter(speaker.model, settings.platform.query_writer_seconds)


def state_reader(
    settings: Settings, speaker: ModelSpeaker, closing: AsyncExitStack
) -> StateReader | None:
    """Return who judges beside the authored rules, or None; `closing` will close it.

    Raises SettingsInvalid where the reader that is asked for has no server.
    """
    chosen, seconds = settings.platform.state_reader, settings.platform.state_reader_seconds
    if chosen == "heads":
        from langchain_app.llm.state_heads import HeadsReader

        if not settings.state_heads.url:
            raise SettingsInvalid(
                "DRAMATIS_STATE_READER=heads needs the server of the state heads.",
                "Set STATE_HEADS_URL (http://host:7860, without /predict_main).",
            )
        heads = HeadsReader(settings.state_heads.url, seconds)
        closing.push_async_callback(heads.close)
        return heads
    if chosen == "model":
        from langchain_app.llm.state_model import ModelReader

        if speaker.provider == "embedded":
            raise SettingsInvalid(
                "DRAMATIS_STATE_READER=model needs a chat model; the embedded speaker is none.",
                "Start Ollama or set DRAMATIS_CHAT_PROVIDER=openai; `dramatis doctor` tells more.",
            )
        return ModelReader(speaker.model, f"{speaker.provider}/{speaker.name}", seconds)
    return None


def reranker(settings: Settings, closing: AsyncExitStack) -> Reranker:
    """Return the reranker of the settings; `closing` will close it."""
    chosen = settings.reranker
    if chosen.provider != "http":
        return EmbeddedReranker() if chosen.provider == "embedded" else NoReranker()
    served = HttpReranker(
        chosen.url,
        shape=chosen.shape,
        model=chosen.model,
        api_key=chosen.api_key.get_secret_value(),
        timeout_s=chosen.timeout_seconds,
    )
    closing.push_async_callback(served.close)
    return served


def thinker_of(
    settings: Settings, postgres: Postgres, speaker: ModelSpeaker, listener: Listener
) -> Thinker:
    """Return who thinks of a turn after it was answered: the chat model where there is one."""
    kept = PostgresReflections(postgres)
    if speaker.provider == "embedded" or not settings.platform.model_afterthoughts:
        return Thinker(kept, ComposedReflector())
    model = speaker.model
    return Thinker(kept, ModelReflector(model, listener), ModelFactReader(model))


def langfuse_keys(settings: Settings) -> LangfuseKeys | None:
    """Return the keys of Langfuse, or None where they are not both set."""
    keys = settings.langfuse
    secret = keys.secret_key.get_secret_value()
    if not keys.public_key or not secret:
        return None
    return LangfuseKeys(keys.public_key, secret, keys.base_url, keys.environment)


def state(settings: Settings, name: str) -> Path:
    """Return a folder of the platform's own state."""
    return settings.platform.state_dir / name


def revealed(secret: SecretStr | None) -> str | None:
    """Return a secret in plain text, for an adapter only."""
    return secret.get_secret_value() if secret else None
