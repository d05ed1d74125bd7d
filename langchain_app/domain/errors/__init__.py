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
│   ├── UnderstandingFailed
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

from langchain_app.domain.errors.access import (
    ApiKeyMissing,
    ApiKeyUnknown,
    EditingOff,
    ForeignOrigin,
    IngestRunning,
    PlayerDataOff,
    SaveOfAnotherPlayer,
    ServerKeyNeeded,
    SessionOfAnotherPlayer,
)
from langchain_app.domain.errors.authored import (
    AlreadyThere,
    CardInvalid,
    CasesInvalid,
    DocumentsInvalid,
    ExportFailed,
    ImportFailed,
    Mistake,
    NothingToExport,
    SettingsInvalid,
    StoryTestsInvalid,
    WorldInvalid,
)
from langchain_app.domain.errors.base import (
    DramatisError,
    Refused,
    TimelineMoved,
    Unavailable,
)
from langchain_app.domain.errors.refused import (
    EventFromTheFuture,
    EventIdReused,
    EventInvalid,
    FactInvalid,
    GameStateInvalid,
    SaveIdReused,
    TextUnprintable,
    TurnIdReused,
    UtteranceEmpty,
    UtteranceTooLong,
)
from langchain_app.domain.errors.unavailable import (
    ChatModelFailed,
    DatabaseNotStarted,
    DatabaseUnavailable,
    EmbeddingsUnavailable,
    KnowledgeStoreLocked,
    KnowledgeStoreUnavailable,
    TracesNotErased,
    TurnDeadlineExceeded,
    UnderstandingFailed,
)
from langchain_app.domain.errors.unknown import (
    TurnErased,
    UnknownFact,
    UnknownMemory,
    UnknownMoment,
    UnknownNpc,
    UnknownPlace,
    UnknownPlayer,
    UnknownSave,
    UnknownSession,
    UnknownTurn,
)

__all__ = [
    "AlreadyThere",
    "ApiKeyMissing",
    "ApiKeyUnknown",
    "CardInvalid",
    "CasesInvalid",
    "ChatModelFailed",
    "DatabaseNotStarted",
    "DatabaseUnavailable",
    "DocumentsInvalid",
    "DramatisError",
    "EditingOff",
    "EmbeddingsUnavailable",
    "EventFromTheFuture",
    "EventIdReused",
    "EventInvalid",
    "ExportFailed",
    "FactInvalid",
    "ForeignOrigin",
    "GameStateInvalid",
    "ImportFailed",
    "IngestRunning",
    "KnowledgeStoreLocked",
    "KnowledgeStoreUnavailable",
    "Mistake",
    "NothingToExport",
    "PlayerDataOff",
    "Refused",
    "SaveIdReused",
    "SaveOfAnotherPlayer",
    "ServerKeyNeeded",
    "SessionOfAnotherPlayer",
    "SettingsInvalid",
    "StoryTestsInvalid",
    "TextUnprintable",
    "TimelineMoved",
    "TracesNotErased",
    "TurnDeadlineExceeded",
    "TurnErased",
    "TurnIdReused",
    "Unavailable",
    "UnderstandingFailed",
    "UnknownFact",
    "UnknownMemory",
    "UnknownMoment",
    "UnknownNpc",
    "UnknownPlace",
    "UnknownPlayer",
    "UnknownSave",
    "UnknownSession",
    "UnknownTurn",
    "UtteranceEmpty",
    "UtteranceTooLong",
    "WorldInvalid",
]
