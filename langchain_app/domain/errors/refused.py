"""What a request says that cannot be played."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_app.domain.errors.base import Refused


class UtteranceEmpty(Refused):
    """There is nothing to answer."""

    code = "utterance_empty"

    def __init__(self) -> None:
        super().__init__("The message is empty.", "Send at least one printable character.")


class UtteranceTooLong(Refused):
    """More than one can say in one breath."""

    code = "utterance_too_long"

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(
            f"The message has {length} characters; the limit is {limit}.",
            "Split it into several turns.",
        )


class TextUnprintable(Refused):
    """The text has characters that nobody types."""

    code = "text_unprintable"

    def __init__(self, character: str) -> None:
        super().__init__(
            f"The text has the character U+{ord(character):04X}, which cannot be printed.",
            "Send what the player typed; line breaks and tabs may stay.",
        )


class EventInvalid(Refused):
    """What is reported cannot be told as an event."""

    code = "event_invalid"


class EventFromTheFuture(Refused):
    """The event would happen after the game's own clock; times are game hours."""

    code = "event_from_the_future"

    def __init__(self, game_time: float, latest: float) -> None:
        super().__init__(
            f"The event is at {game_time:g} h, and nothing after {latest:g} h has happened yet.",
            "Report an event once it has happened, and send the game's clock as now.",
        )


class EventIdReused(Refused):
    """An event_id was used for two different events."""

    code = "event_id_reused"

    def __init__(self, event_id: str) -> None:
        super().__init__(
            f"The event_id {event_id[:64]!r} was already used for another event.",
            "Give every new event an event_id of its own; repeat one only to repeat the same report.",
        )


class FactInvalid(Refused):
    """A fact's value has nothing in it that can be said."""

    code = "fact_invalid"

    def __init__(self) -> None:
        super().__init__("The value is empty.", "Send it in words, without control tokens.")


class GameStateInvalid(Refused):
    """A game server states what this world does not know."""

    code = "game_state_invalid"

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        more = f" (and {len(faults) - 3} more)" if len(faults) > 3 else ""
        super().__init__(
            f"The game_state cannot be taken over: {'; '.join(faults[:3])}{more}.",
            "Nothing of it was taken over, and the turn was not played. Send ids of this world.",
        )


class SaveIdReused(Refused):
    """A save_id was used for two different moments."""

    code = "save_id_reused"

    def __init__(self, save_id: str) -> None:
        super().__init__(
            f"The save_id {save_id[:64]!r} was already used for another save.",
            "Give every new save a save_id of its own, or delete the other save first.",
        )


class TurnIdReused(Refused):
    """A turn_id was used for two different messages."""

    code = "turn_id_reused"

    def __init__(self, turn_id: str) -> None:
        super().__init__(
            f"The turn_id {turn_id[:64]!r} was already used for another message.",
            "Give every new message a turn_id of its own; repeat one only to repeat the same request.",
        )
