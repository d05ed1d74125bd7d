"""The fine-tuned state heads, asked over HTTP: POST /predict_main.

They answer with deltas by axis, and with probabilities and thresholds of flags by name. Lists in the
order of some flag list are not read: the order is the server's own, and may change under us.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import orjson

from langchain_app.domain.errors import ChatModelFailed
from langchain_app.domain.story.reading import Reading
from langchain_app.domain.turn import Scene, StateQuestion
from langchain_app.llm.read_values import PATIENCE, Outage, deltas_of, within
from langchain_app.llm.streaming import reason_of
from langchain_app.prompts.state_prompt import state_prompt

NAME = "heads"
PATH = "/predict_main"
MAX_TOKENS = 1
"""The heads read one forward pass; what else the server would write is not needed."""
LARGEST = 256 * 1024
"""More bytes than any answer needs; of more, nothing is read."""
BELIEVABLE = 1.0
"""A larger delta is a broken head, not a strong feeling."""
LEAST_THRESHOLD, MOST_THRESHOLD = 0.05, 0.99
MOST_FLAGS, LONGEST_NAME = 512, 128


class HeadsReader:
    """The StateReader port over state heads.

    Heads point at no words, so the whole utterance is the evidence: what they read opens a gate only
    if all of it is said in earnest (domain/story/triggers.py `read_trigger`).
    """

    def __init__(self, url: str, seconds: float) -> None:
        """Take the server's address, without the path; nothing is sent yet."""
        self._seconds = seconds
        self._url = f"{url.rstrip('/')}{PATH}"
        self._outage = Outage(f"{NAME} at {httpx.URL(url).host}")
        self._client = httpx.AsyncClient(timeout=seconds)

    @property
    def seconds(self) -> float:
        """See the port."""
        return self._seconds * PATIENCE

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def read(self, question: StateQuestion) -> Reading | None:
        """Return what the heads read; raises ChatModelFailed where there is no answer."""
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._asked(question)
        except TimeoutError as late:
            raise self._outage.failed(f"no answer within {self._seconds:g} s") from late
        except ChatModelFailed:
            raise
        except Exception as failure:  # httpx's and orjson's errors share no base
            raise self._outage.failed(reason_of(failure)) from failure
        self._outage.over()
        return _reading(answer, question)

    async def _asked(self, question: StateQuestion) -> Mapping[str, Any]:
        scene = question.scene
        body = {
            "session_id": scene.session_id,
            "npc_id": scene.npc.id,
            "prompt": state_prompt(question),
            "max_tokens": MAX_TOKENS,
        }
        raw = b""
        async with self._client.stream("POST", self._url, json=body) as response:
            if not response.is_success:
                raise self._outage.failed(f"HTTP {response.status_code}")
            async for piece in response.aiter_bytes():
                raw += piece
                if len(raw) > LARGEST:
                    raise self._outage.failed(f"an answer of more than {LARGEST} bytes")
        answer = orjson.loads(raw)
        if not isinstance(answer, dict):
            raise self._outage.failed("the answer is no JSON object")
        return answer


def _reading(answer: Mapping[str, Any], question: StateQuestion) -> Reading | None:
    deltas = deltas_of(answer.get("deltas"), question.scene.axes, BELIEVABLE)
    flags, thresholds = _flags(answer, question.scene)
    if not flags and not any(deltas.root.values()):
        return None
    return Reading(
        NAME,
        deltas=deltas,
        flags=flags,
        thresholds=thresholds,
        # Never cut: of a cut one, what stands after the cut could deny it unheard.
        evidence=question.utterance.text,
    )


def _flags(answer: Mapping[str, Any], scene: Scene) -> tuple[dict[str, float], dict[str, float]]:
    """Return probabilities and thresholds of flags that are not raised yet.

    A flag whose probability or stated threshold is none to believe is not read at all.
    """
    probabilities, stated = answer.get("flags_prob"), answer.get("flags_thr")
    if not isinstance(probabilities, Mapping) or len(probabilities) > MOST_FLAGS:
        return {}, {}
    limits = stated if isinstance(stated, Mapping) else {}
    flags, thresholds = {}, {}
    for name, value in probabilities.items():
        sure = within(value, 0, 1)
        if sure is None or not 0 < len(name) <= LONGEST_NAME or name in scene.story.flags:
            continue
        if name in limits:
            limit = within(limits[name], LEAST_THRESHOLD, MOST_THRESHOLD)
            if limit is None:
                continue
            thresholds[name] = limit
        flags[name] = sure
    return flags, thresholds
