"""Warms what is slow the first time, so that no player waits for it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from langchain_core.messages import HumanMessage

from langchain_app.composition.bootstrap import Platform
from langchain_app.domain.errors import DramatisError
from langchain_app.domain.people.npc import Npc
from langchain_app.domain.story.story_acts import story_acts
from langchain_app.domain.text import LANGUAGES, Language
from langchain_app.domain.turn import Utterance
from langchain_app.domain.understanding.understanding import ToRead

WAKE_S = 60.0
"""What a chat model may take to load; a turn would have given up on it long before."""

logger = logging.getLogger("dramatis.waking")


@dataclass(frozen=True, slots=True)
class Awake:
    """What was warmed in how many milliseconds, and what failed and why."""

    warmed_ms: dict[str, float] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether everything is warm."""
        return not self.failed


class Waker:
    """Warms one platform; who calls while it is being warmed waits for the same warming."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._warming: asyncio.Task[Awake] | None = None

    async def wake(self) -> Awake:
        """Warm analyser, embeddings, understanding and chat model, all at once; what fails is told,
        not raised."""
        if self._warming is None or self._warming.done():
            self._warming = asyncio.create_task(self._warm())
        return await asyncio.shield(self._warming)

    async def _warm(self) -> Awake:
        found = Awake()
        steps: dict[str, Callable[[], Awaitable[object]]] = {
            "analyser": self._analyser,
            "embeddings": lambda: self._platform.embeddings.aembed_query("ready"),
            "understanding": self.understand,
            "chat_model": self._model,
        }
        await asyncio.gather(*(_timed(name, step, found) for name, step in steps.items()))
        return found

    async def _analyser(self) -> None:
        listener = self._platform.dialogue.parts.listener
        await asyncio.to_thread(listener.tokens, "준비됐어요?", "ko")

    async def understand(self) -> None:
        """Work out what lines are held against, with everybody in both languages."""
        npcs = self._platform.dialogue.parts.world.npcs.values()
        await asyncio.gather(*(self._with(npc, lang) for npc in npcs for lang in LANGUAGES))

    async def _with(self, npc: Npc, language: Language) -> None:
        parts = self._platform.dialogue.parts
        utterance = Utterance("ready", language)
        acts = story_acts(parts.world.triggers[npc.id], npc, utterance, parts.world.items)
        for some in (acts, *((act,) for act in acts)):
            await parts.understanding.read(ToRead("ready", language, npc, acts=some))

    async def _model(self) -> None:
        """Let the model say one token; the embedded speaker has nothing to load."""
        speaker = self._platform.speaker
        if speaker.provider == "embedded":
            return
        from langchain_app.llm.streaming import stream_reply

        said = stream_reply(
            speaker.model,
            [HumanMessage("Hi.")],
            label=f"{speaker.provider}/{speaker.name}",
            seconds=WAKE_S,
        )
        async with aclosing(said):
            await anext(said, None)


async def _timed(name: str, step: Callable[[], Awaitable[object]], found: Awake) -> None:
    started = time.perf_counter()
    try:
        async with asyncio.timeout(WAKE_S):
            await step()
    except TimeoutError:
        found.failed[name] = f"no answer within {WAKE_S:g} s"
    except DramatisError as error:
        found.failed[name] = error.message
    except Exception:
        logger.exception("%s could not be warmed", name)
        found.failed[name] = "it could not be warmed; the server's log tells more"
    else:
        found.warmed_ms[name] = round((time.perf_counter() - started) * 1000, 1)
