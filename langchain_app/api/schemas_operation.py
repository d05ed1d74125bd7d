"""What operators send and receive."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from langchain_app.api.schemas import ErrorBody


class PublishRequest(BaseModel):
    """How to publish; may be left out."""

    wait: bool = Field(False, description="While an ingest runs: wait for it, not 409.")


class PublishAnswer(BaseModel):
    """What was published: chunks of the version, against those of the one before."""

    version: str
    chunks: int
    added: int
    changed: int
    removed: int
    unchanged: int
    embedded: int = Field(description="Chunks that were embedded: nothing else is.")
    written: bool = Field(description="False where this very version stood there already.")
    seconds: float


class MistakeOut(BaseModel):
    """One mistake in a world file; `line` counts from 1."""

    file: str
    line: int
    message: str


class WorldErrorBody(ErrorBody):
    """An error with every mistake of the world."""

    mistakes: list[MistakeOut] = Field(default_factory=list)


class WorldErrorAnswer(BaseModel):
    """What is wrong with the world; the edition in service stays."""

    error: WorldErrorBody


class PartOut(BaseModel):
    """One part of the platform."""

    adapter: str
    ok: bool
    detail: str


class Health(BaseModel):
    """Whether every part answers."""

    status: Literal["ok", "degraded", "down"]
    version: str
    parts: dict[str, PartOut]
