"""delta_policy and flag_def as what the world allows words to do."""

from __future__ import annotations

from collections.abc import Set

from langchain_app.domain.people.relationship import WIDEST
from langchain_app.worlds.seed.documents import FlagDef, TriggerDef
from langchain_app.worlds.seed.frame import AXES, Frame
from langchain_app.worlds.seed.naming import kept_id


def thresholds(frame: Frame, quest: str, raised: Set[str]) -> None:
    """Take over what a model's reading of each raised flag must reach."""
    for flag in frame.about.all(FlagDef):
        name = f"{quest}.{kept_id(flag.flag_name, 'flag')}"
        if name not in raised:
            why = "no trigger raises it, so nothing is asked of it"
            frame.note("refused", f"flag_def {flag.flag_name}", why)
            continue
        if flag.threshold is not None:
            frame.brought.thresholds.setdefault(name, flag.threshold)
        if flag.examples_positive or flag.examples_negative:
            why = "what the NPC says: the first may be a trigger's line, none opens a gate"
            frame.note("kept", f"flag_def {flag.flag_name}: examples", why)
        if flag.score_rag is not None or flag.pred_rag is not None:
            frame.note("kept", f"flag_def {flag.flag_name}: score_rag, pred_rag", "unused")


def bounds(frame: Frame, definition: TriggerDef) -> None:
    """Take over the bounds of each axis: the widest that any document states."""
    if definition.emotion_threshold:
        frame.note("kept", f"{definition.id}: emotion_threshold", "no gate asks for emotions")
    for axis, stated in definition.delta_policy.items():
        if axis not in AXES or stated.min > stated.max:
            frame.note("refused", f"delta_policy {axis}", "no axis of the world, or no bounds")
            continue
        asked = definition.trigger.required_delta.mandatory.get(axis, -1.0)
        found = frame.brought.axes.setdefault(axis, {"least": 0.0, "most": 0.0})
        found["least"] = max(-1.0, min(found["least"], stated.min))
        found["most"] = min(1.0, max(found["most"], stated.max, asked))
        if asked > stated.max:
            why = f"raised to {asked}, or its own gate would never open"
            frame.note("default", f"{definition.id}: delta_policy.{axis}.max", why)
        if stated.per_turn_cap is not None:
            cap = min(WIDEST, stated.per_turn_cap)
            found["per_turn"] = max(found.get("per_turn", 0.0), cap)
