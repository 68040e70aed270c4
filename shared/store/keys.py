"""The names of versions (pure): how a snapshot gets its id, and what an id says.

An id is `YYYY-MM-DDTHH-mm-ss-{8 hex}`: the version time in UTC, then 8 hex digits of the SHA-256 of the
canonical snapshot. Ids sort as their times do. The same snapshot always finds the same id.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache

from shared.schemas.usage import ACCOUNT_PATTERN

__all__ = [
    "candidate_ids",
    "date_of",
    "digest_part",
    "digest_parts",
    "id_of_file",
    "is_account",
    "is_version_id",
    "iso_of",
    "matches_digest",
    "month_of",
    "stamp",
    "stamp_of",
    "time_of",
    "version_time",
]

_CLOCK = "(?:[01][0-9]|2[0-3])-[0-5][0-9]-[0-5][0-9]"
_ID = re.compile(f"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_CLOCK}-[0-9a-f]{{8}}")
_ACCOUNT = re.compile(ACCOUNT_PATTERN)
_HEX_DIGITS = 8
_STAMP_LENGTH = 19


def is_account(name: str) -> bool:
    """Tell whether a name may be an account's; only such names ever reach a file system."""
    return _ACCOUNT.fullmatch(name) is not None


def is_version_id(text: str) -> bool:
    """Tell whether a text is a version id whose time exists."""
    return _ID.fullmatch(text) is not None and _is_day(text[:10])


@lru_cache(maxsize=4096)  # a listing asks for the same days over and over
def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def id_of_file(name: str) -> str | None:
    """Return the version id that a file's name holds, None for any other file."""
    version_id = name.removesuffix(".json")
    return version_id if version_id != name and is_version_id(version_id) else None


def version_time(last_updated: datetime, received_at: datetime) -> datetime:
    """Return the earlier of the two, to the second: a clock ahead cannot push the record forward."""
    return min(last_updated, received_at).astimezone(UTC).replace(microsecond=0)


def stamp(moment: datetime) -> str:
    """Write a moment as it begins an id; an id's first characters sort against it."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat()[:_STAMP_LENGTH].replace(":", "-")


def stamp_of(version_id: str) -> str:
    """Return what an id tells of its time: the characters that `stamp` writes."""
    return version_id[:_STAMP_LENGTH]


def time_of(version_id: str) -> datetime:
    """Return the version time that an id holds, in UTC. Raises ValueError for what is no id."""
    date, clock = version_id[:10], version_id[11:_STAMP_LENGTH].replace("-", ":")
    return datetime.fromisoformat(f"{date}T{clock}+00:00")


def iso_of(version_id: str) -> str:
    """Return the version time that an id holds as answers give it: `2026-11-22T10:00:00.000Z`."""
    return f"{version_id[:13]}:{version_id[14:16]}:{version_id[17:19]}.000Z"


def month_of(version_id: str) -> str:
    """Return the month of the archive a version belongs to: `2026-11`."""
    return version_id[:7]


def date_of(version_id: str) -> str:
    """Return the UTC day of a version: `2026-11-22`."""
    return version_id[:10]


def candidate_ids(time: datetime, digest: str) -> Iterator[str]:
    """Yield the ids a snapshot may get: with the first 8 hex digits of its digest, then the next 8, ...

    Later ones are for the rare snapshot whose earlier id is taken by another of the same second.
    """
    for part in digest_parts(digest):
        yield f"{stamp(time)}-{part}"


def matches_digest(version_id: str, digest: str) -> bool:
    """Tell whether an id can have been made from a digest."""
    return digest_part(version_id) in digest_parts(digest)


def digest_part(version_id: str) -> str:
    """Return the 8 hex digits that an id took from a digest."""
    return version_id[_STAMP_LENGTH + 1 :]


def digest_parts(digest: str) -> list[str]:
    """Return what ids can take from a digest, the usual one first."""
    return [digest[start : start + _HEX_DIGITS] for start in range(0, len(digest), _HEX_DIGITS)]
