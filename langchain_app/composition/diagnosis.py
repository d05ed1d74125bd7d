"""Whether each part answers: for /health on a running platform, for `doctor` on a machine."""

from __future__ import annotations

import asyncio
import platform as machine
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from langchain_app.composition.adapters import milvus_store, model_name, platform_embeddings
from langchain_app.composition.bootstrap import Platform
from langchain_app.domain.errors import DramatisError
from langchain_app.encoder.answers import EmbeddedAnswers
from langchain_app.encoder.encoder import Encoder
from langchain_app.encoder.understanding import EmbeddedUnderstanding
from langchain_app.llm.registry import ModelSpeaker
from langchain_app.persistence.postgres import Postgres
from langchain_app.retrieval.milvus_search import MilvusKnowledge
from langchain_app.settings import Settings

PROBE_S = 5.0


@dataclass(frozen=True, slots=True)
class PartHealth:
    """A part: its adapter, whether it answers, what it said, and what to do if it does not."""

    adapter: str
    ok: bool
    detail: str
    hint: str = ""


async def platform_health(platform: Platform) -> dict[str, PartHealth]:
    """Ask every part of a running platform, all at once."""
    held = platform.knowledge

    async def knowledge() -> str:
        told = f"version {held.version}, {held.size} chunks"
        if isinstance(held, MilvusKnowledge):
            return f"{told}, searched by {await asyncio.to_thread(platform.store.describe)}"
        return told

    async def embeddings() -> str:
        vector = await platform.embeddings.aembed_query("ready")
        return f"{len(vector)} dimensions"

    async def understanding() -> str:
        return platform.dialogue.parts.understanding.name

    names = (
        "database",
        "knowledge",
        "embeddings",
        "understanding",
        "chat_model",
        "state_reader",
        "langfuse",
    )
    parts = await asyncio.gather(
        _asked(platform.postgres.kind, platform.postgres.version),
        _asked("Milvus Lite" if platform.store.is_lite else "Milvus", knowledge),
        _asked(model_name(platform.embeddings), embeddings),
        _asked("embedded", understanding),
        speaker_health(platform.speaker, platform.settings),
        reader_health(platform.settings, platform.speaker.provider),
        langfuse_health(platform.settings),
    )
    return dict(zip(names, parts, strict=True))


async def diagnose(settings: Settings) -> dict[str, PartHealth]:
    """Check each part of a machine on its own, so that one that fails hides no other."""
    from langchain_app.worlds import load_world

    async def python() -> str:
        return machine.python_version()

    async def world() -> str:
        found = await asyncio.to_thread(load_world, settings.platform.world)
        return f"{found.id}: {len(found.npcs)} NPCs, {len(found.passages)} passages"

    async def database() -> str:
        postgres = _postgres(settings)
        try:
            await postgres.open()
            return await postgres.version()
        finally:
            await postgres.close()

    async def knowledge() -> str:
        return await asyncio.to_thread(milvus_store(settings).describe)

    async def embeddings() -> str:
        model = await asyncio.to_thread(lambda: platform_embeddings(settings, Encoder()))
        return f"{model_name(model)}, {len(await model.aembed_query('ready'))} dimensions"

    async def understanding() -> str:
        encoder = await asyncio.to_thread(Encoder)
        await asyncio.to_thread(EmbeddedAnswers, encoder)
        return (await asyncio.to_thread(EmbeddedUnderstanding, encoder)).name

    async def reader() -> PartHealth:
        if settings.platform.state_reader != "model":
            return await reader_health(settings, settings.platform.chat_provider)
        return await reader_health(settings, (await configured_model_health(settings)).adapter)

    names = (
        "python",
        "world",
        "database",
        "knowledge",
        "embeddings",
        "understanding",
        "chat_model",
        "state_reader",
        "langfuse",
    )
    parts = await asyncio.gather(
        _asked("Python", python),
        _asked(str(settings.platform.world), world),
        _asked(_postgres(settings).kind, database, 30),
        _asked(settings.milvus_uri, knowledge, 30),
        _asked(settings.platform.embedding_provider, embeddings, 30),
        _asked("embedded", understanding, 30),
        configured_model_health(settings),
        reader(),
        langfuse_health(settings),
    )
    return dict(zip(names, parts, strict=True))


