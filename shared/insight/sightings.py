"""What one version proves of each limit (pure): readings, and between which times they were true."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from shared.insight.days import Readable
from shared.insight.readings import LimitReading, in_utc, readings_of
from shared.schemas.figures import Figures, figures_of
from shared.store.keys import time_of

__all__ = ["CLOCK", "Between", "Look", "Seen", "Sighting", "closed_by", "looked_at", "seen_in", "sighting_in"]

CLOCK = timedelta(minutes=5)
"""A collector's clock may be wrong by this much."""

MINUTE_WORDS = timedelta(minutes=1)
"""The page tells its own age in whole minutes: what it shows may be this much older than it says."""

_NOTHING = timedelta(0)
_SECOND = timedelta(seconds=1)
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_CLOSED = frozenset({"idle", "unused"})


class Between(Struct, frozen=True, gc=False):
    """Something happened at a moment no earlier and no later than these (UTC).

    `before` and `after` are the versions that prove it.
    """

    earliest: datetime
    latest: datetime
    before: str | None = None
    after: str | None = None


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
        return closed_by(self.percentage, self.resets_at, self.state)


def closed_by(percentage: float, resets_at: datetime | None, state: str | None) -> bool:
    """Tell whether such a reading says that no window is open, or that this model was not used in it."""
    return state in _CLOSED and resets_at is None and not percentage


class Seen(Struct, frozen=True):
    """One version: the limits it shows, and those it could not read, with the reason if there is one."""

    version: str
    time: datetime
    sightings: Mapping[str, Sighting]
    unread: Mapping[str, str | None]


class Look(Struct, frozen=True, gc=False):
    """One version's readings, and when they were true; what `Seen` and sightings are made of."""

    version: str
    time: datetime
    earliest: datetime
    latest: datetime
    collector: str | None
    readings: Mapping[str, LimitReading]


def looked_at(version: Readable) -> Look:
    """Read a stored version."""
    version_id, document = version
    time, figures = time_of(version_id), figures_of(document)
    earliest, latest = _true_times(time, figures)
    return Look(version_id, time, earliest, latest, figures.collector, readings_of(figures))


def sighting_in(look: Look, limit: str) -> Sighting | None:
    """Return one limit as a version shows it, None when it could not be read."""
    reading = look.readings[limit]
    if reading.percentage is None:
        return None
    return Sighting(
        version=look.version,
        time=look.time,
        earliest=look.earliest,
        latest=look.latest,
        percentage=reading.percentage,
        resets_at=reading.resets_at,
        state=reading.state,
        collector=look.collector,
    )


def seen_in(look: Look) -> Seen:
    """Say what a version proves."""
    sightings = {limit: one for limit in look.readings if (one := sighting_in(look, limit)) is not None}
    unread = {limit: one.reason for limit, one in look.readings.items() if one.percentage is None}
    return Seen(look.version, look.time, sightings, unread)


def _true_times(time: datetime, figures: Figures) -> tuple[datetime, datetime]:
    """Return between which moments a version's readings were true.

    A version that came at once was true between its own time and its arrival, whatever its collector's clock
    says: a clock ahead is cut by the arrival. Of a late one only the clock tells, so that counts both ways.
    """
    received = time if figures.received_at is None else in_utc(figures.received_at)
    age = _NOTHING if figures.source == "json" else MINUTE_WORDS
    if received - time <= CLOCK:
        return _before(time, age), max(received, time + _SECOND)
    return _before(time, CLOCK + age), min(received, time + CLOCK)


def _before(time: datetime, by: timedelta) -> datetime:
    """Return an earlier time; a clock that says the year 1 has none."""
    return time - by if time - _BEGINNING >= by else _BEGINNING
