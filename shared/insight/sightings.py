"""What one version proves of each limit (pure): readings, and between which times they were true."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct, convert

from shared.insight.days import Stored
from shared.insight.readings import Fields, readings_of
from shared.store.keys import time_of

__all__ = ["CLOCK", "Between", "Seen", "Sighting", "seen_in"]

CLOCK = timedelta(minutes=5)
"""A collector's clock may be wrong by this much."""

MINUTE_WORDS = timedelta(minutes=1)
"""The page tells its own age in whole minutes: what it shows may be this much older than it says."""

_SECOND = timedelta(seconds=1)
_CLOSED = frozenset({"idle", "unused"})


class Between(Struct, frozen=True, gc=False):
    """Something happened at a moment no earlier and no later than these (UTC)."""

    earliest: datetime
    latest: datetime


class Sighting(Struct, frozen=True, gc=False, kw_only=True):
    """One limit as a version shows it, `percentage` 0-100 (credits: above, too).

    `time` is the version's; `earliest` and `latest` are when the reading can have been true, given that
    clocks may be wrong and versions may arrive late.
    """

    version: str
    time: datetime
    earliest: datetime
    latest: datetime
    percentage: float
    resets_at: datetime | None = None
    state: str | None = None
    collector: str | None = None

    @property
    def closed(self) -> bool:
        """Whether the page says that no window is open, or that this model was not used in it."""
        return self.state in _CLOSED and self.resets_at is None and not self.percentage


class Seen(Struct, frozen=True):
    """One version: the limits it shows, and those it could not read, with the reason if there is one."""

    version: str
    time: datetime
    sightings: Mapping[str, Sighting]
    unread: Mapping[str, str | None]


def seen_in(version: Stored) -> Seen:
    """Read what a stored version proves."""
    version_id, document = version
    time = time_of(version_id)
    earliest, latest = _true_times(time, document)
    collector = document.get("collector")
    readings = readings_of(document)
    sightings = {
        limit: Sighting(
            version=version_id,
            time=time,
            earliest=earliest,
            latest=latest,
            percentage=reading.percentage,
            resets_at=reading.resets_at,
            state=reading.state,
            collector=collector,
        )
        for limit, reading in readings.items()
        if reading.percentage is not None
    }
    unread = {limit: one.reason for limit, one in readings.items() if one.percentage is None}
    return Seen(version_id, time, sightings, unread)


def _true_times(time: datetime, document: Fields) -> tuple[datetime, datetime]:
    """Return between which moments a version's readings were true.

    A version that came at once was true between its own time and its arrival, whatever its collector's clock
    says: a clock ahead is cut by the arrival. Of a late one only the clock tells, so that counts both ways.
    """
    received = _received(document, time)
    age = timedelta(0) if document.get("source") == "json" else MINUTE_WORDS
    if received - time <= CLOCK:
        return time - age, max(received, time + _SECOND)
    return time - CLOCK - age, min(received, time + CLOCK)


def _received(document: Fields, time: datetime) -> datetime:
    text = document.get("receivedAt")
    return time if text is None else convert(text, datetime).astimezone(UTC)
