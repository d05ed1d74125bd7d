"""A platform to rehearse on: the game's models and knowledge, and a database of its own."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from langchain_app.composition.adapters import platform_embeddings, state
from langchain_app.composition.bootstrap import Platform, open_platform
from langchain_app.composition.diagnosis import configured_model_health
from langchain_app.composition.waking import Waker
from langchain_app.domain.errors import KnowledgeStoreUnavailable, SettingsInvalid
from langchain_app.encoder.encoder import Encoder
from langchain_app.persistence.embedded import stop_embedded_postgres
from langchain_app.retrieval.ingest import Progress
from langchain_app.retrieval.milvus_lock import copied
from langchain_app.settings import (
    LangfuseSettings,
    MilvusSettings,
    PostgresSettings,
    Settings,
)

PROVIDERS = ("ollama", "openai")
FOLDER = "storytests"
"""Below the state folder: knowledge that rehearsals ingest, where no running server looks."""


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """A chat model as it is named on the command line: `embedded`, `ollama/NAME`, `openai/NAME`."""

    provider: str
    name: str = ""

    @classmethod
    def parse(cls, written: str) -> ChosenModel:
        """Read `written`; raises SettingsInvalid."""
        provider, _, name = written.partition("/")
        if written == "embedded" or (provider in PROVIDERS and name):
            return cls(provider, name)
        raise SettingsInvalid(
            f"There is no model {written!r}.", "Use embedded, ollama/NAME or openai/NAME."
        )

    def __str__(self) -> str:
        return f"{self.provider}/{self.name}" if self.name else self.provider


@asynccontextmanager
async def rehearsal(
    game: Settings, world: Path, model: ChosenModel, progress: Progress
) -> AsyncIterator[Platform]:
    """Open a platform whose turns leave nothing behind; raises as `open_platform` does.

    Raises SettingsInvalid too where the model does not answer: a fallback would pass for it.
    """
    with tempfile.TemporaryDirectory(prefix="dramatis-rehearsal-") as folder:
        settings = _settings(game, world, model, Path(folder))
        await _check_that_it_answers(model, settings)
        encoder = Encoder()
        embeddings = platform_embeddings(game, encoder)
        try:
            async with open_platform(
                settings, progress, encoder=encoder, embeddings=embeddings
            ) as platform:
                await Waker(platform).understand()
                yield platform
        finally:
            stop_embedded_postgres(state(settings, "postgres"))


def _settings(game: Settings, world: Path, model: ChosenModel, folder: Path) -> Settings:
    own = _knowledge(game)
    named = {"model": model.name}
    return Settings(
        platform=game.platform.model_copy(
            update={
                "world": world,
                "state_dir": folder,
                "chat_provider": model.provider,
                "model_afterthoughts": False,
            }
        ),
        ollama=game.ollama.model_copy(update=named if model.provider == "ollama" else {}),
        openai=game.openai.model_copy(update=named if model.provider == "openai" else {}),
        postgres=PostgresSettings(url=None),
        milvus=MilvusSettings(uri=str(own.resolve()), search="snapshot"),
        langfuse=LangfuseSettings(public_key=""),
        reranker=game.reranker,
    )


def _knowledge(game: Settings) -> Path:
    """Return where rehearsals keep their knowledge; it begins as the game's, if that is a folder."""
    own = state(game, FOLDER) / "milvus.db"
    if not game.milvus.uri and not own.exists():
        try:
            copied(state(game, "milvus.db"), own)
        except OSError as error:
            raise KnowledgeStoreUnavailable(str(own), error.strerror or str(error)) from error
    return own


async def _check_that_it_answers(model: ChosenModel, settings: Settings) -> None:
    if model.provider == "openai" and not settings.openai.base_url:
        raise SettingsInvalid(
            f"{model} does not answer: no server is set.",
            "Set OPENAI_BASE_URL (http://host:8000/v1).",
        )
    health = await configured_model_health(settings)
    if not health.ok:
        detail = health.detail.rstrip(".")
        raise SettingsInvalid(f"{model} does not answer: {detail}.", health.hint)
