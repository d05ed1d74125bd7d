"""One OpenTelemetry trace a turn, in Langfuse's own attributes.

The spans are OpenTelemetry's, with the attribute names that Langfuse maps; with keys set, Langfuse's
SDK adds its exporter to the same provider. So there is one path, with and without Langfuse, and a
trace in Postgres always: delivery to Langfuse is lossy while its server is down.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from opentelemetry import context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.trace import Span, Status, StatusCode, format_trace_id, set_span_in_context

from langchain_app.domain.errors import DramatisError
from langchain_app.observability.plain import to_json

TURN_ID = "dramatis.turn_id"
_PREFIX = "langfuse.observation."


@dataclass(frozen=True, slots=True)
class LangfuseKeys:
    """How to reach a Langfuse server."""

    public_key: str
    secret_key: str
    base_url: str
    environment: str = "default"


class Tracing:
    """Starts traces; owns the exporters."""

    def __init__(self, *processors: SpanProcessor, langfuse: LangfuseKeys | None = None) -> None:
        # limits of the SDK stay; nothing is read from OTEL_* resource detectors, which cost a second
        self._provider = TracerProvider(resource=Resource({"service.name": "dramatis"}))
        for processor in processors:
            self._provider.add_span_processor(processor)
        if langfuse is not None:
            _add_langfuse(self._provider, langfuse)
        self._tracer = self._provider.get_tracer("dramatis")

    @contextmanager
    def turn(self, turn_id: str, **attributes: str | None) -> Iterator[TurnTrace]:
        """Open the trace of one turn; `attributes` are Langfuse trace attributes by their suffix."""
        with self._tracer.start_as_current_span(
            "turn",
            attributes={
                TURN_ID: turn_id,
                f"{_PREFIX}type": "agent",
                "langfuse.trace.name": "turn",
                **{f"langfuse.trace.metadata.{k}": v for k, v in attributes.items() if v},
            },
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            trace = TurnTrace(self._tracer, turn_id, span)
            try:
                yield trace
            except BaseException as error:
                _fail(span, error)
                raise

    def flush(self, timeout_s: float = 3.0) -> None:
        """Hand over what is waiting; never on a request's path."""
        self._provider.force_flush(int(timeout_s * 1000))

    def close(self) -> None:
        """Flush and stop the exporters."""
        self._provider.shutdown()


class TurnTrace:
    """The open trace of one turn."""

    def __init__(self, tracer: Any, turn_id: str, root: Span) -> None:
        self._tracer = tracer
        self._turn_id = turn_id
        self._root = root
        self._identity: dict[str, str] = {}
        self.trace_id = format_trace_id(root.get_span_context().trace_id)

    def identify(self, *, player_id: str, session_id: str) -> None:
        """Name the player and session; Langfuse groups by both."""
        self._identity = {"user.id": player_id, "session.id": session_id}
        self._root.set_attributes(self._identity)

    def conclude(self, *, input: Any, output: Any) -> None:
        """Set what the turn as a whole was given and gave."""
        self._root.set_attributes(
            {f"{_PREFIX}input": to_json(input), f"{_PREFIX}output": to_json(output)}
        )

    def observe(self, name: str, as_type: str, input: Any = None) -> Observation:
        """Open an observation of one of Langfuse's types beneath the current one."""
        attributes = {TURN_ID: self._turn_id, f"{_PREFIX}type": as_type, **self._identity}
        if input is not None:
            attributes[f"{_PREFIX}input"] = to_json(input)
        return Observation(self._tracer.start_span(name, attributes=attributes))


class Observation:
    """One open observation; a context manager that makes it the current one.

    A class and not a generator: eleven of them a turn cost a third less so.
    """

    __slots__ = ("_span", "_token")

    def __init__(self, span: Span) -> None:
        self._span = span

    def __enter__(self) -> Observation:
        self._token = context.attach(set_span_in_context(self._span))
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if error is not None:
            _fail(self._span, error)
        context.detach(self._token)
        self._span.end()

    def output(self, value: Any) -> None:
        """Set what came out."""
        self._span.set_attribute(f"{_PREFIX}output", to_json(value))

    def generation(self, *, model: str, parameters: dict[str, Any]) -> None:
        """Set what a generation is judged by: model and parameters."""
        self._span.set_attribute(f"{_PREFIX}model.name", model)
        self._span.set_attribute(f"{_PREFIX}model.parameters", to_json(parameters))

    def first_token(self) -> None:
        """Mark the moment of the first token."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._span.set_attribute(f"{_PREFIX}completion_start_time", f'"{now}"')


def _fail(span: Span, error: BaseException) -> None:
    message = error.message if isinstance(error, DramatisError) else type(error).__name__
    span.set_attribute(f"{_PREFIX}level", "ERROR")
    span.set_attribute(f"{_PREFIX}status_message", message[:500])
    span.set_status(Status(StatusCode.ERROR, message[:500]))


def _add_langfuse(provider: TracerProvider, keys: LangfuseKeys) -> None:
    from langfuse import Langfuse

    Langfuse(
        public_key=keys.public_key,
        secret_key=keys.secret_key,
        base_url=keys.base_url,
        environment=keys.environment,
        tracer_provider=provider,
        # By default the SDK exports only spans that its own API opened.
        should_export_span=lambda span: TURN_ID in (span.attributes or {}),
        timeout=5,
    )
