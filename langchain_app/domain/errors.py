"""Everything that can go wrong, by what happened.

DramatisError
├── Refused                 the request cannot be played; nothing was changed
│   ├── UtteranceEmpty
│   ├── UtteranceTooLong
│   ├── TextUnprintable
│   ├── UnknownNpc
│   ├── UnknownSession
│   ├── UnknownTurn
│   ├── TurnErased
│   ├── UnknownMoment
│   ├── UnknownPlace
│   ├── EventInvalid
│   ├── EventFromTheFuture
│   ├── EventIdReused
│   ├── UnknownPlayer, UnknownFact, UnknownMemory
│   ├── FactInvalid
│   ├── GameStateInvalid
│   ├── PlayerDataOff
│   ├── SessionOfAnotherPlayer
│   ├── UnknownSave, SaveOfAnotherPlayer, SaveIdReused
│   ├── TurnIdReused
│   ├── EditingOff, ForeignOrigin
│   ├── ApiKeyMissing, ApiKeyUnknown, ServerKeyNeeded
│   └── IngestRunning
├── Unavailable             a part does not answer; the same request may be sent again
│   ├── DatabaseUnavailable
│   │   └── DatabaseNotStarted
│   ├── KnowledgeStoreUnavailable
│   │   └── KnowledgeStoreLocked
│   ├── EmbeddingsUnavailable
│   ├── ChatModelFailed
│   ├── TracesNotErased
│   └── TurnDeadlineExceeded
├── TimelineMoved           another turn was settled first; settle again on the newer state
├── SettingsInvalid
├── WorldInvalid
├── StoryTestsInvalid
├── CasesInvalid            evaluation cases have mistakes; nothing was played
└── ImportFailed            a card or lorebook was not imported or exported; nothing was written
    ├── CardInvalid
    ├── AlreadyThere
    ├── NothingToExport
    └── ExportFailed
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class DramatisError(Exception):
    """An error with a stable code, a sentence for people, and the next step.

    `detail` is for operators (paths, addresses): commands print it, answers to games do not.
    """

    code = "internal"
    detail = ""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.detail}".strip()


class Refused(DramatisError):
    """The request cannot be played; nothing was changed."""


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


class UnknownMemory(Refused):
    """The player has no such memory."""

    code = "unknown_memory"

    def __init__(self, memory_id: str) -> None:
        super().__init__(
            f"Nobody has a memory {memory_id[:64]!r} of this player.",
            "GET /api/players/{player_id} lists them.",
        )


class PlayerDataOff(Refused):
    """The routes of the players' own data are switched off."""

    code = "player_data_off"

    def __init__(self) -> None:
        super().__init__(
            "The routes of the players' data are switched off here.",
            "Operators: DRAMATIS_PLAYER_DATA_ROUTES=true, or `dramatis player` on the machine.",
        )


class SessionOfAnotherPlayer(Refused):
    """The session belongs to somebody else."""

    code = "session_of_another_player"

    def __init__(self, session_id: str) -> None:
        super().__init__(
            f"The session {session_id[:64]!r} belongs to another player.",
            "Send the player_id that opened it, or leave session_id out.",
        )


class UnknownSave(Refused):
    """No such save was ever made, or it was deleted."""

    code = "unknown_save"

    def __init__(self, save_id: str) -> None:
        super().__init__(
            f"There is no save {save_id[:64]!r}.",
            "GET /api/sessions/{session_id}/saves lists a player's saves.",
        )


