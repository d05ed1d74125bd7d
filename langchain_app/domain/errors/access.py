"""What a caller may not do."""

from __future__ import annotations

from langchain_app.domain.errors.base import Refused


class SessionOfAnotherPlayer(Refused):
    """The session belongs to somebody else."""

    code = "session_of_another_player"

    def __init__(self, session_id: str) -> None:
        super().__init__(
            f"The session {session_id[:64]!r} belongs to another player.",
            "Send the player_id that opened it, or leave session_id out.",
        )


class SaveOfAnotherPlayer(Refused):
    """The save belongs to somebody else."""

    code = "save_of_another_player"

    def __init__(self, save_id: str) -> None:
        super().__init__(
            f"The save {save_id[:64]!r} belongs to another player.",
            "Send the player_id whose story was saved.",
        )


class PlayerDataOff(Refused):
    """The routes of the players' own data are switched off."""

    code = "player_data_off"

    def __init__(self) -> None:
        super().__init__(
            "The routes of the players' data are switched off here.",
            "Operators: DRAMATIS_PLAYER_DATA_ROUTES=true, or `dramatis player` on the machine.",
        )


class EditingOff(Refused):
    """The route is for operators, and whoever asks is none."""

    code = "editing_off"

    def __init__(self) -> None:
        super().__init__(
            "Editing is not open to this address.",
            "Ask from the server's own machine, run `dramatis ingest` there, or set "
            "DRAMATIS_EDITING=on where only operators reach this server.",
        )


class ForeignOrigin(Refused):
    """A page of another site asks through its reader's browser."""

    code = "foreign_origin"

    def __init__(self, origin: str) -> None:
        super().__init__(
            f"Pages of {origin[:64]!r} may not edit here.",
            "Ask from a page of this server, or from a program that sends no Origin.",
        )


class ApiKeyMissing(Refused):
    """Keys are set here, and the request brings none."""

    code = "api_key_missing"

    def __init__(self) -> None:
        super().__init__(
            "This server wants an API key.", "Send `Authorization: Bearer KEY` or `X-API-Key: KEY`."
        )


class ApiKeyUnknown(Refused):
    """The request brings a key that is none of those that are set."""

    code = "api_key_unknown"

    def __init__(self) -> None:
        super().__init__(
            "The API key is not known here.",
            "Operators: DRAMATIS_SERVER_KEYS and DRAMATIS_PLAYER_KEYS name the keys.",
        )


class ServerKeyNeeded(Refused):
    """A player's key may not do what the game's server may."""

    code = "server_key_needed"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"A player's key may not {what}.",
            "Let the game's server ask, with one of DRAMATIS_SERVER_KEYS.",
        )


class IngestRunning(Refused):
    """Another ingest has not ended."""

    code = "ingest_running"

    def __init__(self) -> None:
        super().__init__(
            "An ingest is running.", 'Ask again when it has ended, or send {"wait": true}.'
        )
