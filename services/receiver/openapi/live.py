"""The calls about what comes as it comes, and about asking for it (pure)."""

from typing import Literal

from msgspec import Struct

from services.receiver.live.trigger import LastFailure, State
from services.receiver.openapi.parts import (
    ACCOUNT,
    PLAIN_HEADERS,
    Json,
    Operation,
    answer,
    json_of,
    operation,
    problems,
    query,
    ref,
    troubles,
)
from services.receiver.refusing.problems import ROOT
from shared.schemas.usage import Moment

__all__ = ["OPERATIONS", "TYPES"]


class LastRequest(Struct, frozen=True, kw_only=True, rename="camel"):
    """The last scrape that was asked for: when and by which key, and which collector fetched the request."""

    id: str
    at: Moment
    by: str
    lapses_at: Moment
    fetched_at: Moment | None
    fetched_by: str | None


class ScrapeState(Struct, frozen=True, kw_only=True, rename="camel"):
    """How the last request stands."""

    account: str
    state: State
    request: LastRequest | None


class ScrapeAsked(ScrapeState, frozen=True, kw_only=True, rename="camel"):
    """A scrape is asked for; `status`, `events` and `latest` are where to see what comes of it.

    `lastFailure` is what the newest report says if it is newer than the last reading: around a block
    (`challenge`, `region_blocked`) nobody fetches the request before `nextTryAt`.
    """

    already_asked: bool
    last_failure: LastFailure | None
    status: str
    events: str
    latest: str


class OriginScrapeAsked(ScrapeAsked, frozen=True, kw_only=True, rename="camel"):
    """The same, in the origin's form."""

    success: Literal[True]
    message: str
    timestamp: Moment


TYPES: tuple[type, ...] = (ScrapeState, ScrapeAsked, OriginScrapeAsked)

_BELOW = f"{ROOT}/accounts/{{account}}"
_TEXT: Json = {"type": "string"}

OPERATIONS: tuple[Operation, ...] = (
    operation(
        "get",
        f"{_BELOW}/events",
        "listen",
        "Server-sent events: snapshots, reports, silence",
        {
            "200": answer(
                "A stream that does not end by itself; a comment every 15 seconds.",
                {"text/event-stream": {"schema": _TEXT}},
                PLAIN_HEADERS,
            ),
            **problems(400, 401, 403, 404, 429, 500, 503),
        },
        tag="live",
        scope="read",
        parameters=(
            ACCOUNT,
            query("after", _TEXT, "An event's id, a version's, or a moment: what came since is sent first."),
            {
                "name": "Last-Event-ID",
                "in": "header",
                "description": "The id of the last event that was seen; it goes before `after`.",
                "schema": _TEXT,
            },
        ),
    ),
    operation(
        "post",
        f"{_BELOW}/scrape",
        "askForScrape",
        "Ask for a scrape now",
        {
            "202": answer("Asked for; the collector fetches it.", json_of(ref(ScrapeAsked))),
            **problems(400, 401, 403, 404, 408, 413, 415, 429, 500, 503),
        },
        tag="live",
        scope="write",
        parameters=(ACCOUNT,),
    ),
    operation(
        "get",
        f"{_BELOW}/scrape",
        "readScrapeRequest",
        "How the last request stands; for a collector: wait for one and take it",
        {
            "200": answer("The last request; for a collector, the one it takes.", json_of(ref(ScrapeState))),
            "204": {"description": "Nothing was asked for while the collector waited."},
            **problems(400, 401, 403, 404, 429, 500, 503),
        },
        tag="live",
        scope="read",
        parameters=(
            ACCOUNT,
            query(
                "collector",
                {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"},
                "Who takes the request; the key needs the scope write, too.",
            ),
            query(
                "wait",
                {"type": "integer", "minimum": 0, "maximum": 25, "default": 0},
                "Seconds that a collector waits.",
                0,
            ),
        ),
    ),
    operation(
        "post",
        "/api/claude/console-usage/trigger",
        "trigger",
        "Ask for a scrape of `default` now",
        {
            "202": answer("Asked for; the collector fetches it.", json_of(ref(OriginScrapeAsked))),
            **troubles(400, 401, 403, 408, 413, 415, 429, 500, 503),
        },
        tag="origin",
        scope="write",
    ),
)
