"""The calls about every account, under `/api/v1` (pure)."""

from typing import Any

from services.receiver.openapi import answers, examples
from services.receiver.openapi.parts import (
    ACCOUNT,
    FROM,
    LIMITS,
    MOMENT,
    NOT_MODIFIED,
    TAGGED_HEADERS,
    TO,
    Json,
    Operation,
    answer,
    json_body,
    json_of,
    operation,
    path_part,
    problems,
    query,
    ref,
)
from services.receiver.refusing.problems import ROOT
from services.receiver.series.series_forms import Series
from services.receiver.taking.batch import MOST_ITEMS, Receipt
from shared.schemas.reports import Report
from shared.schemas.usage import Snapshot

__all__ = ["OPERATIONS"]

_ACCOUNTS = f"{ROOT}/accounts"
_BELOW = f"{_ACCOUNTS}/{{account}}"

_READING = (400, 401, 403, 404, 429, 500, 503)
_WRITING = (400, 401, 403, 404, 408, 409, 413, 415, 429, 500, 503, 507)

_TEXT: Json = {"type": "string"}
_PLAIN: Json = {"type": ["string", "number", "boolean", "null"]}
_LIMIT = query(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
    "How many a page holds at most.",
    100,
)
_CURSOR = query("cursor", _TEXT, "`next` of the page before; it brings the other parameters with it.")


def _read(kind: type, description: str, example: object = None) -> Json:
    return {
        "200": answer(description, json_of(ref(kind), example), TAGGED_HEADERS),
        "304": NOT_MODIFIED,
    }


def _sent(what: str, kind: type, example: dict[str, Any]) -> tuple[Json, Json]:
    """Return body and answers of a call that stores one or many."""
    many = {"type": "array", "items": ref(kind), "maxItems": MOST_ITEMS}
    body = json_body({"oneOf": [ref(kind), many]}, {"one": example, "several": [example]})
    receipt = json_of(ref(Receipt), examples.RECEIPT)
    stored = {"anyOf": [ref(Receipt), ref(answers.BatchResults)]}
    done = {
        "201": answer(f"The {what} is on the disk.", receipt),
        "200": answer(f"The {what} was stored before; or, for an array, a result for each.", json_of(stored)),
        **problems(*_WRITING),
    }
    done["201"]["headers"] = {
        **done["201"]["headers"],
        "Location": {"description": "Where it can be read.", "schema": _TEXT},
    }
    return body, done


_SNAPSHOT_BODY, _SNAPSHOT_ANSWERS = _sent("snapshot", Snapshot, examples.SNAPSHOT)
_REPORT_BODY, _REPORT_ANSWERS = _sent("report", Report, examples.REPORT)

