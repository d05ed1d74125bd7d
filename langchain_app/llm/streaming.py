"""One way to stream a reply from any chat model: text, or one of two errors; nothing left open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

from langchain_core.exceptions import ModelConnectionError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage

from langchain_app.domain.errors import ChatModelFailed, DramatisError, TurnDeadlineExceeded

_REASON_CHARS = 300
_OPEN, _CLOSE = "<think>", "</think>"

_Stream = AsyncGenerator[AIMessageChunk, None]


@dataclass(frozen=True, slots=True)
class _Dialect:
    """Where a provider departs from LangChain's convention (call arguments, no mark at the end)."""

    sampling_in_fields: bool = False
    marks_the_end: bool = False


# ChatOllama hands unknown call arguments to its client, which raises TypeError; `options=` would
# replace all options at once, num_ctx too. A copy of the model takes them as fields (measured:
# 2.6 us, and it shares the HTTP client).
_DIALECTS = {
    "chat-ollama": _Dialect(sampling_in_fields=True, marks_the_end=True),
    "openai-chat": _Dialect(marks_the_end=True),
}


async def stream_reply(
    model: BaseChatModel,
    messages: Sequence[BaseMessage],
    *,
    label: str,
    seconds: float,
    temperature: float | None = None,
    top_p: float | None = None,
    on_usage: Callable[[dict[str, int]], None] | None = None,
) -> AsyncGenerator[str, None]:
    """Yield a reply's text as it is written, without thoughts and leading blanks.

    The time runs from the first piece asked for. A consumer that stops early closes this iterator
    (`contextlib.aclosing`). `on_usage` is called once, after the last piece, if the server counted.

    Raises ChatModelFailed, and TurnDeadlineExceeded once `seconds` are over.
    """
    if seconds <= 0:
        raise TurnDeadlineExceeded("speak")
    deadline = asyncio.get_running_loop().time() + seconds
    dialect = _DIALECTS.get(model._llm_type, _Dialect())
    stream = _start(model, messages, dialect, temperature, top_p)
    spoken, ending = _Spoken(), _Ending()
    try:
        while (chunk := await _next_chunk(stream, deadline, label)) is not None:
            ending.note(chunk)
            if text := spoken.hear(str(chunk.text)):
                yield text
        if dialect.marks_the_end and not ending.marked:
            raise ChatModelFailed(label, "the stream ended in mid-reply")
        if text := spoken.rest():
            yield text
    finally:
        await _shut(stream)
    if on_usage is not None and ending.usage:
        on_usage(ending.usage)


def reason_of(failure: BaseException) -> str:
    """Say in one line what failed, for an error's message."""
    if isinstance(failure, ModelConnectionError):  # says no more than "Connection error."
        while failure.__cause__ is not None:
            failure = failure.__cause__
    said = str(failure).strip().partition("\n")[0][:_REASON_CHARS]
    return f"{type(failure).__name__}: {said}" if said else type(failure).__name__


def _start(
    model: BaseChatModel,
    messages: Sequence[BaseMessage],
    dialect: _Dialect,
    temperature: float | None,
    top_p: float | None,
) -> _Stream:
    """Open the stream with this call's sampling settings, given as the provider takes them."""
    wanted = {"temperature": temperature, "top_p": top_p}
    sampling: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
    if (model.profile or {}).get("temperature") is False:
        sampling = {}  # o3 or gpt-5 answer 400 to any
    if dialect.sampling_in_fields:
        model, sampling = model.model_copy(update=sampling), {}
    return cast("_Stream", model.astream(list(messages), **sampling))


async def _next_chunk(stream: _Stream, deadline: float, label: str) -> AIMessageChunk | None:
    """Read one chunk, or None at the end.

    Raises ChatModelFailed and TurnDeadlineExceeded.
    """
    # A stream that never waits is never interrupted by asyncio's clock.
    if asyncio.get_running_loop().time() >= deadline:
        raise TurnDeadlineExceeded("speak")
    clock = asyncio.timeout_at(deadline)
    try:
        async with clock:
            return await anext(stream, None)
    except DramatisError:
        raise
    except Exception as failure:  # each provider has errors of its own; all mean the same to a turn
        if clock.expired():
            raise TurnDeadlineExceeded("speak") from failure
        raise ChatModelFailed(label, reason_of(failure)) from failure


async def _shut(stream: _Stream) -> None:
    """Close a stream down to its socket."""
    # aclose() ends the outermost of several nested generators; LangChain leaves the others, and
    # the socket, to the garbage collector. A read cancelled as soon as it waits unwinds them all.
    with suppress(Exception):
        async with asyncio.timeout_at(0):
            async for _ in stream:
                pass
    with suppress(Exception):
        await stream.aclose()


@dataclass(slots=True)
class _Ending:
    """What a stream has said about its own end."""

    marked: bool = False
    usage: dict[str, int] = field(default_factory=dict)

    def note(self, chunk: AIMessageChunk) -> None:
        """Look for the mark and the token counts, which may come in different chunks."""
        said = chunk.response_metadata
        marks = (said.get("done"), said.get("done_reason"), said.get("finish_reason"))
        self.marked = self.marked or any(marks)
        if chunk.usage_metadata:
            counts = chunk.usage_metadata.items()
            self.usage = {name: count for name, count in counts if isinstance(count, int)}


class _Spoken:
    """Leaves out `<think>…</think>`, also where a tag is cut between two pieces."""

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False
        self._silent = True

    def hear(self, piece: str) -> str:
        """Return what of the reply is now certain to be spoken."""
        if "<" not in piece and not (self._held or self._thinking or self._silent):
            return piece
        said, rest = "", self._held + piece
        while (tag := _CLOSE if self._thinking else _OPEN) in rest:
            before, _, rest = rest.partition(tag)
            said += "" if self._thinking else before
            self._thinking = not self._thinking
        cut = len(rest) - _begun(rest, tag)
        self._held = rest[cut:]
        said += "" if self._thinking else rest[:cut]
        if self._silent:
            said = said.lstrip()  # blank lines follow a thought
            self._silent = not said
        return said

    def rest(self) -> str:
        """Return what was held back as the beginning of a tag, and was none."""
        return "" if self._thinking else self._held


def _begun(text: str, tag: str) -> int:
    """Count the characters at the end of `text` that may begin `tag`."""
    longest = min(len(text), len(tag) - 1)
    return next((n for n in range(longest, 0, -1) if text.endswith(tag[:n])), 0)
