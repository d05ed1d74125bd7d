"""POST /api/events: what happened in the game, and who was there."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from fastapi import APIRouter

from langchain_app.api.dependencies import CallerDep, EventIntakeDep
from langchain_app.api.schemas import ErrorAnswer
from langchain_app.api.schemas_events import EventAnswer, EventRequest
from langchain_app.domain.memory.chronicle import PUBLIC, EventReport, Witness
from langchain_app.domain.ports import Whose
from langchain_app.domain.story.action_results import ActionResult
from langchain_app.domain.text import LANGUAGES, Language, detect_language

router = APIRouter(prefix="/api", tags=["story"])

_ERRORS: dict[int | str, dict[str, Any]] = {
    403: {"model": ErrorAnswer, "description": "Another player's session, or a player's key."},
    404: {"model": ErrorAnswer, "description": "No such session, NPC, place or turn."},
    409: {"model": ErrorAnswer, "description": "The event_id was used for another event."},
    422: {"model": ErrorAnswer, "description": "Not an event, or one from the future."},
    503: {"model": ErrorAnswer, "description": "A part does not answer; repeat the event."},
}


@router.post("/events", response_model=EventAnswer, responses=_ERRORS)
async def events(body: EventRequest, intake: EventIntakeDep, caller: CallerDep) -> EventAnswer:
    """Tell the story what happened: NPCs who were there recall it, and rumours carry it on."""
    whose = Whose(session_id=body.session_id, player_id=body.player_id)
    report = _report(body, trusted=caller.authoritative)
    recorded = await intake.report(report, whose)
    return EventAnswer.model_validate(recorded, from_attributes=True)


def _report(body: EventRequest, *, trusted: bool) -> EventReport:
    """Return the report; `trusted` is for a game server alone."""
    action = ActionResult(**body.action.model_dump()) if body.action else None
    witnesses = None
    if body.witnesses is not None:
        witnesses = tuple(
            Witness(witness) if isinstance(witness, str) else Witness(witness.npc_id, witness.how)
            for witness in body.witnesses
        )
    return EventReport(
        event_id=body.event_id or f"event-{uuid4().hex}",
        kind=body.kind or (action.kind if action else ""),
        text=_text(body),
        place=body.place,
        participants=tuple(body.participants),
        witnesses=witnesses,
        importance=body.importance,
        game_time=body.game_time,
        now=body.now,
        loud=body.loud,
        secret=body.secret,
        gate=body.gate or PUBLIC,
        trusted=trusted,
        action=action,
    )


def _text(body: EventRequest) -> dict[Language, str]:
    if isinstance(body.text, str):
        return {detect_language(body.text): body.text}
    texts = {language: getattr(body.text, language, None) for language in LANGUAGES}
    return {language: text for language, text in texts.items() if text is not None}
