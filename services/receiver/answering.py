"""What is done around every handler: the request's id, errors in one form, headers of all answers, counting.

Sanic's middleware could do it, at twice the cost.
"""

import functools
import itertools
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from email.utils import formatdate

import structlog
from sanic import Request
from sanic.exceptions import SanicException
from sanic.response import HTTPResponse

from services.receiver.context import Context, json_answer
from services.receiver.encoded import Encoded, Lines
from services.receiver.refusals import Refusal, not_read, not_stored
from shared.errors import MarigraphError
from shared.timestamps import to_iso_millis

__all__ = ["Answering", "Handler"]

Handler = Callable[[Request], Awaitable[HTTPResponse]]

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PROCESS = secrets.token_hex(6)
_NUMBERS = itertools.count(1)
_SERVER_FAULT = 500

_plain_log = logging.getLogger(__name__)
_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Answering:
    """Puts itself around the handlers of one receiver."""

    def __init__(self, context: Context) -> None:
        """Take what the handlers share."""
        self._context = context

    def around(self, route: str, handler: Handler) -> Handler:
        """Return a handler that answers every request, failures included; `route` names it in metrics."""

        @functools.wraps(handler)
        async def answered(request: Request) -> HTTPResponse:
            began = time.perf_counter()
            request_id = _id_of(request)
            try:
                response = await handler(request)
            except Exception as error:  # noqa: BLE001 - each gets its answer
                response = self._explained(request, error, request_id)
            self._finish(request, response, request_id, route, time.perf_counter() - began)
            return response

        return answered

    async def failed(self, request: Request, error: Exception) -> HTTPResponse:
        """Answer what failed before any handler was found."""
        request_id = _id_of(request)
        response = self._explained(request, error, request_id)
        self._finish(request, response, request_id, "none", 0.0)
        return response

    def _explained(self, request: Request, error: Exception, request_id: str) -> HTTPResponse:
        """Answer a failure in the origin's form; what is our fault is logged with its trace, once."""
        refusal = _refusal(request, error)
        if refusal.status >= _SERVER_FAULT:
            known = isinstance(error, (MarigraphError, SanicException))
            _log.error(
                "request failed",
                error=str(error),
                request_id=request_id,
                exc_info=None if known else error,
            )
        return json_answer(refusal.body(request_id, to_iso_millis(self._context.clock.now())), refusal.status)

    def _finish(
        self, request: Request, response: HTTPResponse, request_id: str, route: str, seconds: float
    ) -> None:
        second = int(self._context.clock.now().timestamp())
        lines = ((b"X-Request-ID", request_id.encode()), *_lines_of(second))
        if isinstance(response, Encoded):
            response.lines += lines
        else:
            response.headers.update({name.decode(): value.decode() for name, value in lines})
        self._context.metrics.answered(request.method, route, response.status, seconds)
        if _plain_log.isEnabledFor(logging.DEBUG):  # structlog would do all of its work first
            _log.debug(
                "request",
                method=request.method,
                route=route,
                status=response.status,
                milliseconds=round(seconds * 1000, 2),
                request_id=request_id,
            )


def _id_of(request: Request) -> str:
    asked = request.headers.get("x-request-id")
    if asked is not None and _REQUEST_ID.fullmatch(asked):
        return str(asked)
    return f"{_PROCESS}-{next(_NUMBERS):x}"


@functools.lru_cache(maxsize=2)
def _lines_of(second: int) -> Lines:
    """Return what goes with every answer; by the date a dashboard corrects a viewer's clock."""
    return (b"Date", formatdate(second, usegmt=True).encode()), (b"X-Content-Type-Options", b"nosniff")


def _refusal(request: Request, error: Exception) -> Refusal:
    match error:
        case Refusal():
            return error
        case MarigraphError() if request.method == "POST":
            return not_stored(error)
        case MarigraphError():
            return not_read(error)
        case SanicException(status_code=404):
            return Refusal(
                404, "NOT_FOUND", f"There is no {request.path[:80]} here.", "See the README for the calls."
            )
        case SanicException() if error.status_code and error.status_code < _SERVER_FAULT:
            return Refusal(error.status_code, "INVALID_REQUEST", f"{error}.", "Correct the request.")
    return Refusal(
        500, "INTERNAL_ERROR", "Something failed on the server.", "Ask again; the server's log says more."
    )
