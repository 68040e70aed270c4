"""The origin's consumers, as they were: they know addresses, headers and JSON, and nothing of this project."""

import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

KEY = "the-key-of-the-origins-scraper"
USAGE = "/api/claude/console-usage"

REAL = (
    b'{"currentSession":{"resetsIn":"2 hr 42 min","percentageUsed":47},'
    b'"weeklyLimits":{"allModels":{"resetsIn":"Thu 7:00 AM","percentageUsed":31},'
    b'"sonnetOnly":{"resetsIn":"Sat 12:00 PM","percentageUsed":10}},"lastUpdated":"%b"}'
)
"""A payload that the origin's scraper sent; the time of the reading is filled in."""


class Answer(NamedTuple):
    status: int
    headers: Any
    body: Any


def call(url: str, *, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    """Make one request; `headers` are written with `_` for `-`. The body is decoded where it is JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, body, named, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return Answer(answer.status, answer.headers, _decoded(answer.read()))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, _decoded(error.read()))


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body


def minutes_ago(minutes: float) -> str:
    moment = datetime.now(UTC) - timedelta(minutes=minutes)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
