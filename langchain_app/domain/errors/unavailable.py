"""Parts that do not answer; the same request may be sent again."""

from __future__ import annotations

from langchain_app.domain.errors.base import Unavailable


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


class UnderstandingFailed(Unavailable):
    """An utterance could not be read, or the model that reads it cannot be used."""

    code = "understanding_failed"

    def __init__(self, reason: str, hint: str = "`dramatis doctor` tells more.") -> None:
        super().__init__(f"The understanding failed: {reason}", hint)


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
