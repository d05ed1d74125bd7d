"""Which state reader the settings choose, and what is told where it cannot be had."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from langchain_app.composition.adapters import state_reader
from langchain_app.composition.diagnosis import reader_health
from langchain_app.domain.errors import SettingsInvalid
from langchain_app.llm.registry import ModelSpeaker
from langchain_app.settings import StateHeadsSettings
from tests.loopback_models import serve_heads
from tests.playing import settings_in


def settings(reader: str, url: str = "", **more: Any) -> Any:
    platform = {"state_reader": reader, **more}
    heads = StateHeadsSettings(url=url)
    return settings_in(Path("/nowhere"), platform=platform, state_heads=heads)


async def chosen(given: Any, provider: str = "embedded") -> Any:
    from langchain_app.llm.ollama import ollama_chat_model

    model = ollama_chat_model("http://127.0.0.1:9", "npc", 1.0)
    async with AsyncExitStack() as closing:
        return state_reader(given, ModelSpeaker(model, "npc", provider), closing)


async def test_the_rules_judge_alone_unless_a_reader_is_named() -> None:
    assert await chosen(settings("rules")) is None
    heads = await chosen(settings("heads", "http://127.0.0.1:9", state_reader_seconds=0.5))
    assert type(heads).__name__ == "HeadsReader"
    assert heads.seconds >= 0.5
    assert type(await chosen(settings("model"), "ollama")).__name__ == "ModelReader"


async def test_a_reader_without_its_server_is_a_setting_that_cannot_be_used() -> None:
    with pytest.raises(SettingsInvalid) as told:
        await chosen(settings("heads"))
    assert "STATE_HEADS_URL" in told.value.hint
    with pytest.raises(SettingsInvalid) as told:
        await chosen(settings("model"), "embedded")
    assert "DRAMATIS_CHAT_PROVIDER" in told.value.hint
    with pytest.raises(ValidationError):
        settings("oracle")
    with pytest.raises(ValidationError):
        settings("heads", "heads.example:7860")


async def test_health_says_whether_the_heads_are_there() -> None:
    async with serve_heads() as server:
        assert (await reader_health(settings("heads", server.url), "embedded")).ok
    away = await reader_health(settings("heads", "http://127.0.0.1:9"), "embedded")
    assert (away.adapter, away.ok) == ("heads", False)
    assert not (await reader_health(settings("heads"), "embedded")).ok
    assert not (await reader_health(settings("model"), "embedded")).ok
    assert (await reader_health(settings("model"), "ollama/npc")).ok
    assert (await reader_health(settings("rules"), "embedded")).adapter == "rules"
