"""What is asked of the record (pure): the latest, by number, by time; and whether the record is fresh."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any, Literal

from msgspec import Struct

from services.receiver.asking.questions import read_moment
from services.receiver.giving.answers import STALE_AFTER, age_minutes, read_at
from services.receiver.refusing.refusals import Refusal
from shared.store.base import Found
from shared.timestamps import to_iso_millis

__all__ = [
    "ByNumber",
    "Latest",
    "Nearest",
    "Selection",
    "health",
    "no_such_number",
    "no_version",
    "read_plain",
    "read_selection",
]

_PLAIN_NUMBER = re.compile(r"version=(-?[0-9]{1,15})")
_PLAIN_MOMENT = re.compile(r"timestamp=([0-9A-Za-z:.-]+)")

UNHEALTHY_AFTER = timedelta(minutes=30)


class Latest(Struct, frozen=True):
    """The newest version is asked for."""


class ByNumber(Struct, frozen=True):
    """A version is asked for by number: 1 = oldest, -1 = newest."""

    number: int


class Nearest(Struct, frozen=True):
    """The version nearest to a moment is asked for."""

    moment: datetime


Selection = Latest | ByNumber | Nearest


def read_plain(query: str) -> Selection | None:
    """Read a query of one argument in which nothing is encoded; None for any other, for `read_selection`.

    Nearly all are such; taking apart what can be anything takes ten times as long.
    """
    if number := _PLAIN_NUMBER.fullmatch(query):
        return ByNumber(int(number[1]))
    if moment := _PLAIN_MOMENT.fullmatch(query):
        return Nearest(read_moment("timestamp", moment[1]))
    return None


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
        return Nearest(read_moment("timestamp", arguments["timestamp"]))
    return Latest()


def _read_number(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,15}", text.strip()):
        raise _bad(
            f"version is {text[:40]!r}, not a whole number.",
            "Valid are 1 (oldest) up to the number of versions, and -1 (newest) backwards.",
        )
    return int(text)


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
        "Start the scraper (`make run-local` does), or send a snapshot by POST to this address.",
        versionsAvailable=0,
    )


def health(found: Found | None, *, accessible: bool, now: datetime) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status and body of `/api/health`."""
    newest = None
    status: Literal["healthy", "degraded", "unhealthy"] = "unhealthy"
    if found:
        reading = read_at(found.version.document)
        status = _health_by_age(now - reading)
        newest = {
            "ageMinutes": age_minutes(reading, now),
            "status": "fresh" if status == "healthy" else "stale",
            "timestamp": to_iso_millis(reading),
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
