"""Ollama: whether it is there and has the model, and the chat model that speaks to it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from langchain_core.language_models import BaseChatModel
from langchain_ollama import ChatOllama

from langchain_app.domain.errors import SettingsInvalid
from langchain_app.llm.streaming import reason_of

# Persona, lore and recent turns outgrow the 4k tokens that Ollama gives below 24 GiB of VRAM,
# and what does not fit is cut off without an error.
NUM_CTX = 8192
PORT = 11434
CONNECT_S = 5.0


@dataclass(frozen=True, slots=True)
class OllamaProbe:
    """What an Ollama server said about itself; `version` is empty when it said nothing."""

    reachable: bool
    has_model: bool
    version: str
    detail: str


async def probe_ollama(base_url: str, model: str, timeout_s: float = 1.0) -> OllamaProbe:
    """Ask whether Ollama answers and has the model, in `timeout_s` altogether; never raise."""
    version = ""
    try:
        async with (
            asyncio.timeout(timeout_s),
            httpx.AsyncClient(
                base_url=_address(base_url), timeout=timeout_s, follow_redirects=True
            ) as client,
        ):
            version = str((await _get(client, "/api/version"))["version"])
            tags = await _get(client, "/api/tags")
        names = {_full_name(entry["name"]) for entry in tags["models"]}
    except Exception as failure:  # whatever happens, a probe answers
        return OllamaProbe(bool(version), False, version, reason_of(failure))
    if _full_name(model) in names:
        return OllamaProbe(True, True, version, f"Ollama {version} has {model}")
    return OllamaProbe(True, False, version, f"Ollama {version} lacks it: `ollama pull {model}`")


def ollama_chat_model(
    base_url: str,
    model: str,
    timeout_s: float,
    num_ctx: int = NUM_CTX,
    keep_alive: str = "30m",
) -> BaseChatModel:
    """Build the chat model for an Ollama server; `timeout_s` bounds the silence between two bytes.

    Raises SettingsInvalid for a `base_url` that is no HTTP address.
    """
    return ChatOllama(
        base_url=_address(base_url),
        model=model,
        num_ctx=num_ctx,
        keep_alive=keep_alive,
        # None lets a thinking model think before it speaks; False costs other models nothing.
        reasoning=False,
        validate_model_on_init=False,
        client_kwargs={"timeout": httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_S))},
    )


def _address(base_url: str) -> str:
    """Complete a bare host, and refuse what ChatOllama would silently replace by 127.0.0.1.

    Raises SettingsInvalid.
    """
    bare = "://" not in base_url
    with suppress(ValueError):
        url = urlsplit(f"http://{base_url}" if bare else base_url)
        if url.scheme in {"http", "https"} and url.hostname and url.port != 0:
            return (
                f"http://{url.netloc}:{PORT}{url.path}" if bare and not url.port else url.geturl()
            )
    raise SettingsInvalid(
        f"Ollama's base URL {base_url!r} is no HTTP address.", "Write http://HOST:11434."
    )


async def _get(client: httpx.AsyncClient, path: str) -> Any:
    """Read a JSON answer; raises what httpx and json raise, and never shows the URL's password."""
    response = await client.get(path)
    if response.is_error:
        raise httpx.HTTPStatusError(
            f"HTTP {response.status_code} at {path}", request=response.request, response=response
        )
    return response.json()


def _full_name(model: str) -> str:
    """Write out the tag that Ollama supplies itself."""
    return model if ":" in model.rpartition("/")[2] else f"{model}:latest"
