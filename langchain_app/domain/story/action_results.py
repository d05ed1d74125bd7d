"""What became of an action that the game was asked for, as the game reports it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from langchain_app.domain.errors import EventInvalid
from langchain_app.domain.story.actions import ActionSpec


@dataclass(frozen=True, slots=True)
class ActionResult:
    """Whether an action was done. `turn_id` names the turn that asked for it."""

    name: str
    succeeded: bool
    arguments: Mapping[str, Any] = field(default_factory=dict)
    turn_id: str | None = None

    @property
    def kind(self) -> str:
        """The kind of its event, where the game has no word of its own for it."""
        return f"{self.name}.{'done' if self.succeeded else 'failed'}"


def reported_action(result: ActionResult, actions: Mapping[str, ActionSpec]) -> ActionSpec:
    """Return the action that a result is of; raises EventInvalid where there is none like it."""
    spec = actions.get(result.name)
    if spec is None:
        raise EventInvalid(
            f"The world has no action {result.name[:64]!r}.",
            f"Known actions: {', '.join(sorted(actions))}.",
        )
    # Without arguments it is said what was done, not with what.
    if result.arguments and (fault := spec.fault(result.arguments)):
        raise EventInvalid(f"The arguments of {result.name} do not fit: {fault}")
    return spec
