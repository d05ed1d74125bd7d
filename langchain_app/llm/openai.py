"""OpenAI-compatible servers (vLLM, llama.cpp, hosted): the probe, and the chat model."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import openai
from langchain_core.language_models import BaseChatModel
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from langchain_app.domain.errors import SettingsInvalid
from langchain_app.llm.streaming import reason_of

CONNECT_S = 5.0

# Answers 422 `extra_forbidden` to stream_options (openai/openai-agents-python issue 442).
_REFUSE_STREAM_OPTIONS = (".mistral.ai",)


@dataclass(frozen=True, slots=True)
class OpenAIProbe:
    """What an OpenAI-compatible server said about itself."""

    reachable: bool
    has_model: bool
    detail: str


async def probe_openai(base_url: str, model: str, api_key: str, timeout_s: float) -> OpenAIProbe:
    """Ask a server for its list of models, in `timeout_s` altogether; never raise."""
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    answered = False
    try:
        async with (
            asyncio.timeout(timeout_s),
            httpx.AsyncClient(
                base_url=base_url, headers=headers, timeout=timeout_s, follow_redirects=True
            ) as client,
        ):
            response = await client.get("/models")
        answered = True
        if response.is_error:
            return OpenAIProbe(True, False, f"HTTP {response.status_code} at /models")
        ids = {entry["id"] for entry in response.json()["data"]}
    except Exception as failure:  # whatever happens, a probe answers
        return OpenAIProbe(answered, False, reason_of(failure))
    if ids & {model, f"{model}:latest"}:  # Ollama's /v1 lists the tag and takes the bare name
        return OpenAIProbe(True, True, f"the server has {model}")
    return OpenAIProbe(True, False, f"the server lacks {model}; it has {len(ids)} others")


def openai_chat_model(base_url: str, model: str, api_key: str, timeout_s: float) -> BaseChatModel:
    """Build the chat model for a server; `timeout_s` bounds the silence between two bytes.

    Raises SettingsInvalid for a `base_url` that is no HTTP address.
    """
    host = _host(base_url)
    return ChatOpenAI(
        base_url=base_url,
        model=model,
        # Left out, OPENAI_API_KEY would be sent to whoever is at base_url.
        api_key=SecretStr(api_key or "none"),
        # An object, not a number: for a number LangChain shares one cached HTTP client between
        # all models, and with it between event loops.
        timeout=openai.Timeout(timeout_s, connect=min(timeout_s, CONNECT_S)),
        max_retries=0,
        stream_usage=not f".{host}".endswith(_REFUSE_STREAM_OPTIONS),
        # stream_reply keeps the time; this clock would start a task for every chunk on 3.11.
        stream_chunk_timeout=None,
        # Otherwise guessed from the name: "codex" in it asks for /v1/responses.
        use_responses_api=False,
    )


def _host(base_url: str) -> str:
    """Return a URL's host. Without one, the client would ask api.openai.com.

    Raises SettingsInvalid.
    """
    with suppress(ValueError):
        url = urlsplit(base_url)
        if url.scheme in {"http", "https"} and url.hostname and url.port != 0:
            return url.hostname
    raise SettingsInvalid(
        f"The OpenAI base URL {base_url!r} is no HTTP address.", "Write http://HOST:PORT/v1."
    )
