"""What is asked of the record and what is answered (pure): selection, age, health, cache headers."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, Literal

from msgspec import Struct

from services.receiver.refusals import Refusal
from shared.schemas.codec import Document
from shared.store.base import Found
from shared.timestamps import to_iso_millis

__all__ = [
    "Answer",
    "ByNumber",
    "Latest",
    "Nearest",
    "Selection",
    "answer",
    "health",
    "is_unmodified",
    "no_such_number",
    "no_version",
    "read_selection",
]

STALE_AFTER = timedelta(minutes=10)
UNHEALTHY_AFTER = timedelta(minutes=30)
_FRESH_FOR = timedelta(minutes=5)

_LOST_PLUS = re.compile(r" (?=\d{2}:?\d{2}$)")
"""A `+` in a query means a blank: an offset such as +01:00 arrives as ` 01:00`."""


class Latest(Struct, frozen=True):
    """The newest version is asked for."""


class ByNumber(Struct, frozen=True):
    """A version is asked for by number: 1 = oldest, -1 = newest."""

    number: int


class Nearest(Struct, frozen=True):
    """The version nearest to a moment is asked for."""

    moment: datetime


Selection = Latest | ByNumber | Nearest


def read_selection(arguments: Mapping[str, str]) -> Selection:
    """Read `?version=` or `?timestamp=`; raises Refusal (400) for what cannot be understood."""
    for name in arguments:
        if name not in {"version", "timestamp"} and get_close_matches(
            name, ("version", "timestamp", "account")
        ):
            raise _bad(f"{name} is no parameter of this call.", "There are version and timestamp.")
    if "version" in arguments and "timestamp" in arguments:
        raise _bad("version and timestamp exclude each other.", "Send one of them.")
    if "version" in arguments:
        return ByNumber(_read_number(arguments["version"]))
    if "timestamp" in arguments:
        return Nearest(_read_moment(arguments["timestamp"]))
    return Latest()


def _read_number(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,15}", text.strip()):
        raise _bad(
            f"version is {text[:40]!r}, not a whole number.",
            "Valid are 1 (oldest) up to the number of versions, and -1 (newest) backwards.",
        )
    return int(text)


def _read_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_LOST_PLUS.sub("+", text.strip()))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _bad(
            f"timestamp is {text[:40]!r}, not a moment in ISO 8601.",
            "Write it like 2026-11-22T10:00:00Z; without a zone it means UTC.",
        ) from error


def _bad(message: str, suggestion: str) -> Refusal:
    return Refusal(400, "VALIDATION_OUT_OF_RANGE", message, suggestion)


def no_such_number(number: int, total: int) -> Refusal:
    """Answer a version number outside the history."""
    if total == 1:
        return _bad(
            f"There is no version {number}.", "There is one version yet: 1 (oldest), which is -1 (newest)."
        )
    return _bad(
        f"There is no version {number}.",
        f"Valid are 1 (oldest) to {total} (newest), or -{total} (oldest) to -1 (newest).",
    )


def no_version() -> Refusal:
    """Answer a question to an empty record."""
    return Refusal(
        404,
        "NOT_FOUND",
        "No version is stored yet.",
        "Start the scraper (python -m services.scraper run), or send a snapshot by POST to this address.",
        versionsAvailable=0,
    )


class Answer(Struct, frozen=True):
    """A version as it is answered: the body and what caches need to know of it."""

    body: Document
    etag: str
    last_modified: datetime
    cache_control: str

    @property
    def headers(self) -> dict[str, str]:
        """The headers that go with the body and with a 304."""
        return {
            "ETag": self.etag,
            "Last-Modified": format_datetime(self.last_modified, usegmt=True),
            "Cache-Control": self.cache_control,
            "Vary": "X-API-Key, Authorization",
        }


def answer(found: Found, now: datetime) -> Answer:
    """Describe a version with its age at `now`.

    The age is part of the body, so the ETag and Last-Modified move with each minute of it: a cached answer
    never passes for younger than it is.
    """
    version = found.version
    read_at = _read_at(version.document)
    age = _age_minutes(read_at, now)
    body = {
        **version.document,
        "isStale": now - read_at > STALE_AFTER,
        "ageMinutes": age,
        "source": "ec2-sync",
        "versionInfo": {
            "current": found.number,
            "total": found.total,
            "timestamp": to_iso_millis(version.time),
            "filename": f"{version.id}.json",
        },
    }
    if "source" in version.document:
        body["snapshotSource"] = version.document["source"]
    return Answer(
        body=body,
        etag=f'"{version.id}-{found.number}-{found.total}-{age}"',
        last_modified=(read_at + timedelta(minutes=age)).replace(microsecond=0),
        cache_control=_cache_control(now - read_at),
    )


def _read_at(document: Document) -> datetime:
    return datetime.fromisoformat(document["lastUpdated"]).astimezone(UTC)


def _age_minutes(read_at: datetime, now: datetime) -> int:
    return max(0, int((now - read_at).total_seconds() // 60))


def _cache_control(age: timedelta) -> str:
    if age < _FRESH_FOR:
        return "public, max-age=60"
    return "public, max-age=30" if age < STALE_AFTER else "no-cache"


def is_unmodified(described: Answer, if_none_match: str | None, if_modified_since: str | None) -> bool:
    """Tell whether the caller already holds this answer (RFC 9110: If-None-Match goes first)."""
    if if_none_match is not None:
        tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        return "*" in tags or described.etag in tags
    if if_modified_since is None:
        return False
    try:
        since = parsedate_to_datetime(if_modified_since)
        return described.last_modified <= (since if since.tzinfo else since.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return False


def health(found: Found | None, *, accessible: bool, now: datetime) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status and body of `/api/health`."""
    newest = None
    status: Literal["healthy", "degraded", "unhealthy"] = "unhealthy"
    if found:
        read_at = _read_at(found.version.document)
        status = _health_by_age(now - read_at)
        newest = {
            "ageMinutes": _age_minutes(read_at, now),
            "status": "fresh" if status == "healthy" else "stale",
            "timestamp": to_iso_millis(read_at),
        }
    body = {
        "status": status if accessible else "unhealthy",
        "timestamp": to_iso_millis(now),
        "storage": {"accessible": accessible, "versionCount": found.total if found else 0},
        "latestData": newest,
    }
    return (503 if body["status"] == "unhealthy" else 200), body


def _health_by_age(age: timedelta) -> Literal["healthy", "degraded", "unhealthy"]:
    if age > UNHEALTHY_AFTER:
        return "unhealthy"
    return "degraded" if age > STALE_AFTER else "healthy"
