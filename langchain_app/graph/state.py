"""What the nodes of a turn read and write."""

from __future__ import annotations

from typing import Any, TypedDict

from langchain_app.domain.lore.lore import Findings
from langchain_app.domain.memory.memory import Recollection
from langchain_app.domain.ports import StoredTurn
from langchain_app.domain.safety.moderation import Moderated
from langchain_app.domain.story.settlement import Settlement
from langchain_app.domain.turn import (
    Deflection,
    Reply,
    Scene,
    TriggerCheck,
    TurnRequest,
    Utterance,
)
from langchain_app.domain.understanding.tone import Tone
from langchain_app.domain.understanding.understanding import Understood


class TurnState(TypedDict, total=False):
    """The state of one turn. `request` is given; each node adds what it finds out."""

    request: TurnRequest
    scene: Scene
    utterance: Utterance
    tone: Tone
    understood: Understood
    lore: Findings
    memories: tuple[Recollection, ...]
    triggers: TriggerCheck
    reply: Reply | None
    attempts: int
    complaint: str
    deflection: Deflection | None
    moderation: Moderated | None
    settlement: Settlement
    answer: dict[str, Any] | None
    stored: StoredTurn | None
