"""A version as it is answered (pure): its age, the headers that caches go by, and the bytes, made once.

The age is part of the body, so ETag and Last-Modified move with each minute of it: a cached answer never
passes for younger than it is.
"""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

from msgspec import Struct

from shared.schemas.codec import RECEIVED_AT, Document, encode
from shared.store.base import Found
from shared.store.keys import iso_of
from shared.store.ranking import moment_from

__all__ = ["STALE_AFTER", "Answer", "KeptAnswers", "age_minutes", "answer", "is_unmodified", "read_at"]

STALE_AFTER = timedelta(minutes=10)
_FRESH_FOR = timedelta(minutes=5)
_MINUTE = timedelta(minutes=1)
_INSTANT = timedelta.resolution
_HEADERS = b"%b\r\nLast-Modified: %b\r\nCache-Control: %b\r\nVary: X-API-Key, Authorization"
_KEPT = 256
"""Answers kept encoded: about 2 KB each."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Answer(Struct, frozen=True):
    """A version as it is answered at any moment from `since` up to, not including, `until`."""

    body: bytes
    etag: str
    last_modified: datetime
    headers: tuple[tuple[bytes, bytes], ...]
    """The headers that go with the body and with a 304, encoded."""
    since: datetime
    until: datetime


def answer(found: Found, now: datetime) -> Answer:
    """Describe a version with its age at `now`."""
    document = found.version.document
    reading = read_at(document)
    old = now - reading
    age = max(0, old // _MINUTE)
    modified = _modified(document, reading, age)
    tag = f'"{found.version.id}-{found.number}-{found.total}-{age}"'
    since, until = _holds(reading, age, now)
    return Answer(
        body=encode(_body(found, age, stale=old > STALE_AFTER)),
        etag=tag,
        last_modified=modified,
        # One line for Sanic, several on the wire: what `encoded.joined` makes, in one step.
        headers=((b"ETag", _HEADERS % (tag.encode(), _http_date(modified), _cache_control(old))),),
        since=since,
        until=until,
    )


def _modified(document: Document, reading: datetime, age: int) -> datetime:
    """Return since when the answer is what it is, to the second: its last full minute of age, or its arrival.

    A reading from the future is as new as its arrival, and one that came late no older than that: by a date
    ahead, or one before it came, whoever asks with If-Modified-Since would be kept from seeing what is new.
    """
    arrival = moment_from(document[RECEIVED_AT]) if RECEIVED_AT in document else reading
    turned = min(reading, arrival) + age * _MINUTE
    came_since = timedelta(0) <= arrival - turned < _MINUTE
    return (arrival if came_since else turned).replace(microsecond=0)


@lru_cache(maxsize=256)  # the minutes of all ages turn at moments of the last minute
def _http_date(moment: datetime) -> bytes:
    return format_datetime(moment, usegmt=True).encode()


def _body(found: Found, age: int, *, stale: bool) -> Document:
    version = found.version
    body: Document = {
        **version.document,
        "isStale": stale,
        "ageMinutes": age,
        "source": "ec2-sync",
        "versionInfo": {
            "current": found.number,
            "total": found.total,
            "timestamp": iso_of(version.id),
            "filename": f"{version.id}.json",
        },
    }
    if found.archived:
        body["versionInfo"]["archived"] = True
    if "source" in version.document:
        body["snapshotSource"] = version.document["source"]
    return body


def _holds(reading: datetime, age: int, now: datetime) -> tuple[datetime, datetime]:
    """Return since when and until when nothing in an answer changes: it does each minute.

    And once more: a reading is stale when it is older than ten minutes, but not yet at that very instant.
    """
    try:
        since = reading + age * _MINUTE if age else _LONG_AGO
        until = reading + (age + 1) * _MINUTE
        turns = reading + STALE_AFTER + _INSTANT
    except OverflowError:  # a reading of the last minutes of the year 9999 is not worth keeping
        return now, now
    if since < turns < until:
        return (since, turns) if now < turns else (turns, until)
    return since, until


def read_at(document: Document) -> datetime:
    """Return when a stored document was read, in UTC."""
    return moment_from(document["lastUpdated"])


def age_minutes(reading: datetime, now: datetime) -> int:
    """Return the age in whole minutes; a reading from the future has none."""
    return max(0, int((now - reading).total_seconds() // 60))


def _cache_control(age: timedelta) -> bytes:
    if age < _FRESH_FOR:
        return b"public, max-age=60"
    return b"public, max-age=30" if age < STALE_AFTER else b"no-cache"


def is_unmodified(described: Answer, if_none_match: str | None, if_modified_since: str | None) -> bool:
    """Tell whether the caller already holds this answer (RFC 9110: If-None-Match goes first)."""
    if if_none_match is not None:
        if if_none_match == described.etag:
            return True
        tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        return "*" in tags or described.etag in tags
    if if_modified_since is None:
        return False
    try:
        since = parsedate_to_datetime(if_modified_since)
        return described.last_modified <= (since if since.tzinfo else since.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return False


class KeptAnswers:
    """The answers made last: one is given again while version, place and minute of age are the same."""

    def __init__(self) -> None:
        """Start empty."""
        self._kept: dict[tuple[str, str, int | None, int], Answer] = {}

    def of(self, found: Found, now: datetime) -> Answer:
        """Do what `answer` does."""
        version = found.version
        place = (version.account, version.id, found.number, found.total)
        known = self._kept.get(place)
        if known is not None and known.since <= now < known.until:
            return known
        made = self._kept[place] = answer(found, now)
        if len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        return made
