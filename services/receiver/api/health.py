"""Is the process alive, can it serve, is the record fresh, what has it counted: all without a key.

With one, `/metrics` tells of the accounts that the key may read, too.
"""

import time
from datetime import datetime
from typing import Any

from prometheus_client.exposition import choose_encoder
from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.admission.auth import Key
from services.receiver.admission.hiding import secret_presented
from services.receiver.asking.queries import health
from services.receiver.context import Context, context_of, identify, json_answer
from services.receiver.live.silence import Silence, described
from services.receiver.minding.watching import silence_in
from services.receiver.operating.accountmetrics import Record
from shared import VERSION
from shared.errors import MarigraphError
from shared.schemas.usage import DEFAULT_ACCOUNT
from shared.store.base import Found
from shared.store.errors import StoreDamagedError

__all__ = ["BLUEPRINT"]


async def livez(_request: Request) -> HTTPResponse:
    """Say that the process answers; the store is not asked."""
    return json_answer({"status": "ok"})


async def readyz(request: Request) -> HTTPResponse:
    """Say whether a snapshot could be stored now: 200 or 503, with the reason."""
    status, body = await request.app.ctx.readiness.now()
    return json_answer(body, status)


async def version(_request: Request) -> HTTPResponse:
    """Say which version runs."""
    return json_answer({"name": "marigraph", "version": VERSION})


async def record_health(request: Request) -> HTTPResponse:
    """Say how fresh the record of the account `default` is, in the origin's form.

    Anybody may ask, as often as they like: where looks cost money, they share one every other second.
    """
    context = context_of(request)
    asked_at = time.monotonic() - context.store.pace.listening
    silence: dict[str, Any] | None = None
    try:
        found, accessible = await context.store.latest(DEFAULT_ACCOUNT, asked_at=asked_at), True
        seen = await silence_in(context, DEFAULT_ACCOUNT, asked_at=asked_at)
        silence = _without_words(seen, context.clock.now())
    except MarigraphError:
        found, accessible = None, False
    now = context.clock.now()
    status, body = health(found, accessible=accessible, now=now)
    told = {"silence": silence, "silentAccounts": request.app.ctx.watch.silent_accounts}
    return json_answer({**body, **told}, status)


def _without_words(silence: Silence, now: datetime) -> dict[str, Any]:
    """Return what is told of a silence without a key: of the report why, its state and nothing else."""
    return {**described(silence, now), "reason": silence.reason and silence.reason.state}


async def metrics(request: Request) -> HTTPResponse:
    """Show the counters, and to a key the newest readings it may read; Prometheus text or OpenMetrics."""
    context = context_of(request)
    encoder, content_type = choose_encoder(request.headers.get("accept", ""))
    if secret_presented(request) is None:
        return HTTPResponse(encoder(context.metrics.registry), content_type=content_type)
    record = await _record_of(context, identify(request))
    return HTTPResponse(encoder(record), content_type=content_type)


async def _record_of(context: Context, key: Key) -> Record:
    """Put the newest readings beside the counters, which are shown also when the store cannot be read."""
    try:
        names = [name for name in await context.store.accounts() if key.allows("read", name)]
        newest = [found for name in names if (found := await _newest(context, name))]
    except MarigraphError:
        newest = []
    return Record(context.metrics.registry, newest, context.clock.now())


async def _newest(context: Context, account: str) -> Found | None:
    try:
        return await context.store.latest(account)
    except StoreDamagedError:  # the other accounts are shown all the same
        return None


BLUEPRINT = Blueprint("health")
for _handler, _path in (
    (livez, "/livez"),
    (livez, "/healthz"),
    (readyz, "/readyz"),
    (record_health, "/api/health"),
    (metrics, "/metrics"),
    (version, "/version"),
):
    BLUEPRINT.add_route(_handler, _path, methods=["GET", "HEAD"], name=_path.strip("/").replace("/", "_"))
