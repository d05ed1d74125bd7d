"""What both sides of a turn benchmark are given: a scripted model, looked-up vectors, a script.

The model streams 40 tokens without thinking, an embedding is a look-up in a dictionary: so neither
is measured. They are LangChain's own interfaces, whose overhead both sides pay.
"""

from __future__ import annotations

import copy
import hashlib
import itertools
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

WORLD = Path(__file__).parents[1] / "game_knowledge" / "ebbhold"
WIDTH = 384
"""Dimensions: the embedded model's."""

TOKENS = 40
_EN = [
    f"{word} "
    for word in [
        "well",
        "now",
        "that",
        "is",
        "a",
        "thing",
        "to",
        "think",
        "about",
        "over",
        "a",
        "cup",
        "of",
        "tea",
    ]
]
_KO = [
    f"{word} "
    for word in [
        "글쎄요",
        "그",
        "일이라면",
        "차",
        "한잔",
        "마시며",
        "천천히",
        "생각해",
        "볼",
        "만하네요",
    ]
]


class ScriptedModel(BaseChatModel):
    """Streams 40 harmless tokens in the language of the last message."""

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": "scripted"}  # otherwise Langfuse's handler logs a warning every turn

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        text = "".join(_script(messages))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text))])

    def _stream(
        self, messages: list[BaseMessage], *args: Any, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        yield from map(_chunk, _script(messages))

    async def _astream(
        self, messages: list[BaseMessage], *args: Any, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        for token in _script(messages):
            yield _chunk(token)


_MESSAGES = {token: AIMessageChunk(token) for token in (*_EN, *_KO)}


def _chunk(token: str) -> ChatGenerationChunk:
    """Return a fresh chunk without validating it: 40 validations would be 1 ms of the model's."""
    message = copy.copy(_MESSAGES[token])
    return ChatGenerationChunk.model_construct(text=token, message=message)


def _script(messages: Sequence[BaseMessage]) -> Iterator[str]:
    text = str(messages[-1].content)
    korean = any("\uac00" <= letter <= "\ud7a3" for letter in text)
    return itertools.islice(itertools.cycle(_KO if korean else _EN), TOKENS)


class LookedUpEmbeddings(Embeddings):
    """Bags of hashed words as vectors of length 1, made ahead of time."""

    model_name = "hashed-words"

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self._known: dict[str, list[float]] = {}
        self.embed_documents(list(texts))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = _hashed(text)
        return found

    async def aembed_query(self, text: str) -> list[float]:
        return self.embed_query(text)


def _hashed(text: str) -> list[float]:
    vector = np.zeros(WIDTH)
    for word in text.lower().split():
        digest = hashlib.blake2b(word.encode(), digest_size=4).digest()
        vector[int.from_bytes(digest[:2]) % WIDTH] += 1 if digest[2] % 2 else -1
    length = float(np.linalg.norm(vector))
    return (vector / (length or 1.0)).tolist()


@dataclass(frozen=True, slots=True)
class Sitting:
    """One session to play: who speaks to whom, and what is said."""

    player: str
    npc: str
    says: tuple[str, ...]


def sittings(turns: int, players: int = 4) -> Iterator[Sitting]:
    """Yield sessions without end: the world's own test questions, languages by turns."""
    by_npc: dict[tuple[str, str], list[str]] = {}
    for language in ("en", "ko"):
        lines = (WORLD / "evaluation" / f"questions.{language}.jsonl").read_text("utf-8")
        for row in map(json.loads, lines.splitlines()):
            by_npc.setdefault((row["npc"], language), []).append(row["question"])
    streams = {key: itertools.cycle(questions) for key, questions in by_npc.items()}
    names = sorted({npc for npc, _ in by_npc})
    for count in itertools.count():
        npc, language = names[count // 2 % len(names)], ("en", "ko")[count % 2]
        says = tuple(itertools.islice(streams[npc, language], turns))
        yield Sitting(f"player-{count // 2 % players}", npc, says)


def questions() -> list[str]:
    """Return every question of the script."""
    return [
        json.loads(line)["question"]
        for language in ("en", "ko")
        for line in (WORLD / "evaluation" / f"questions.{language}.jsonl")
        .read_text("utf-8")
        .splitlines()
    ]
