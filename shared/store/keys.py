"""The names of versions (pure): how a snapshot gets its id, and what an id says.

An id is `YYYY-MM-DDTHH-mm-ss-{8 hex}`: the version time in UTC, then 8 hex digits of the SHA-256 of the
canonical snapshot. Ids sort as their times do. The same snapshot always finds the same id.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from shared.schemas.usage import ACCOUNT_PATTERN

__all__ = [
    "candidate_ids",
    "id_of_file",
    "is_account",
    "is_version_id",
    "matches_digest",
    "month_of",
    "stamp",
    "time_of",
    "version_time",
]

_STAMP = r"\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}"
_ID = re.compile(rf"{_STAMP}-[0-9a-f]{{8}}")
_ACCOUNT = re.compile(ACCOUNT_PATTERN)
_HEX_DIGITS = 8
_STAMP_LENGTH = 19


def is_account(name: str) -> bool:
    """Tell whether a name may be an account's; only such names ever reach a file system."""
    return _ACCOUNT.fullmatch(name) is not None


def is_version_id(text: str) -> bool:
    """Tell whether a text is a version id whose time exists."""
    if not _ID.fullmatch(text):
        return False
    try:
        time_of(text)
    except ValueError:
        return False
    return True


def id_of_file(name: str) -> str | None:
    """Return the version id that a file's name holds, None for any other file."""
    version_id, dot, ending = name.partition(".")
    return version_id if dot and ending == "json" and is_version_id(version_id) else None


def version_time(last_updated: datetime, received_at: datetime) -> datetime:
    """Return the earlier of the two, to the second: a clock ahead cannot push the record forward."""
    return min(last_updated, received_at).astimezone(UTC).replace(microsecond=0)


def stamp(moment: datetime) -> str:
    """Write a moment as it begins an id; an id's first characters sort against it."""
    text = moment.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat(timespec="seconds")
    return text.replace(":", "-")


def time_of(version_id: str) -> datetime:
    """Return the version time that an id holds, in UTC. Raises ValueError for what is no id."""
    date, clock = version_id[:10], version_id[11:_STAMP_LENGTH].replace("-", ":")
    return datetime.fromisoformat(f"{date}T{clock}+00:00")


def month_of(version_id: str) -> str:
    """Return the month of the archive a version belongs to: `2026-11`."""
    return version_id[:7]


def candidate_ids(time: datetime, digest: str) -> Iterator[str]:
    """Yield the ids a snapshot may get: with the first 8 hex digits of its digest, then the next 8, ...

    Later ones are for the rare snapshot whose earlier id is taken by another of the same second.
    """
    for start in range(0, len(digest), _HEX_DIGITS):
        yield f"{stamp(time)}-{digest[start : start + _HEX_DIGITS]}"


def matches_digest(version_id: str, digest: str) -> bool:
    """Tell whether an id can have been made from a digest."""
    tail = version_id[_STAMP_LENGTH + 1 :]
    return any(digest[start : start + _HEX_DIGITS] == tail for start in range(0, len(digest), _HEX_DIGITS))
