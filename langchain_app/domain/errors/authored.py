"""What authors and operators wrote and nobody can play."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from langchain_app.domain.errors.base import DramatisError


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
