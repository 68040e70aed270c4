"""What every handler of one receiver shares."""

import structlog
from msgspec import Struct, field
from sanic import Request
from sanic.response import HTTPResponse

from services.receiver.admission.addresses import client_of, network_of
from services.receiver.admission.auth import Key, Keys, Scope
from services.receiver.admission.guard import Guard
from services.receiver.admission.hiding import secret_presented
from services.receiver.admission.logins import cookie_name, key_of_login, same_site
from services.receiver.forecasting.kept_forecasts import KeptForecasts
from services.receiver.giving.answers import KeptAnswers
from services.receiver.giving.encoded import Encoded
from services.receiver.operating.metrics import ReceiverMetrics
from services.receiver.operating.requestlog import RequestLog
from services.receiver.options import Options
from services.receiver.record.kept_record import KeptRecords
from services.receiver.refusing.refusals import (
    Refusal,
    asks_too_much,
    forbidden,
    key_ended,
    key_invalid,
    key_missing,
    too_many_failures,
)
from services.receiver.series.kept_days import KeptDays
from services.receiver.series.kept_pieces import KeptPieces
from shared.clock import Clock
from shared.keyform import prefix_of
from shared.schemas.codec import encode
from shared.store import Store

__all__ = [
    "Context",
    "admit",
    "authorise",
    "client_address",
    "context_of",
    "host_of",
    "identify",
    "is_ours",
    "json_answer",
    "logged_in",
    "login_sent",
]

_ASKING = frozenset({"GET", "HEAD"})

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Context(Struct):
    """What one receiver has and counts, how it was set, and whether it is about to stop."""

    store: Store
    keys: Keys
    clock: Clock
    metrics: ReceiverMetrics
    requests: RequestLog = field(default_factory=RequestLog)
    answers: KeptAnswers = field(default_factory=KeptAnswers)
    guard: Guard = field(default_factory=Guard)
    options: Options = Options()
    days: KeptDays = field(default_factory=KeptDays)
    records: KeptRecords = field(default_factory=KeptRecords)
    forecasts: KeptForecasts = field(default_factory=KeptForecasts)
    pieces: KeptPieces = field(default_factory=KeptPieces)
    came: set[str] = field(default_factory=set)
    """The accounts of which something came since they were looked at for silence."""
    stopping: bool = False


def context_of(request: Request) -> Context:
    """Return the context of the receiver that got a request."""
    context: Context = request.app.ctx.receiver
    return context


def authorise(request: Request, scope: Scope, account: str) -> Key:
    """Return the key a request presents; raises Refusal (401, 403) when it does not open the account."""
    key = identify(request)
    if not key.allows(scope, account):
        context_of(request).metrics.key_failures.labels("forbidden").inc()
        raise forbidden(scope)
    return key


def identify(request: Request) -> Key:
    """Return the key a request presents, whatever it opens; raises Refusal (401, 429)."""
    context = context_of(request)
    secret = secret_presented(request)
    if secret is not None:
        key = admit(request, secret)
    elif (found := logged_in(request)) is not None:
        key = found
    else:
        context.metrics.key_failures.labels("missing").inc()
        raise key_missing()
    if wait := context.guard.wait_of(key.sha256, context.clock.monotonic()):
        context.metrics.key_failures.labels("asks_too_much").inc()
        raise asks_too_much(wait)
    request.ctx.key = key
    return key


def admit(request: Request, secret: str) -> Key:
    """Return the key with this secret; raises Refusal (401, 429), and counts the failed attempt."""
    context = context_of(request)
    guard, now = context.guard, context.clock.monotonic()
    if now < guard.wary_until and (wait := guard.wait_before(source := _source_of(request), secret, now)):
        raise _failed(context, "throttled", source, None, wait)
    key = context.keys.find(secret)
    if key is None:
        ended = context.keys.find_ended(secret)
        source = _source_of(request)
        wait = guard.failed(source, now)
        shown = ended.shown if ended else prefix_of(secret)
        raise _failed(context, "ended" if ended else "unknown", source, shown, wait)
    return key


def logged_in(request: Request) -> Key | None:
    """Return the key behind the login that a browser sends with what our own pages ask; it only reads."""
    login = login_sent(request)
    if login is None or request.method not in _ASKING or not is_ours(request):
        return None
    context = context_of(request)
    return key_of_login(context.keys, login, context.clock.now().timestamp())


def login_sent(request: Request) -> str | None:
    """Return what the login's cookie holds, right or wrong."""
    if "cookie" not in request.headers:
        return None
    login: str | None = request.cookies.get(cookie_name(host_of(request)))
    return login


def is_ours(request: Request) -> bool:
    """Tell whether a request comes from a page of ours or from a person, as far as browsers tell."""
    return same_site(request.headers.get("sec-fetch-site"), request.headers.get("origin"), host_of(request))


def host_of(request: Request) -> str:
    """Return the host and port that a request was sent to."""
    return str(request.headers.get("host", ""))


def client_address(request: Request) -> str:
    """Return whose request it is: the peer's address, or the one that the trusted proxies saw."""
    proxies = context_of(request).guard.proxies
    if not proxies:
        return str(request.ip)
    return client_of(request.ip, request.headers.getall("x-forwarded-for", []), proxies)


def _source_of(request: Request) -> str:
    return network_of(client_address(request))


def _failed(context: Context, reason: str, source: str, shown: str | None, wait: float) -> Refusal:
    """Count and tell a failed attempt, never with what was presented; return its answer."""
    context.metrics.key_failures.labels(reason).inc()
    if count := context.guard.to_tell(source, context.clock.monotonic()):
        _log.warning("key refused", address=source, attempts=count, why=reason, key=shown)
    if wait:
        return too_many_failures(wait)
    return key_ended() if reason == "ended" else key_invalid()


def json_answer(body: object, status: int = 200) -> HTTPResponse:
    """Encode an answer's body."""
    return Encoded(encode(body), status)
