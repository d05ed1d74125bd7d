"""Which chat model speaks: one registry over every provider."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from langchain_app.domain.errors import SettingsInvalid
from langchain_app.domain.understanding.tone import Tone
from langchain_app.language.korean import KoreanAnalyser

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage


@dataclass(frozen=True, slots=True)
class ModelSpeaker:
    """A chat model as the turn uses it, with its name and who runs it."""

    model: BaseChatModel
    name: str
    provider: str

    def stream(
        self, messages: Sequence[BaseMessage], tone: Tone, seconds: float
    ) -> AsyncGenerator[str, None]:
        """Stream the reply; raises ChatModelFailed and TurnDeadlineExceeded."""
        from langchain_app.llm.streaming import stream_reply

        return stream_reply(
            self.model,
            messages,
            label=f"{self.provider}/{self.name}",
            seconds=seconds,
            temperature=tone.temperature,
            top_p=tone.top_p,
        )


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """What the choice depends on. `provider` "auto" takes Ollama if it has the model."""

    provider: str
    ollama_url: str
    ollama_model: str
    num_ctx: int
    openai_url: str
    openai_model: str
    openai_key: str
    timeout_s: float


def embedded_speaker(korean: KoreanAnalyser) -> ModelSpeaker:
    """Return the embedded speaker: the default without a server, and everybody's fallback."""
    from langchain_app.llm.composing import Composer
    from langchain_app.llm.embedded_speaker import NAME, EmbeddedSpeaker

    return ModelSpeaker(EmbeddedSpeaker(composer=Composer(korean)), NAME, "embedded")


async def choose_speaker(settings: ChatSettings, embedded: ModelSpeaker) -> ModelSpeaker:
    """Return the speaker that the settings ask for; "auto" asks Ollama whether it is there.

    Raises SettingsInvalid where a provider was asked for by name and cannot be used as configured.
    A server that is merely down now is no such case: turns fall back until it answers.
    """
    if settings.provider == "openai":
        return _openai(settings)
    if settings.provider == "ollama":
        return _ollama(settings)
    if settings.provider == "auto":
        from langchain_app.llm.ollama import probe_ollama

        probe = await probe_ollama(settings.ollama_url, settings.ollama_model)
        if probe.has_model:
            return _ollama(settings)
    return embedded


def _ollama(settings: ChatSettings) -> ModelSpeaker:
    from langchain_app.llm.ollama import ollama_chat_model

    model = ollama_chat_model(
        settings.ollama_url, settings.ollama_model, settings.timeout_s, settings.num_ctx
    )
    return ModelSpeaker(model, settings.ollama_model, "ollama")


def _openai(settings: ChatSettings) -> ModelSpeaker:
    from langchain_app.llm.openai import openai_chat_model

    if not settings.openai_url or not settings.openai_model:
        raise SettingsInvalid(
            "The provider openai needs a server and a model.",
            "Set OPENAI_BASE_URL (http://host:8000/v1) and OPENAI_MODEL.",
        )
    model = openai_chat_model(
        settings.openai_url, settings.openai_model, settings.openai_key, settings.timeout_s
    )
    return ModelSpeaker(model, settings.openai_model, "openai")