async def speaker_health(speaker: ModelSpeaker, settings: Settings) -> PartHealth:
    """Ask whether the chosen chat model is there."""
    adapter = f"{speaker.provider}/{speaker.name}"
    if speaker.provider == "ollama":
        return await _ollama(adapter, settings)
    if speaker.provider == "openai":
        return await _openai(adapter, settings)
    return PartHealth(adapter, True, "composes replies in this process; no server needed")


async def reader_health(settings: Settings, speaks: str) -> PartHealth:
    """Tell who judges after the understanding, and whether the heads' server answers."""
    chosen, url = settings.platform.state_reader, settings.state_heads.url
    if chosen == "rules":
        return PartHealth("rules", True, "the understanding judges alone; no server needed")
    if chosen == "model":
        if speaks == "embedded":
            hint = "Start Ollama or set DRAMATIS_CHAT_PROVIDER=openai."
            return PartHealth("model", False, "the embedded speaker is no chat model", hint)
        return PartHealth("model", True, f"{speaks} judges after the understanding")
    if not url:
        return PartHealth("heads", False, "no server is named", "Set STATE_HEADS_URL.")
    import httpx

    try:
        async with httpx.AsyncClient(timeout=2) as client:
            response = await client.get(url)
    except httpx.HTTPError as error:
        return PartHealth("heads", False, type(error).__name__, f"Is {url} up?")
    # Whatever it says to GET /, it is there; what it reads, only a turn can tell.
    return PartHealth("heads", response.status_code < 500, f"HTTP {response.status_code}")


async def langfuse_health(settings: Settings) -> PartHealth:
    """Ask whether Langfuse answers, where it is configured."""
    keys = settings.langfuse
    if not keys.public_key or not keys.secret_key.get_secret_value():
        return PartHealth(
            "off", True, "traces are kept in Postgres", "Set LANGFUSE_*_KEY to add it."
        )
    import httpx

    try:
        async with httpx.AsyncClient(timeout=2) as client:
            response = await client.get(f"{keys.base_url}/api/public/health")
        return PartHealth("Langfuse", response.is_success, f"HTTP {response.status_code}")
    except httpx.HTTPError as error:
        return PartHealth("Langfuse", False, type(error).__name__, f"Is {keys.base_url} up?")


async def configured_model_health(settings: Settings) -> PartHealth:
    """Ask whether the chat model of the settings is there, before anything is opened."""
    provider = settings.platform.chat_provider
    if provider == "openai":
        return await _openai("openai", settings)
    if provider == "embedded":
        return PartHealth("embedded", True, "composes replies in this process")
    found = await _ollama(f"ollama/{settings.ollama.model}", settings)
    if provider == "ollama" or found.ok:
        return found
    return PartHealth(
        "embedded",
        True,
        f"no Ollama model ({found.detail}); the embedded speaker answers",
        "To use Ollama: start it, and set OLLAMA_BASE_URL and OLLAMA_MODEL.",
    )


async def _ollama(adapter: str, settings: Settings) -> PartHealth:
    from langchain_app.llm.ollama import probe_ollama

    probe = await probe_ollama(settings.ollama.base_url, settings.ollama.model)
    hint = "" if probe.has_model else f"ollama pull {settings.ollama.model}"
    return PartHealth(adapter, probe.has_model, probe.detail, hint)


async def _openai(adapter: str, settings: Settings) -> PartHealth:
    from langchain_app.llm.openai import probe_openai

    openai = settings.openai
    probe = await probe_openai(
        openai.base_url, openai.model, openai.api_key.get_secret_value(), PROBE_S
    )
    return PartHealth(adapter, probe.has_model, probe.detail, "Check OPENAI_BASE_URL and _MODEL.")


async def _asked(
    adapter: str, ask: Callable[[], Awaitable[str]], seconds: float = PROBE_S
) -> PartHealth:
    try:
        async with asyncio.timeout(seconds):
            return PartHealth(adapter, True, await ask())
    except DramatisError as error:
        return PartHealth(adapter, False, str(error), error.hint)
    except TimeoutError:
        return PartHealth(adapter, False, f"no answer within {seconds:g} s")


def _postgres(settings: Settings) -> Postgres:
    url = settings.postgres.url
    return Postgres(
        url.get_secret_value() if url else None, settings.platform.state_dir / "postgres"
    )
