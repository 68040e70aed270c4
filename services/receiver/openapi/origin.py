"""The origin's calls, and those that need no key (pure)."""

from services.receiver.openapi import answers, examples
from services.receiver.openapi.parts import (
    NOT_MODIFIED,
    TAGGED_HEADERS,
    Json,
    Operation,
    answer,
    json_body,
    json_of,
    operation,
    query,
    ref,
    troubles,
)
from shared.schemas.usage import Snapshot

__all__ = ["OPERATIONS"]

_USAGE = "/api/claude/console-usage"
_TEXT: Json = {"type": "string"}
_READ: Json = {
    "200": answer("The version.", json_of(ref(answers.OriginVersion)), TAGGED_HEADERS),
    "304": NOT_MODIFIED,
    **troubles(400, 401, 403, 404, 429, 500, 503),
}


def _page(path: str, name: str, summary: str, kind: str = "text/html; charset=utf-8") -> Operation:
    content = {kind: {"schema": _TEXT}}
    return operation("get", path, name, summary, {"200": answer("It.", content)}, tag="service", scope=None)


OPERATIONS: tuple[Operation, ...] = (
    operation(
        "post",
        _USAGE,
        "storeUsage",
        "Store a snapshot of the account `default`",
        {
            "200": answer("It is on the disk.", json_of(ref(answers.OriginReceipt))),
            **troubles(400, 401, 403, 408, 409, 413, 415, 429, 500, 503, 507),
        },
        tag="origin",
        scope="write",
        body=json_body(ref(Snapshot), {"origin": examples.ORIGIN_SNAPSHOT, "ours": examples.SNAPSHOT}),
    ),
    operation(
        "get",
        _USAGE,
        "readUsage",
        "The latest version of `default`, one by number, or the nearest to a moment",
        _READ,
        tag="origin",
        scope="read",
        parameters=(
            query("version", {"type": "integer"}, "1 is the oldest, -1 the newest."),
            query("timestamp", _TEXT, "A moment in ISO 8601; not together with version."),
        ),
    ),
    operation(
        "get",
        "/api/claude-usage",
        "readLatestUsage",
        "The latest version of `default`: an older name",
        {status: one for status, one in _READ.items() if status != "400"},
        tag="origin",
        scope="read",
    ),
    operation(
        "get",
        "/api/health",
        "readHealth",
        "How fresh the record of `default` is",
        {
            "200": answer("Fresh, or older than 10 minutes.", json_of(ref(answers.Health))),
            "503": answer("Older than 30 minutes, nothing, or no store.", json_of(ref(answers.Health))),
        },
        tag="service",
        scope=None,
    ),
    operation(
        "get",
        "/livez",
        "readLiveness",
        "Does the process answer",
        {"200": answer("It does.", json_of(ref(answers.Status)))},
        tag="service",
        scope=None,
    ),
    operation(
        "get",
        "/healthz",
        "readLivenessToo",
        "Does the process answer: another name",
        {"200": answer("It does.", json_of(ref(answers.Status)))},
        tag="service",
        scope=None,
    ),
    operation(
        "get",
        "/version",
        "readVersion",
        "Which version runs",
        {"200": answer("This one.", json_of(ref(answers.Running)))},
        tag="service",
        scope=None,
    ),
    operation(
        "get",
        "/readyz",
        "readReadiness",
        "Could a snapshot be stored now",
        {
            "200": answer("It could.", json_of(ref(answers.Readiness))),
            "503": answer("It could not; `checks` say why.", json_of(ref(answers.Readiness))),
        },
        tag="service",
        scope=None,
    ),
    operation(
        "get",
        "/metrics",
        "readMetrics",
        "What was counted, for Prometheus",
        {
            "200": answer(
                "As text, or as OpenMetrics for who asks for that.",
                {kind: {"schema": _TEXT} for kind in ("text/plain", "application/openmetrics-text")},
            )
        },
        tag="service",
        scope=None,
    ),
    _page("/docs", "readDocs", "This document, to be read and tried"),
    _page("/docs/problems", "readProblems", "What the codes of failures mean"),
    operation(
        "get",
        "/openapi.json",
        "readDocument",
        "This document",
        {"200": answer("OpenAPI 3.1.", json_of({"type": "object"}), TAGGED_HEADERS), "304": NOT_MODIFIED},
        tag="service",
        scope=None,
    ),
)