class SaveOfAnotherPlayer(Refused):
    """The save belongs to somebody else."""

    code = "save_of_another_player"

    def __init__(self, save_id: str) -> None:
        super().__init__(
            f"The save {save_id[:64]!r} belongs to another player.",
            "Send the player_id whose story was saved.",
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


class Unavailable(DramatisError):
    """A part does not answer; the same request may be sent again."""


class DatabaseUnavailable(Unavailable):
    """Postgres does not answer."""

    code = "database_unavailable"

    def __init__(self, reason: str) -> None:
        super().__init__(
            "The database does not answer.",
            "Nothing of this turn was kept: repeat it with the same turn_id. "
            "Operators: check POSTGRES_URL, or `dramatis doctor`.",
        )
        self.detail = reason


class DatabaseNotStarted(DatabaseUnavailable):
    """Postgres does not answer while the platform is being opened: no turn was played."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.hint = hint


class KnowledgeStoreUnavailable(Unavailable):
    """Milvus does not answer."""

    code = "knowledge_store_unavailable"

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(
            f"The knowledge store at {where} does not answer: {reason}",
            "Check MILVUS_URI, or `dramatis doctor`.",
        )


class KnowledgeStoreLocked(KnowledgeStoreUnavailable):
    """Another process has the Milvus Lite directory open."""

    code = "knowledge_store_locked"

    def __init__(self, where: str) -> None:
        super().__init__(where, "another process has it open")
        self.hint = (
            "Wait until that process (an ingest, or a server that is starting) is done, or stop it; "
            "or serve it to several with MILVUS_URI."
        )


class EmbeddingsUnavailable(Unavailable):
    """The embedding model cannot be loaded or does not answer."""

    code = "embeddings_unavailable"


class ChatModelFailed(Unavailable):
    """The chat model answered with an error, or stopped in mid-stream."""

    code = "chat_model_failed"

    def __init__(self, model: str, reason: str) -> None:
        super().__init__(
            f"The chat model {model} failed: {reason}", "`dramatis doctor` tells more."
        )


class TracesNotErased(Unavailable):
    """Langfuse did not take the request to delete traces."""

    code = "traces_not_erased"

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(
            "Langfuse did not delete the player's traces; nothing was erased yet.",
            "Send the request again once Langfuse answers.",
        )
        self.detail = f"{where}: {reason}"


class TurnDeadlineExceeded(Unavailable):
    """A node used up what was left of the turn's time."""

    code = "turn_deadline_exceeded"

    def __init__(self, node: str) -> None:
        super().__init__(f"The turn ran out of time in {node}.", "Raise DRAMATIS_TURN_SECONDS.")


class TimelineMoved(DramatisError):
    """Another turn of the same timeline was settled first."""

    code = "timeline_moved"

    def __init__(self) -> None:
        super().__init__("Another turn of this timeline was settled first.", "Repeat the turn.")


class SettingsInvalid(DramatisError):
    """A setting cannot be used."""

    code = "settings_invalid"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a world file; `line` counts from 1."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class WorldInvalid(DramatisError):
    """A world cannot be loaded; carries every mistake found."""

    code = "world_invalid"

    def __init__(self, world: str, mistakes: Sequence[Mistake]) -> None:
        shown = "\n".join(f"  {mistake}" for mistake in mistakes[:20])
        super().__init__(
            f"The world {world} has {len(mistakes)} mistakes:\n{shown}",
            "`dramatis world check DIR` prints all of them. Nothing was changed.",
        )
        self.mistakes = tuple(mistakes)


class StoryTestsInvalid(DramatisError):
    """Story tests cannot be run as they are written; carries every mistake found."""

    code = "storytests_invalid"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        shown = "\n".join(f"  {mistake}" for mistake in mistakes)
        count = f"{len(mistakes)} mistake{'s' * (len(mistakes) != 1)}"
        super().__init__(f"The story tests have {count}:\n{shown}", "No test was run.")
        self.mistakes = tuple(mistakes)


class CasesInvalid(DramatisError):
    """Evaluation cases cannot be played; carries every mistake found."""

    code = "cases_invalid"

    def __init__(self, world: str, mistakes: Sequence[Mistake]) -> None:
        shown = "\n".join(f"  {mistake}" for mistake in mistakes[:20])
        more = f"\n  and {len(mistakes) - 20} more" if len(mistakes) > 20 else ""
        super().__init__(
            f"The cases of {world} have {len(mistakes)} mistakes:\n{shown}{more}",
            "docs/guardrails.md says what a case looks like. Nothing was played.",
        )
        self.mistakes = tuple(mistakes)


class ImportFailed(DramatisError):
    """A card or lorebook was not imported or exported; nothing was written."""

    code = "import_failed"


class CardInvalid(ImportFailed):
    """A file is no card or lorebook that can be read."""

    code = "card_invalid"

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(
            f"{file}: {reason}",
            "Character cards V1 to V3 (JSON, PNG, CHARX), V3 lorebooks and World Info are read. "
            "Nothing was written.",
        )


class DocumentsInvalid(ImportFailed):
    """A document list has mistakes; each names its document."""

    code = "documents_invalid"

    def __init__(self, file: str, mistakes: Sequence[str]) -> None:
        shown = "\n".join(f"  {mistake}" for mistake in mistakes[:20])
        super().__init__(
            f"{file} has {len(mistakes)} mistakes:\n{shown}",
            "docs/seed.md tells which documents are read. Nothing was written.",
        )
        self.mistakes = tuple(mistakes)


class AlreadyThere(ImportFailed):
    """The world has something under this id that an author may have worked on."""

    code = "already_there"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} stands there already.",
            "Give another --id, or --replace it with what the file says. Nothing was written.",
        )


class NothingToExport(ImportFailed):
    """The world has no NPC and no lorebook of this id, or not in this form."""

    code = "nothing_to_export"


class ExportFailed(ImportFailed):
    """A file cannot be written."""

    code = "export_failed"
