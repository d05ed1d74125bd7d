"""What a state reader makes of an utterance, and what of it may count.

A reader is a model that judges what words mean for the story: state heads, or a chat model with a
schema. It only proposes. What it read counts where a gate is open for it, where its evidence stands in
the player's own sincere words, and where it is sure enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from langchain_app.domain.people.relationship import Deltas
from langchain_app.domain.story.policy import CONFIDENT
from langchain_app.domain.story.story import Action, Trigger
from langchain_app.domain.text import squeezed

LONGEST_EVIDENCE = 300


@dataclass(frozen=True, slots=True)
class Reading:
    """One reader's proposals. Probabilities are from 0 to 1.

    `triggers` holds those of open gates by id, `flags` those of flags by name with the `thresholds`
    that the reader itself asks for. `evidence` is the span of the utterance that speaks for it.
    """

    reader: str
    deltas: Deltas = field(default_factory=Deltas)
    triggers: Mapping[str, float] = field(default_factory=dict)
    flags: Mapping[str, float] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    actions: tuple[Action, ...] = ()
    evidence: str = ""

    def stands_in(self, text: str) -> bool:
        """Tell whether the evidence is a span of `text`; without evidence nothing stands anywhere."""
        return bool(squeezed(self.evidence)) and squeezed(self.evidence) in squeezed(text)

    def opens(self, trigger: Trigger, thresholds: Mapping[str, float]) -> float | None:
        """Return how surely the utterance opens this gate, or None.

        Either the gate itself was read, or each flag that it raises. A world's threshold of a flag
        comes before the reader's own.
        """
        named = self.triggers.get(trigger.id)
        if named is not None and named >= CONFIDENT:
            return named
        read = [(flag, self.flags.get(flag)) for flag in trigger.effects.flags]
        sure = [
            p
            for flag, p in read
            if p is not None and p >= thresholds.get(flag, self.thresholds.get(flag, CONFIDENT))
        ]
        return min(sure) if read and len(sure) == len(read) else None


def gates_read(
    reading: Reading, waiting: Iterable[Trigger], thresholds: Mapping[str, float]
) -> list[tuple[float, Trigger]]:
    """Return the waiting gates that the reading opens, surest first."""
    found = [
        (sure, trigger)
        for trigger in waiting
        if trigger.says is not None and (sure := reading.opens(trigger, thresholds)) is not None
    ]
    return sorted(found, key=lambda hit: -hit[0])
