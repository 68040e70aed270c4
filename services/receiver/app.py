"""The receiver as a Sanic application: routes, request ids, errors in one form, counting, a clean stop."""

import functools
import itertools
import logging
import re
import secrets
import time
from email.utils import formatdate
from types import SimpleNamespace

import structlog
from sanic import Request, Sanic
from sanic.config import Config
from sanic.exceptions import SanicException
from sanic.response import HTTPResponse

from services.receiver.api import health, page, usage
from services.receiver.context import Context, context_of, json_answer
from services.receiver.encoded import Encoded, Lines
from services.receiver.refusals import Refusal, not_read, not_stored
from services.receiver.tending import begin_tending, end_tending
from shared.errors import MarigraphError
from shared.timestamps import to_iso_millis

__all__ = ["build_app"]

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PROCESS = secrets.token_hex(6)
_NUMBERS = itertools.count(1)

_plain_log = logging.getLogger(__name__)
_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

App = Sanic[Config, SimpleNamespace]


def build_app(context: Context, *, name: str = "marigraph") -> App:
    """Put a receiver together; `name` must be unique among the applications of a process."""
    app = Sanic(name, env_prefix="MARIGRAPH_SANIC_", configure_logging=False)
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.config.ACCESS_LOG = False  # nobody reads it at our level, but Sanic would write each line first
    app.config.REQUEST_MAX_SIZE = 64 * 1024
    app.config.RESPONSE_TIMEOUT = 30
    app.config.REQUEST_TIMEOUT = 10
    app.ctx.receiver = context
    for blueprint in (usage.BLUEPRINT, health.BLUEPRINT, page.BLUEPRINT):
        app.blueprint(blueprint)
    app.on_request(_begin)
    app.on_response(_finish)  # type: ignore[no-untyped-call] # the library leaves this one untyped
    app.error_handler.add(Exception, _failed)
    app.after_server_start(begin_tending)
    app.before_server_stop(_stopping)
    app.before_server_stop(end_tending)
    app.after_server_stop(_close)
    return app


async def _begin(request: Request) -> None:
    asked = request.headers.get("x-request-id", "")
    request.ctx.id = asked if _REQUEST_ID.fullmatch(asked) else f"{_PROCESS}-{next(_NUMBERS):x}"
    request.ctx.began = time.perf_counter()


@functools.lru_cache(maxsize=2)
def _lines_of(second: int) -> Lines:
    """Return what goes with every answer; by the date a dashboard corrects a viewer's clock."""
    return (b"Date", formatdate(second, usegmt=True).encode()), (b"X-Content-Type-Options", b"nosniff")


async def _finish(request: Request, response: HTTPResponse) -> None:
    if not hasattr(request.ctx, "began"):
        await _begin(request)
    context = context_of(request)
    lines = (
        (b"X-Request-ID", request.ctx.id.encode()),
        *_lines_of(int(context.clock.now().timestamp())),
    )
    if isinstance(response, Encoded):
        response.lines += lines
    else:
        response.headers.update({name.decode(): value.decode() for name, value in lines})
    seconds = time.perf_counter() - request.ctx.began
    route = f"/{request.route.path}" if request.route else "none"
    context.metrics.answered(request.method, route, response.status, seconds)
    if _plain_log.isEnabledFor(logging.DEBUG):  # structlog would do all of its work first
        _log.debug(
            "request",
            method=request.method,
            route=route,
            status=response.status,
            milliseconds=round(seconds * 1000, 2),
            request_id=request.ctx.id,
        )


async def _failed(request: Request, error: Exception) -> HTTPResponse:
    """Answer every failure in the origin's form; what is our fault is logged with its trace, once."""
    if not hasattr(request.ctx, "began"):
        await _begin(request)
    refusal = _refusal(request, error)
    if refusal.status >= 500:  # noqa: PLR2004 - HTTP: from here on it is the server's fault
        known = isinstance(error, (MarigraphError, SanicException))
        _log.error(
            "request failed",
            error=str(error),
            request_id=request.ctx.id,
            exc_info=None if known else error,
        )
    body = refusal.body(request.ctx.id, to_iso_millis(context_of(request).clock.now()))
    return json_answer(body, refusal.status)


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
        case SanicException() if error.status_code and error.status_code < 500:  # noqa: PLR2004 - as above
            return Refusal(error.status_code, "INVALID_REQUEST", f"{error}.", "Correct the request.")
    return Refusal(
        500, "INTERNAL_ERROR", "Something failed on the server.", "Ask again; the server's log says more."
    )


async def _stopping(app: App) -> None:
    app.ctx.receiver.stopping = True


async def _close(app: App) -> None:
    await app.ctx.receiver.store.close()
