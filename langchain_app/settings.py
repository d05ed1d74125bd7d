"""Settings, one group a service, from the environment and `.env`.

Read in bootstrap and by the commands, and nowhere deeper.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

SHORTEST_KEY = 16

Keys = Annotated[tuple[SecretStr, ...], NoDecode]
"""Secrets, separated by commas."""

_FILE = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore")


class PlatformSettings(BaseSettings):
    """The platform itself."""

    model_config = SettingsConfigDict(
        **_FILE, env_prefix="DRAMATIS_", hide_input_in_errors=True, validate_assignment=True
    )

    world: Path = Path("game_knowledge/ebbhold")
    state_dir: Path = Path(".dramatis")
    turn_seconds: float = Field(default=20.0, gt=0, le=300)
    max_message_chars: int = Field(default=2000, ge=1, le=20_000)
    max_concurrent_turns: int = Field(default=64, ge=1)
    chat_provider: Literal["auto", "ollama", "openai", "embedded"] = "auto"
    embedding_provider: Literal["embedded", "ollama", "openai"] = "embedded"
    embedding_model: str = ""
    query_writer: Literal["none", "model"] = "none"
    query_writer_seconds: float = Field(default=1.5, gt=0, le=30)
    state_reader: Literal["rules", "heads", "model"] = "rules"
    state_reader_seconds: float = Field(default=1.5, gt=0, le=30)
    player_data_routes: bool = True
    model_afterthoughts: bool = True
    editing: Literal["local", "on", "off"] = "local"
    server_keys: Keys = ()
    player_keys: Keys = ()

    @field_validator("server_keys", "player_keys", mode="before")
    @classmethod
    def _apart(cls, keys: Any) -> Any:
        return [k.strip() for k in keys.split(",") if k.strip()] if isinstance(keys, str) else keys

    @field_validator("server_keys", "player_keys")
    @classmethod
    def _hard_to_guess(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for key in keys:
            secret = key.get_secret_value()
            if len(secret) < SHORTEST_KEY:
                raise ValueError(f"a key has less than {SHORTEST_KEY} characters")
            if not secret.isascii() or not secret.isprintable() or " " in secret:
                raise ValueError("a key has characters that no header carries: use ASCII letters")
        return keys

    @model_validator(mode="after")
    def _server_or_player(self) -> PlatformSettings:
        if set(self.server_keys) & set(self.player_keys):
            raise ValueError("a key is in DRAMATIS_SERVER_KEYS and in DRAMATIS_PLAYER_KEYS")
        return self


class OllamaSettings(BaseSettings):
    """An Ollama server."""

    model_config = SettingsConfigDict(**_FILE, env_prefix="OLLAMA_")

    base_url: str = "http://127.0.0.1:11434"
    model: str = "llama-game-npc"
    num_ctx: int = Field(default=4096, ge=512)

    @field_validator("base_url")
    @classmethod
    def _with_scheme(cls, url: str) -> str:
        return _http(url)


class OpenAISettings(BaseSettings):
    """Any server that speaks OpenAI's protocol, vLLM and llama.cpp among them."""

    model_config = SettingsConfigDict(**_FILE, env_prefix="OPENAI_")

    base_url: str = ""
    model: str = ""
    api_key: SecretStr = SecretStr("none")

    @field_validator("base_url")
    @classmethod
    def _with_scheme(cls, url: str) -> str:
        return _http(url) if url else url


class PostgresSettings(BaseSettings):
    """The database; embedded where no URL is given."""

    model_config = SettingsConfigDict(**_FILE, env_prefix="POSTGRES_")

    url: SecretStr | None = None


class MilvusSettings(BaseSettings):
    """The knowledge store; Milvus Lite under the state folder where no URI is given."""

    model_config = SettingsConfigDict(**_FILE, env_prefix="MILVUS_")

    uri: str = ""
    token: SecretStr = SecretStr("")
    search: Literal["auto", "snapshot", "server"] = "auto"
    snapshot_max_chunks: int = Field(default=100_000, ge=0)


class RerankerSettings(BaseSettings):
    """The second stage of retrieval: embedded, a server's, or none."""

    model_config = SettingsConfigDict(**_FILE, env_prefix="RERANKER_")

    provider: Literal["embedded", "http", "none"] = "embedded"
    url: str = ""
    shape: Literal["texts", "documents"] = "documents"
    model: str = ""
    api_key: SecretStr = SecretStr("")
    timeout_seconds: float = Field(default=0.5, gt=0, le=30)

    @field_validator("url")
    @classmethod
    def _with_scheme(cls, url: str) -> str:
        return _http(url) if url else url

    @model_validator(mode="after")
    def _with_url(self) -> RerankerSettings:
        if self.provider == "http" and not self.url:
            raise ValueError("RERANKER_PROVIDER=http needs RERANKER_URL")
        return self


class StateHeadsSettings(BaseSettings):
    """A server of fine-tuned state heads."""

    model_config = SettingsConfigDict(**_FILE, env_prefix="STATE_HEADS_")

    url: str = ""

    @field_validator("url")
    @classmethod
    def _with_scheme(cls, url: str) -> str:
        return _http(url) if url else url


class LangfuseSettings(BaseSettings):
    """A self-hosted Langfuse; off unless both keys are set."""

    model_config = SettingsConfigDict(**_FILE, env_prefix="LANGFUSE_")

    public_key: str = ""
    secret_key: SecretStr = SecretStr("")
    base_url: str = "http://127.0.0.1:3000"
    environment: str = "default"


class Settings:
    """Every group together; each may be replaced in tests."""

    def __init__(
        self,
        platform: PlatformSettings | None = None,
        ollama: OllamaSettings | None = None,
        openai: OpenAISettings | None = None,
        postgres: PostgresSettings | None = None,
        milvus: MilvusSettings | None = None,
        langfuse: LangfuseSettings | None = None,
        reranker: RerankerSettings | None = None,
        state_heads: StateHeadsSettings | None = None,
    ) -> None:
        self.platform = platform or PlatformSettings()
        self.ollama = ollama or OllamaSettings()
        self.openai = openai or OpenAISettings()
        self.postgres = postgres or PostgresSettings()
        self.milvus = milvus or MilvusSettings()
        self.langfuse = langfuse or LangfuseSettings()
        self.reranker = reranker or RerankerSettings()
        self.state_heads = state_heads or StateHeadsSettings()

    @property
    def milvus_uri(self) -> str:
        """The store's URI, Milvus Lite's folder by default."""
        return self.milvus.uri or str(self.platform.state_dir.resolve() / "milvus.db")


def _http(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"{url!r} needs http:// or https:// in front")
    return url.rstrip("/")
