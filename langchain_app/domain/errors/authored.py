"""What authors and operators wrote and nobody can play."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from langchain_app.domain.errors.base import DramatisError

SHOWN = 20
"""How many mistakes a message shows; the error carries all of them."""


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


def _listed(mistakes: Sequence[object]) -> str:
    count = f"{len(mistakes)} mistake{'s' * (len(mistakes) != 1)}"
    shown = [f"\n  {mistake}" for mistake in mistakes[:SHOWN]]
    more = f"\n  and {len(mistakes) - SHOWN} more" if len(mistakes) > SHOWN else ""
    return f"{count}:{''.join(shown)}{more}"


class WorldInvalid(DramatisError):
    """A world cannot be loaded; carries every mistake found."""

    code = "world_invalid"

    def __init__(self, world: str, mistakes: Sequence[Mistake]) -> None:
        super().__init__(
            f"The world {world} has {_listed(mistakes)}",
            "`dramatis world check DIR` prints all of them. Nothing was changed.",
        )
        self.mistakes = tuple(mistakes)


class StoryTestsInvalid(DramatisError):
    """Story tests cannot be run as they are written; carries every mistake found."""

    code = "storytests_invalid"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__(f"The story tests have {_listed(mistakes)}", "No test was run.")
        self.mistakes = tuple(mistakes)


class CasesInvalid(DramatisError):
    """Evaluation cases cannot be played; carries every mistake found."""

    code = "cases_invalid"

    def __init__(self, world: str, mistakes: Sequence[Mistake]) -> None:
        super().__init__(
            f"The cases of {world} have {_listed(mistakes)}",
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
        super().__init__(
            f"{file} has {_listed(mistakes)}",
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
