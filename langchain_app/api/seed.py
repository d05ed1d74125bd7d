"""The protocol of persona-chat-engine over ours: one direction each."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from langchain_app.api.schemas_seed import (
    AskAnswer,
    AskContext,
    AskDeltas,
    AskMeta,
    AskRequest,
    FlagDetail,
    TriggerMeta,
)
from langchain_app.domain.turn import TurnRequest

NOT_STARTED = "not_started"
"""That system's word for a quest of which no stage was reached."""
_STORY_WORDS = ("quest_stage", "location", "place")


def turn_request(ask: AskRequest, key: str | None, *, authoritative: bool) -> TurnRequest:
    """Return the turn that is asked for, of a player and a session that the client's id names.

    The same words said twice are two turns; only the same `key` is a repeat.
    """
    own = f"ask:{ask.session_id}"
    return TurnRequest(
        message=ask.user_input,
        turn_id=key or f"turn-{uuid4().hex}",
        turn_id_is_new=key is None,
        npc_id=ask.npc_id,
        player_id=own,
        session_id=own,
        game_state=claims(ask.context, ask.npc_id) if ask.context else {},
        authoritative=authoritative,
        opens_session=True,
    )


def claims(context: AskContext, npc_id: str) -> dict[str, Any]:
    """Return what the client states, in our words: items, actions, place, feelings, other values.

    `quest_stage` is left out: where the story stands is kept here.
    """
    require, player = context.require, context.player_state or {}
    game = _values(require.game_state if require else None) | (context.game_state or {})
    stated = {name: value for name, value in game.items() if name not in _STORY_WORDS}
    place = game.get("location") or game.get("place")
    felt = _feelings(context)
    found: dict[str, Any] = {
        "items": _both(player.get("items"), require.items if require else None),
        "actions": _both(player.get("actions"), require.actions if require else None),
        "place": place,
        "relationship": felt or None,
    }
    return stated | {name: value for name, value in found.items() if value is not None}


def ask_answer(answer: dict[str, Any], session_id: str) -> AskAnswer:
    """Return our answer in that system's words."""
    state, story = answer["state"], answer.get("story") or {}
    awaited = story.get("awaited", ())
    evidence = {w["name"]: w["evidence"] for w in state["why"] if w["kind"] == "flag"}
    raised = dict.fromkeys(state["flags"], 1)
    quests = story.get("quests", ())
    deltas = AskDeltas(**{axis: state["deltas"].get(axis, 0.0) for axis in AskDeltas.model_fields})
    return AskAnswer(
        session_id=session_id,
        npc_output_text=answer["reply"],
        deltas=deltas,
        flags={flag["flag"]: int(flag["raised"]) for flag in awaited} | raised,
        valid=answer["model_info"]["deflected"] is None,
        meta=AskMeta(
            npc_id=answer["npc_id"],
            quest_stage=quests[0]["stage"] if quests else NOT_STARTED,
            location=story.get("place", ""),
            additional_trigger=story.get("forbidden"),
            trigger_meta=_trigger_meta(answer, story.get("forbidden"), deltas),
            flags_detail={flag["flag"]: _detail(flag) for flag in awaited},
            flags_values={flag["flag"]: flag["item"] for flag in awaited if flag["item"]},
            value_contexts={flag: said for flag, said in evidence.items() if flag in raised},
        ),
    )


def _detail(flag: dict[str, Any]) -> FlagDetail:
    return FlagDetail(
        score_model=flag["probability"],
        thr_model=flag["reader_threshold"],
        thr_rag=flag["world_threshold"],
        thr_blend=flag["threshold"],
        pred=int(flag["raised"]),
    )


def _trigger_meta(
    answer: dict[str, Any], forbidden: str | None, deltas: AskDeltas
) -> TriggerMeta | None:
    if forbidden is None:
        return None
    actions = answer["state"]["actions"]
    return TriggerMeta(
        trigger=forbidden,
        npc_action=actions[0]["name"] if actions else None,
        npc_emotion=answer["emotion"],
        delta=deltas,
    )


def _values(claimed: dict[str, Any] | list[Any] | None) -> dict[str, Any]:
    """Return a claimed state as values: a list names what is true."""
    if isinstance(claimed, list):
        return {name: True for name in claimed if isinstance(name, str)}
    return claimed or {}


def _feelings(context: AskContext) -> dict[str, Any]:
    config, require, npc = context.npc_config, context.require, context.npc_state or {}
    found: dict[str, Any] = {}
    if config is not None and config.relationship is not None:
        found["relationship"] = config.relationship
    if require is not None and require.delta:
        found |= require.delta
    return found | {axis: npc[axis] for axis in AskDeltas.model_fields if npc.get(axis) is not None}


def _both(first: Any, second: list[Any] | None) -> Any:
    """Return both lists as one; what is no list goes on as it is and is refused where it counts."""
    if first is None or second is None:
        return second if first is None else first
    return [*first, *second] if isinstance(first, list) else first
