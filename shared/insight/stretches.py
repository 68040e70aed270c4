"""Many versions folded at once (pure): what `record.taken` makes of them, for a third of the cost.

Most versions only go on: the same windows, the same announced resets, no gap. Of a stretch of these
the folds keep the last, the first at the highest percentage, and how many there were. Whatever else a version
may be ends the stretch and is taken as ever.
"""

import math
from collections.abc import Iterable
from datetime import timedelta

from msgspec.structs import replace

from shared.insight.days import Readable
from shared.insight.gaps import NOT_SHOWN, Gaps, Watch
from shared.insight.hits import AGAIN, FULL, Hits
from shared.insight.pace import MISSED, REMEMBERED, SHORTEST, USUAL, Pace, is_gap
from shared.insight.proving import JITTER, STILL
from shared.insight.readings import LimitReading
from shared.insight.record import Findings, LimitRecord, Record, taken_look
from shared.insight.sightings import Look, closed_by, looked_at, sighting_in
from shared.insight.turns import NOISE
from shared.insight.windows import Windows

__all__ = ["Sweep"]

_NOTHING = Findings()


class Sweep:
    """A fold that goes on from a record; `found` is what those versions added that added anything."""

    def __init__(self, record: Record) -> None:
        """Begin."""
        self.found: list[Findings] = []
        self._stretch = _Stretch(record)

    def take(self, versions: Iterable[Readable]) -> None:
        """Take the next versions, oldest first."""
        for version in versions:
            look = looked_at(version)
            if not self._stretch.takes(look):
                record, one = taken_look(self._stretch.record(), look)
                self._stretch = _Stretch(record)
                if one != _NOTHING:
                    self.found.append(one)

    def record(self) -> Record:
        """Return where the folds stand."""
        return self._stretch.record()


_SHORTEST, _USUAL = SHORTEST.total_seconds(), USUAL.total_seconds()


class _Calm:
    """A limit of which nothing happens: what its next reading may be, and what was read since."""

    __slots__ = (
        "anchors",
        "closed",
        "due",
        "floor",
        "full",
        "known",
        "level",
        "peak",
        "peak_before",
        "peak_look",
        "raised",
        "rose",
    )

    def __init__(self, known: LimitRecord) -> None:
        course, window = known.course, known.windows.window
        reset = course.reset
        self.known = known
        self.anchors = dict(course.anchors)
        self.closed = course.last.closed
        self.due = reset - JITTER if reset else None
        self.level = course.level
        self.floor = course.level - NOISE
        self.full = known.hits.hit is not None
        self.peak = window.peak.percentage if window else math.inf
        self.peak_look: Look | None = None
        self.peak_before: Look | None = None
        self.rose: Look | None = None
        self.raised: Look | None = None

    def goes_on(self, look: Look, percentage: float, reading: LimitReading) -> bool:
        """Tell whether a reading with a percentage says that nothing happened."""
        if percentage < self.floor or (percentage >= FULL) != self.full:
            return False
        shown = reading.resets_at
        if shown is None or self.due is None:
            return shown is self.due and closed_by(percentage, shown, reading.state) == self.closed
        if look.latest > self.due or look.collector not in self.anchors:
            return False
        anchor = self.anchors[look.collector]
        return shown == anchor or abs(shown - anchor) <= STILL

    def keep(self, look: Look, percentage: float, before: Look | None) -> None:
        """Keep what later readings are held against."""
        if percentage > self.level:
            if percentage > self.level + NOISE:
                self.raised, self.rose = look, before
            self.level, self.floor = percentage, percentage - NOISE
        if percentage > self.peak:
            self.peak, self.peak_look, self.peak_before = percentage, look, self.peak_look


