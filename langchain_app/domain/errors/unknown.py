"""What a request names and nobody knows."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_app.domain.errors.base import Refused


class UnknownNpc(Refused):
    """The world has no such NPC."""

    code = "unknown_npc"

    def __init__(self, npc_id: str, known: Sequence[str]) -> None:
        super().__init__(
            f"There is no NPC {npc_id[:64]!r} in this world.",
            f"Known NPCs: {', '.join(sorted(known))}.",
        )


class UnknownSession(Refused):
    """No such session was ever opened."""

    code = "unknown_session"

    def __init__(self, session_id: str) -> None:
        super().__init__(
            f"There is no session {session_id[:64]!r}.",
            "Leave session_id out to open a new one, then send the one that the answer names.",
        )


class UnknownTurn(Refused):
    """No such turn was ever played."""

    code = "unknown_turn"

    def __init__(self, turn_id: str) -> None:
        super().__init__(f"There is no turn {turn_id[:64]!r}.", "Take a turn_id from an answer.")


class TurnErased(Refused):
    """The words of a turn were erased for the player."""

    code = "turn_erased"

    def __init__(self, turn_id: str) -> None:
        super().__init__(
            f"What was said in turn {turn_id[:64]!r} was erased at the player's wish.",
            "It cannot be played again.",
        )


class UnknownMoment(Refused):
    """The timeline has no such turn to go on from."""

    code = "unknown_moment"

    def __init__(self, timeline_id: str, seq: int) -> None:
        super().__init__(
            f"The timeline {timeline_id[:64]!r} has no turn {seq}.",
            "Name a turn that was settled on it, or 0 for its beginning.",
        )


class UnknownPlace(Refused):
    """The world has no such place."""

    code = "unknown_place"

    def __init__(self, place: str, known: Sequence[str]) -> None:
        super().__init__(
            f"There is no place {place[:64]!r} in this world.",
            f"Known places: {', '.join(sorted(known))}.",
        )


class UnknownPlayer(Refused):
    """Nothing is kept of this player."""

    code = "unknown_player"

    def __init__(self, player_id: str) -> None:
        super().__init__(
            f"Nothing is kept of a player {player_id[:64]!r}.",
            "Take the player_id from an answer. After an erasure this is the right answer.",
        )


class UnknownFact(Refused):
    """The player has no such fact."""

    code = "unknown_fact"

    def __init__(self, fact_id: int) -> None:
        super().__init__(
            f"This player has no fact {fact_id}.", "GET /api/players/{player_id} lists them."
        )


class UnknownMemory(Refused):
    """The player has no such memory."""

    code = "unknown_memory"

    def __init__(self, memory_id: str) -> None:
        super().__init__(
            f"Nobody has a memory {memory_id[:64]!r} of this player.",
            "GET /api/players/{player_id} lists them.",
        )


class UnknownSave(Refused):
    """No such save was ever made, or it was deleted."""

    code = "unknown_save"

    def __init__(self, save_id: str) -> None:
        super().__init__(
            f"There is no save {save_id[:64]!r}.",
            "GET /api/sessions/{session_id}/saves lists a player's saves.",
        )
