"""The embedded speaker as a LangChain chat model."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict

from langchain_app.llm.composing import Composer
from langchain_app.prompts import brief_of

NAME = "embedded-speaker-1"

_PIECES = re.compile(r"\S+\s*")


class EmbeddedSpeaker(BaseChatModel):
    """Speaks without a server: composes replies from authored lines and retrieved passages.

    It reads the brief that rides along with the messages of `persona_messages`; of messages made by
    anybody else it can make nothing and raises ValueError.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    composer: Composer
    model_name: str = NAME

    @property
    def _llm_type(self) -> str:
        return NAME

    def _reply(self, messages: list[BaseMessage]) -> str:
        brief = brief_of(messages)
        if brief is None:
            raise ValueError("the embedded speaker needs messages from persona_messages()")
        return self.composer.compose(brief)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(
            generations=[ChatGeneration(message=AIMessage(content=self._reply(messages)))]
        )

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for piece in _PIECES.findall(self._reply(messages)):
            yield ChatGenerationChunk(message=AIMessageChunk(content=piece))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in self._stream(messages, stop, None, **kwargs):
            yield chunk
