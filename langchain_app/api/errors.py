"""Where errors become HTTP: the only place."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import asdict

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from langchain_app.domain.errors import (
    ApiKeyMissing,
    ApiKeyUnknown,
    DramatisError,
    EditingOff,
    EventIdReused,
    ForeignOrigin,
    IngestRunning,
    PlayerDataOff,
    Refused,
    SaveIdReused,
    SaveOfAnotherPlayer,
    ServerKeyNeeded,
    SessionOfAnotherPlayer,
    TurnIdReused,
    Unavailable,
    UnknownFact,
    UnknownMemory,
    UnknownMoment,
    UnknownNpc,
    UnknownPlace,
    UnknownPlayer,
    UnknownSave,
    UnknownSession,
    UnknownTurn,
    UtteranceTooLong,
    WorldInvalid,
)

MAX_BODY_BYTES = 64 * 1024
"""More than any request needs; a larger body is refused before it is read whole."""

BODY_S = 15.0
"""The longest silence within a body."""

_STATUS: tuple[tuple[type[DramatisError], int], ...] = (
    (ApiKeyMissing, 401),
    (ApiKeyUnknown, 401),
    (ServerKeyNeeded, 403),
    (UtteranceTooLong, 413),
    (UnknownNpc, 404),
    (UnknownPlace, 404),
    (UnknownSession, 404),
    (UnknownTurn, 404),
    (UnknownMoment, 404),
    (UnknownPlayer, 404),
    (UnknownFact, 404),
    (UnknownMemory, 404),
    (UnknownSave, 404),
    (PlayerDataOff, 403),
    (SessionOfAnotherPlayer, 403),
    (SaveOfAnotherPlayer, 403),
    (EditingOff, 403),
    (ForeignOrigin, 403),
    (TurnIdReused, 409),
    (EventIdReused, 409),
    (SaveIdReused, 409),
    (IngestRunning, 409),
    (Refused, 422),
    (WorldInvalid, 422),
    (Unavailable, 503),
)
_CODES = {
    404: "not_found",
    405: "method_not_allowed",
    408: "body_too_slow",
    413: "body_too_large",
}
_HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "1"}}

logger = logging.getLogger("dramatis.api")


def status_of(error: DramatisError) -> int:
    """Return the HTTP status of an error."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def error_response(
    status: int, code: str, message: str, hint: str = "", **more: object
) -> JSONResponse:
    """Return an error in the one shape that all errors have; some tell `more`."""
    headers = _HEADERS.get(status)
    body = {"error": {"code": code, "message": message, "hint": hint, **more}}
    return JSONResponse(body, status_code=status, headers=headers)


def install_error_handlers(app: FastAPI) -> None:
    """Make every error leave in the one shape, and no stack trace ever."""
    app.add_exception_handler(DramatisError, _dramatis)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _dramatis(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, DramatisError):
        raise error
    told = (status_of(error), error.code, error.message, error.hint)
    if isinstance(error, WorldInvalid):
        return error_response(*told, mistakes=[asdict(mistake) for mistake in error.mistakes])
    return error_response(*told)


async def _validation(request: Request, error: Exception) -> JSONResponse:
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    first = faults[0] if faults else {"loc": (), "msg": "invalid", "type": ""}
    if first["type"] == "json_invalid":
        return error_response(
            422, "body_not_json", "The body is not JSON.", 'Send {"message": "..."}.'
        )
    of_body = first["loc"][:1] == ("body",)
    if of_body and "json" not in request.headers.get("content-type", ""):
        return error_response(
            422, "body_not_json", "The body is not JSON.", "Send Content-Type: application/json."
        )
    where = ".".join(str(step) for step in first["loc"] if step != "body") or "body"
    return error_response(
        422, "request_invalid", f"{where}: {first['msg']}", "See /docs for the request's fields."
    )


async def _http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    if isinstance(error.__cause__, UnicodeDecodeError):
        return error_response(
            422, "body_not_utf8", "The body is not UTF-8.", "Encode the JSON body as UTF-8."
        )
    code = _CODES.get(error.status_code, "bad_request")
    return error_response(error.status_code, code, str(error.detail), "See /docs.")


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    logger.exception("unexpected error at %s", request.url.path, exc_info=error)
    return error_response(
        500, "internal", "Something went wrong here.", "The server's log tells more."
    )


class BodyLimit:
    """ASGI middleware that refuses bodies that are too large or too slow while they arrive."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request whose body is counted as it arrives."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        received, whole = 0, False

        async def limited() -> Message:
            nonlocal received, whole
            try:
                # Once the body is whole, receive() waits for the client to leave, however long.
                async with asyncio.timeout(None if whole else BODY_S):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, f"No body came within {BODY_S:g} s.") from None
            whole = not message.get("more_body", False)
            received += len(message.get("body", b""))
            if received > MAX_BODY_BYTES:
                raise HTTPException(413, f"The body has more than {MAX_BODY_BYTES} bytes.")
            return message

        await self._app(scope, limited, send)