class _Stretch:
    """Versions that only go on from a record. `takes` leaves everything as it was when it returns False."""

    def __init__(self, record: Record) -> None:
        self._before = record
        self._calm: dict[str, _Calm] = {}
        self._unread: dict[str, str | None] = {}
        self._first: Look | None = None
        self._last: Look | None = None
        self._distances: list[float] = []
        self._least = 0.0
        """No distance since was shorter, nor any that the paces remember."""

    def takes(self, look: Look) -> bool:
        """Take a version if it only goes on."""
        last, distance = self._last, 0.0
        if last is not None:
            distance = (look.time - last.time).total_seconds()
            if look.latest - last.earliest >= AGAIN:
                return False
            if distance > MISSED * self._least and not self._is_soon(distance):
                return False
        elif not self._begins_with(look):
            return False
        risen = self._risen(look)
        if risen is None:
            return False
        for calm, percentage in risen:
            calm.keep(look, percentage, last)
        self._keep(look, distance)
        return True

    def _risen(self, look: Look) -> list[tuple[_Calm, float]] | None:
        """Return the limits that are higher than ever and their percentages; None when something happened."""
        if len(look.readings) != len(self._calm) + len(self._unread):
            return None
        risen = []
        for limit, reading in look.readings.items():
            percentage, calm = reading.percentage, self._calm.get(limit)
            if calm is None or percentage is None:
                if calm is not None or percentage is not None or limit not in self._unread:
                    return None
            elif not calm.goes_on(look, percentage, reading):
                return None
            elif percentage > calm.level or percentage > calm.peak:
                risen.append((calm, percentage))
        return risen

    def _keep(self, look: Look, distance: float) -> None:
        for limit in self._unread:
            self._unread[limit] = look.readings[limit].reason or self._unread[limit]
        if self._last is not None:
            self._least = max(_SHORTEST, min(self._least, distance))
        self._distances.append(distance)
        self._first, self._last = self._first or look, look

    def _begins_with(self, look: Look) -> bool:
        """Tell whether a stretch may begin with a version: every limit in it is calm, and none had a gap."""
        before = self._before
        self._calm, self._unread = {}, {}
        if before.gaps.pace.last is None or is_gap(before.gaps.pace, look.time - before.gaps.pace.last):
            return False
        for limit, reading in look.readings.items():
            if reading.percentage is None:
                self._unread[limit] = None
            elif not self._is_calm(limit, look):
                return False
            else:
                self._calm[limit] = _Calm(before.limits[limit])
        self._least = max(_SHORTEST, min(_shortest_of(pace) for pace in self._paces()))
        return True

    def _is_calm(self, limit: str, look: Look) -> bool:
        time = look.time
        known, watch = self._before.limits.get(limit), self._before.gaps.limits.get(limit)
        if known is None or watch is None or watch.unread:
            return False
        if known.course.doubt is not None or known.hits.below is not None:
            return False
        if known.windows.window is None and not known.course.last.closed:
            return False
        if known.hits.hit is not None and look.latest - known.hits.hit.last.earliest >= AGAIN:
            return False
        own = known.windows.pace
        if own.last is None:
            return False
        return not is_gap(self._before.gaps.pace, time - watch.last) and not is_gap(own, time - own.last)

    def _paces(self) -> list[Pace]:
        return [self._before.gaps.pace, *(calm.known.windows.pace for calm in self._calm.values())]

    def _is_soon(self, distance: float) -> bool:
        """Tell whether a distance is no gap for the account and for each limit."""
        paces = [self._kept_up(pace) for pace in self._paces()]
        if any(is_gap(pace, timedelta(seconds=distance)) for pace in paces):
            return False
        self._least = max(_SHORTEST, min(map(_shortest_of, paces)))
        return True

    def _kept_up(self, pace: Pace) -> Pace:
        """Return a pace from before with the versions since; the first had its own distance from it."""
        first, last = self._first, self._last
        if first is None or last is None or pace.last is None:
            return pace
        own = (first.time - pace.last).total_seconds()
        return Pace(last.time, (*pace.recent, own, *self._distances[1:])[-REMEMBERED:])

    def record(self) -> Record:
        """Return where the folds stand after the versions that were taken."""
        first, last, before = self._first, self._last, self._before
        if first is None or last is None:
            return before
        limits, watches = dict(before.limits), dict(before.gaps.limits)
        for limit, calm in self._calm.items():
            limits[limit] = self._gone_on(limit, calm, last)
            watches[limit] = Watch(last.time, last.version)
        for limit, reason in self._unread.items():
            if (watch := watches.get(limit)) is not None:
                count = watch.unread + len(self._distances)
                watches[limit] = Watch(watch.last, watch.version, count, reason or watch.reason)
        for limit in watches.keys() - self._calm.keys() - self._unread.keys():
            if (watch := watches[limit]).absent is None:
                watches[limit] = replace(watch, absent=first.time, reason=watch.reason or NOT_SHOWN)
        return Record(limits, Gaps(self._kept_up(before.gaps.pace), last.version, watches))

    def _gone_on(self, limit: str, calm: _Calm, look: Look) -> LimitRecord:
        known, last = calm.known, sighting_in(look, limit)
        peak = sighting_in(calm.peak_look, limit) if calm.peak_look else None
        window, hit, pace = known.windows.window, known.hits.hit, known.windows.pace
        if last is None or pace.last is None:
            return known
        if window is not None:
            if peak is not None:
                before = sighting_in(calm.peak_before, limit) if calm.peak_before else window.peak
                window = replace(window, peak=peak, before_peak=before)
            window = replace(
                window,
                last=last,
                readings=window.readings + len(self._distances),
                observed=window.observed + (last.time - pace.last),
            )
        rose = None
        if calm.raised is look:
            rose = sighting_in(calm.rose, limit) if calm.rose else known.course.last
        return LimitRecord(
            replace(known.course, last=last, sure=last, still=last, level=calm.level, first=False, rose=rose),
            Windows(window, known.windows.ended, self._kept_up(pace)),
            Hits(last, replace(hit, last=last, doubtful=False) if hit else None),
        )


def _shortest_of(pace: Pace) -> float:
    """Return a distance that is no longer than what is usual by a pace."""
    return min(_USUAL, *pace.recent) if pace.recent else _USUAL
