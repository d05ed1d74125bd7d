"""What tests on real parts share: one state folder, one platform, one server on a free port."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from langchain_app.composition.bootstrap import Platform
    from langchain_app.encoder.encoder import Encoder
    from tests.loopback_models import LoopbackServer
    from tests.playing import Game

warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")

# The platform is imported where a fixture needs it: tests of rules alone start at once.


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The encoder, which takes seconds to open."""
    from langchain_app.encoder.encoder import Encoder

    return Encoder()


@pytest.fixture(scope="session")
def ingested(request: pytest.FixtureRequest) -> Path:
    """The demo world's knowledge as a real ingest wrote it.

    An ingest embeds a thousand passages, which takes minutes; it is kept in pytest's cache until the
    world's version changes (`pytest --cache-clear` forgets it). Of an earlier version, or of what
    `make demo` embedded, only what changed is embedded, as a running platform does.
    """
    import shutil

    from langchain_app.composition.bootstrap import ingest_world
    from langchain_app.retrieval.e5 import EmbeddedE5
    from langchain_app.retrieval.ingest import knowledge_version
    from langchain_app.retrieval.milvus_lock import copied
    from langchain_app.worlds import load_world
    from tests.playing import EBBHOLD, settings_in

    assert request.config.cache is not None
    version = knowledge_version(load_world(EBBHOLD), EmbeddedE5.model_name)
    shelf = Path(request.config.cache.mkdir("ingested"))
    kept = shelf / version
    if not (kept / "whole").exists():
        earlier = max(shelf.glob("*/whole"), key=lambda path: path.stat().st_mtime, default=None)
        if earlier is not None:
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(
                earlier.parent, kept, ignore=shutil.ignore_patterns("whole", "postgres")
            )
        elif not (kept / "milvus.db").exists():
            kept.mkdir(exist_ok=True)
            copied(request.config.rootpath / ".dramatis" / "milvus.db", kept / "milvus.db")
        ingest_world(settings_in(kept), lambda done, total: None)
        (kept / "whole").touch()
    return kept


@pytest.fixture(scope="session")
def state(ingested: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of the platform."""
    from tests.playing import state_with

    return state_with(ingested, tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="session")
async def platform(state: Path, encoder: Encoder) -> AsyncIterator[Platform]:
    """The platform on its embedded parts."""
    from langchain_app.composition.bootstrap import open_platform
    from tests.playing import settings_in

    async with open_platform(settings_in(state), encoder=encoder) as opened:
        yield opened


@pytest.fixture(scope="session")
async def url(platform: Platform) -> AsyncIterator[str]:
    """Where the platform is served."""
    from tests.playing import served

    async with served(platform) as address:
        yield address


@pytest.fixture
async def game(platform: Platform, url: str) -> AsyncIterator[Game]:
    """A game with a player that no other test knows."""
    import httpx

    from tests.playing import Game

    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        yield Game(http, platform)


@pytest.fixture(scope="session", params=["ollama"])
def model_provider(request: pytest.FixtureRequest) -> str:
    """The provider of the platform whose chat model may be broken at will."""
    return str(request.param)


@pytest.fixture(scope="session")
async def model_server(model_provider: str) -> AsyncIterator[LoopbackServer]:
    """A chat-model server on the loopback; a test gives it a `behaviour`."""
    from tests.loopback_models import serve_ollama, serve_openai

    serve = {"ollama": serve_ollama, "openai": serve_openai}[model_provider]
    async with serve() as server:
        yield server


@pytest.fixture(scope="session")
async def model_platform(
    model_provider: str,
    model_server: LoopbackServer,
    platform: Platform,
    encoder: Encoder,
    ingested: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Platform]:
    """A platform that speaks through the loopback server, with a database of its own to break."""
    from langchain_app.composition.bootstrap import open_platform
    from langchain_app.settings import OllamaSettings, OpenAISettings
    from tests.playing import settings_in, state_with

    settings = settings_in(
        state_with(ingested, tmp_path_factory.mktemp(model_provider)),
        chat_provider=model_provider,
        platform={"turn_seconds": 2.5},
        ollama=OllamaSettings(base_url=model_server.url, model="npc"),
        openai=OpenAISettings(base_url=model_server.url, model="npc:latest", api_key="sk-test"),
    )
    async with open_platform(settings, encoder=encoder, embeddings=platform.embeddings) as opened:
        yield opened


@pytest.fixture
async def model_game(model_platform: Platform, model_server: LoopbackServer) -> AsyncIterator[Game]:
    """A game on the platform that speaks through the loopback server, whole at the start."""
    import httpx

    from tests.loopback_models import Behaviour
    from tests.playing import Game, served

    model_server.behaviour = Behaviour()
    async with served(model_platform) as url, httpx.AsyncClient(base_url=url, timeout=60) as http:
        yield Game(http, model_platform)
