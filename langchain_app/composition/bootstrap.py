"""The one place that knows which adapter is in use: picks, joins and closes the parts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from langchain_app.composition.adapters import (
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
from langchain_app.composition.press import EditionPress, no_progress
from langchain_app.domain.story.saves import Saves
from langchain_app.domain.world import World
from langchain_app.encoder.answers import EmbeddedAnswers
from langchain_app.encoder.encoder import Encoder
from langchain_app.encoder.understanding import EmbeddedUnderstanding
from langchain_app.llm.registry import ModelSpeaker, choose_speaker, embedded_speaker
from langchain_app.observability.postgres_exporter import postgres_processor
from langchain_app.observability.tracing import Tracing
from langchain_app.persistence.players import PostgresPlayers
from langchain_app.persistence.postgres import Postgres
from langchain_app.persistence.saves import PostgresSaves
from langchain_app.retrieval.answering import AnswerReader
from langchain_app.retrieval.e5 import EmbeddedE5
from langchain_app.retrieval.ingest import Ingested, Progress, ingest
from langchain_app.retrieval.milvus_store import MilvusStore
from langchain_app.services.afterthoughts import Thinker
from langchain_app.services.dialogue import Dialogue
from langchain_app.services.intake import EventIntake
from langchain_app.services.players import Players
from langchain_app.services.publishing import Publisher, Searched
from langchain_app.settings import Settings
from langchain_app.worlds import load_world

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings


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
    progress: Progress = no_progress,
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
