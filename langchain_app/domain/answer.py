"""What a game is told about a turn."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from langchain_app.domain.story.game_state import SOURCE
from langchain_app.domain.turn import TurnRecord


def answer_of(record: TurnRecord) -> dict[str, Any]:
    """Return the answer of `POST /api/chat` as plain data."""
    settlement = record.settlement
    return {
        "session_id": record.scene.session_id,
        "turn_id": record.request.turn_id,
        "npc_id": record.scene.npc.id,
        "player_id": record.scene.player_id,
        "reply": record.reply.text,
        "emotion": record.reply.emotion,
        "state": {
            "deltas": settlement.deltas.model_dump(),
            "flags": dict.fromkeys(settlement.flags, True),
            "items": [
                {"item": entry.name, "amount": int(entry.amount)}
                for entry in settlement.entries
                if entry.kind == "item" and entry.source != SOURCE  # not what the game just told us
            ],
            "actions": [action.model_dump() for action in settlement.actions],
            "relationship": settlement.relationship.model_dump(),
            "levels": _levels(record),
            "why": [asdict(entry) for entry in settlement.entries],
        },
        "story": _story(record),
        "sources": [
            {
                "id": found.chunk.id,
                "title": found.chunk.title,
                "score": found.score,
                "why": found.why,
            }
            for found in record.lore.chunks
        ],
        "model_info": record.model_info,
        "timing_ms": record.timing_ms,
        "trace_id": record.trace_id,
    }


def _story(record: TurnRecord) -> dict[str, Any]:
    """Return where the turn stood in the story: what it waited for, and what it ran into."""
    deflection = record.deflection
    hurt = deflection.trigger if deflection is not None else None
    return {
        "place": record.scene.standing.place,
        "quests": [{"quest": quest, "stage": stage} for quest, stage in record.stages],
        "awaited": [asdict(flag) for flag in record.awaited],
        "forbidden": hurt.id if hurt is not None else None,
        "fired": record.triggers.fired.trigger.id if record.triggers.fired else None,
        "asks_back": record.triggers.asks_back.id if record.triggers.asks_back else None,
        "hint": record.triggers.hint.id if record.triggers.hint else None,
        "near": [asdict(miss) for miss in record.triggers.near],
        "understood": {
            "act": record.understood.act,
            "mode": record.understood.mode,
            "played": record.understood.played,
            "personal": record.understood.personal,
            "feeling": record.understood.feeling,
            "wanted": record.understood.wanted,
            "about": record.understood.about,
            "of_before": record.understood.of_before,
            "despair": round(record.understood.despair, 3),
            "steers": round(record.understood.steers, 3),
            "failure": record.understood.failure,
        },
    }


def _levels(record: TurnRecord) -> dict[str, str]:
    """Return the level that each axis stands at, where it stands at one."""
    felt, axes = record.settlement.relationship, record.scene.axes
    found = {name: axis.level(felt[name]) for name, axis in axes.items()}
    return {name: level.id for name, level in found.items() if level is not None}
