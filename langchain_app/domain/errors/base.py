"""The roots of the tree."""

from __future__ import annotations


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


class Unavailable(DramatisError):
    """A part does not answer; the same request may be sent again."""


class TimelineMoved(DramatisError):
    """Another turn of the same timeline was settled first."""

    code = "timeline_moved"

    def __init__(self) -> None:
        super().__init__("Another turn of this timeline was settled first.", "Repeat the turn.")
