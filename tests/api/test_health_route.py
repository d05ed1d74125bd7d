"""GET /health over real HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx

from langchain_app import __version__
from langchain_app.main import create_app
from langchain_app.settings import LangfuseSettings, OllamaSettings
from tests.playing import served, settings_in

NOWHERE = "http://127.0.0.1:9"


async def test_every_part_is_named_with_its_adapter_and_answers(game) -> None:
    response = await game.http.get("/health")
    health = response.json()
    assert (response.status_code, health["status"], health["version"]) == (200, "ok", __version__)
    adapters = {name: part["adapter"] for name, part in health["parts"].items()}
    assert adapters == {
        "database": "embedded PostgreSQL",
        "knowledge": "Milvus Lite",
        "embeddings": "multilingual-e5-small",
        "understanding": "embedded",
        "chat_model": "embedded/embedded-speaker-1",
        "state_reader": "rules",
        "langfuse": "off",
    }
    assert all(part["ok"] and part["detail"] for part in health["parts"].values())
    assert health["parts"]["database"]["detail"].startswith("18")


async def test_a_langfuse_that_is_down_degrades_and_does_not_stop_the_platform(game) -> None:
    keys = LangfuseSettings(public_key="pk", secret_key="sk", base_url=NOWHERE)
    settings = settings_in(game.platform.settings.platform.state_dir, langfuse=keys)
    response = await _health(replace(game.platform, settings=settings))
    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert not response.json()["parts"]["langfuse"]["ok"]


async def test_a_chat_model_that_is_down_degrades_because_the_fallback_speaks(game) -> None:
    settings = settings_in(
        game.platform.settings.platform.state_dir, ollama=OllamaSettings(base_url=NOWHERE)
    )
    speaker = replace(game.platform.speaker, provider="ollama")
    response = await _health(replace(game.platform, settings=settings, speaker=speaker))
    assert (response.status_code, response.json()["status"]) == (200, "degraded")


async def test_a_database_that_is_gone_is_down(game, tmp_path) -> None:
    from langchain_app.persistence.postgres import Postgres

    gone = Postgres("postgresql://127.0.0.1:9/none", tmp_path)
    response = await _health(replace(game.platform, postgres=gone))
    assert (response.status_code, response.json()["status"]) == (503, "down")
    assert response.json()["parts"]["chat_model"]["ok"]


async def test_an_embedding_model_that_fails_is_down(game) -> None:
    from langchain_app.retrieval.embeddings import open_embeddings

    served_by_nobody = open_embeddings("ollama", base_url=NOWHERE)
    response = await _health(replace(game.platform, embeddings=served_by_nobody))
    assert (response.status_code, response.json()["status"]) == (503, "down")


async def _health(platform: Any) -> httpx.Response:
    async with served(create_app(platform)) as url, httpx.AsyncClient(timeout=30) as http:
        return await http.get(f"{url}/health")