OPERATIONS: tuple[Operation, ...] = (
    operation(
        "get",
        _ACCOUNTS,
        "listAccounts",
        "The accounts that the key may read",
        {**_read(answers.Accounts, "What is kept of each."), **problems(400, 401, 429, 500, 503)},
        tag="accounts",
        scope="read",
    ),
    operation(
        "get",
        _BELOW,
        "readAccount",
        "One account",
        {**_read(answers.Account, "What is kept of it."), **problems(*_READING)},
        parameters=(ACCOUNT,),
        tag="accounts",
        scope="read",
    ),
    operation(
        "post",
        f"{_BELOW}/snapshots",
        "storeSnapshots",
        "Store one snapshot, or each of an array",
        _SNAPSHOT_ANSWERS,
        tag="snapshots",
        scope="write",
        parameters=(ACCOUNT,),
        body=_SNAPSHOT_BODY,
        description="One of at most 64 KiB, or up to 1,000 of together at most 1 MiB. At least one reading "
        "must be in each. Fields that are not known are kept.",
    ),
    operation(
        "get",
        f"{_BELOW}/snapshots",
        "listSnapshots",
        "Versions of a range, page by page",
        {
            **_read(answers.StoredSnapshots, "A page; archived versions are among them."),
            **problems(*_READING),
        },
        tag="snapshots",
        scope="read",
        parameters=(
            ACCOUNT,
            FROM,
            TO,
            _LIMIT,
            query("order", {"enum": ["asc", "desc"], "default": "asc"}, "Oldest or newest first.", "desc"),
            _CURSOR,
        ),
    ),
    operation(
        "get",
        f"{_BELOW}/snapshots/{{version}}",
        "readSnapshot",
        "One version",
        {**_read(answers.StoredSnapshot, "It never changes."), **problems(400, 401, 403, 404, 429, 500, 503)},
        tag="snapshots",
        scope="read",
        parameters=(ACCOUNT, path_part("version", _TEXT, "The version's id.", examples.VERSION)),
    ),
    operation(
        "get",
        f"{_BELOW}/asof",
        "readAsOf",
        "What was known at a moment",
        {
            **_read(answers.AsOf, "The newest version until then."),
            **problems(400, 401, 403, 404, 429, 500, 503),
        },
        tag="snapshots",
        scope="read",
        parameters=(ACCOUNT, query("at", MOMENT, "The moment; now when it is left out.", examples.MOMENT)),
    ),
    operation(
        "get",
        f"{_BELOW}/series",
        "readSeries",
        "How the limits went",
        {
            "200": answer(
                "Limit by limit: buckets when there is a step, else readings. Null is unknown, never zero.",
                {
                    **json_of(ref(Series), examples.SERIES),
                    "text/csv": {"schema": _TEXT},
                    "application/x-ndjson": {"schema": _TEXT},
                },
                TAGGED_HEADERS,
            ),
            "304": NOT_MODIFIED,
            **problems(*_READING),
        },
        tag="series",
        scope="read",
        parameters=(
            ACCOUNT,
            LIMITS,
            FROM,
            TO,
            query(
                "step",
                {"type": "string", "pattern": "^[0-9]{1,9}[smhdw]?$"},
                "How long a bucket is: 5m, 1h, 1d, 1w, or seconds. Every reading when it is left out.",
                "1h",
            ),
            query("format", {"enum": ["json", "csv", "ndjson"]}, "Instead of Accept.", "json"),
        ),
        description="Buckets begin as on a UTC calendar: hours, days, and weeks on Mondays. At most 120,000 "
        "buckets a limit. Left out, the range is the last 7 days.",
    ),
    operation(
        "get",
        f"{_BELOW}/flat",
        "readFlat",
        "How all limits stand now, in one level of keys",
        {
            "200": answer(
                "Plain values; null is unknown, never zero. Each limit has its percentage, reset and state.",
                json_of({"type": "object", "additionalProperties": _PLAIN}, examples.FLAT),
                TAGGED_HEADERS,
            ),
            "304": NOT_MODIFIED,
            **problems(*_READING),
        },
        tag="neighbours",
        scope="read",
        parameters=(ACCOUNT,),
    ),
    operation(
        "get",
        f"{_BELOW}/badges/{{picture}}",
        "drawBadge",
        "One limit as a picture",
        {
            "200": answer(
                "Grey when it is unknown or stale.", {"image/svg+xml": {"schema": _TEXT}}, TAGGED_HEADERS
            ),
            "304": NOT_MODIFIED,
            **problems(*_READING),
        },
        tag="neighbours",
        scope="read",
        parameters=(ACCOUNT, path_part("picture", _TEXT, "A limit's name and `.svg`.", "session.svg")),
    ),
    operation(
        "post",
        f"{_BELOW}/reports",
        "storeReports",
        "Store one report of a failed scrape, or each of an array",
        _REPORT_ANSWERS,
        tag="reports",
        scope="write",
        parameters=(ACCOUNT,),
        body=_REPORT_BODY,
    ),
    operation(
        "get",
        f"{_BELOW}/reports",
        "listReports",
        "Reports, newest first, page by page",
        {**_read(answers.StoredReports, "A page."), **problems(*_READING)},
        tag="reports",
        scope="read",
        parameters=(ACCOUNT, _LIMIT, _CURSOR),
    ),
    operation(
        "get",
        f"{_BELOW}/reports/{{report}}",
        "readReport",
        "One report",
        {**_read(answers.StoredReport, "As it came."), **problems(400, 401, 403, 404, 429, 500, 503)},
        tag="reports",
        scope="read",
        parameters=(ACCOUNT, path_part("report", _TEXT, "The report's id.", examples.VERSION)),
    ),
)
