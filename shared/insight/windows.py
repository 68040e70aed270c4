"""The windows of one limit (pure): a fold over the steps of its course."""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from shared.insight.kinds import Kind
from shared.insight.pace import Pace, is_gap, kept_up
from shared.insight.sightings import Between, Sighting
from shared.insight.standing import Step
from shared.insight.turns import ENDS, Turn

__all__ = ["Window", "Windows", "observed_share", "windowed"]


class Window(Struct, frozen=True, kw_only=True):
    """The time from the opening of a limit's window to its reset, as far as it was seen.

    `opened` is None when the record does not tell: the window was there at the first reading, or its model
    was not used at first. `ended` and `how` are None while it runs. `peak` is the first sighting at its
    highest, `before_peak` the highest before it, `odd` a higher one that those around it contradict.
    `observed` is the time that lies between readings close to each other; `falls` and `moves` are counted.
    A `doubtful` window rests on one sighting, before and after which none was open.
    """

    opened: Between | None
    ended: Between | None = None
    how: Kind | None = None
    first: Sighting
    last: Sighting
    peak: Sighting
    before_peak: Sighting | None = None
    odd: Sighting | None = None
    readings: int = 1
    observed: timedelta = timedelta(0)
    falls: int = 0
    moves: int = 0
    doubtful: bool = False


class Windows(Struct, frozen=True):
    """Between two steps: the window that runs, if one does, when the one before it ended, and the pace."""

    window: Window | None = None
    ended: Between | None = None
    pace: Pace = Pace()


def windowed(state: Windows, step: Step) -> tuple[Windows, Window | None]:
    """Take the next step; returns the window that it ended, if it did."""
    sighting, happened = step.sighting, step.turn
    watched = _watched(state.pace, sighting)
    pace = kept_up(state.pace, sighting.time)
    if happened is None or happened.goes_on or happened.kind not in {*ENDS, "opened"}:
        window = _joined(state, step, watched)
        return Windows(window, state.ended, pace), None
    if happened.kind == "opened":
        return Windows(_opened(sighting, _opening(state, happened), watched), state.ended, pace), None
    closed = _closed(state.window, happened, watched)
    begun = None if sighting.closed else _opened(sighting, happened.at, watched)
    return Windows(begun, happened.at, pace), closed


def observed_share(window: Window, now: datetime | None = None) -> float | None:
    """Return which share of a window was observed at least, 0 to 1; of one that runs, of its time until now.

    None when nobody knows how long it was.
    """
    if window.opened is None:
        return None
    end = now or window.last.time if window.ended is None else window.ended.latest
    start = window.opened.earliest
    return min(1.0, window.observed / (end - start)) if end > start else 1.0


def _watched(pace: Pace, sighting: Sighting) -> timedelta:
    """Return the time since the sighting before, nothing when that is a gap."""
    distance = timedelta(0) if pace.last is None else sighting.time - pace.last
    return timedelta(0) if is_gap(pace, distance) else distance


def _joined(state: Windows, step: Step, watched: timedelta) -> Window | None:
    """Add a sighting to the window that runs; the first sighting of all begins one that was there before."""
    sighting, happened = step.sighting, step.turn
    if state.window is None:
        return None if sighting.closed else _opened(sighting, None, timedelta(0))
    window = state.window
    if step.odd:
        window = _without_odd(window, sighting)
    if sighting.percentage > window.peak.percentage:
        window = replace(window, peak=sighting, before_peak=window.peak)
    return replace(
        window,
        last=sighting,
        readings=window.readings + 1,
        observed=window.observed + watched,
        falls=window.falls
        + (happened is not None and happened.kind == "counter_fell" and not happened.doubtful),
        moves=window.moves + (happened is not None and happened.kind == "moved"),
    )


def _without_odd(window: Window, lower: Sighting) -> Window:
    """Take the last sighting back as the peak, if it was: a lower one shows that it may have been odd."""
    odd = window.last
    if window.peak.version != odd.version:
        return window
    higher = window.odd is None or odd.percentage > window.odd.percentage
    return replace(window, peak=window.before_peak or lower, odd=odd if higher else window.odd)


def _opened(sighting: Sighting, opened: Between | None, watched: timedelta) -> Window:
    return Window(opened=opened, first=sighting, last=sighting, peak=sighting, observed=watched)


def _opening(state: Windows, opening: Turn) -> Between | None:
    """Say when a window opened: a model that was not used yet has its window since the reset before."""
    if opening.before.state != "unused":
        return opening.at
    return (
        None
        if state.ended is None
        else Between(state.ended.earliest, opening.at.latest, state.ended.before, opening.at.after)
    )


def _closed(window: Window | None, end: Turn, watched: timedelta) -> Window | None:
    if window is None:
        return None
    observed = window.observed + watched
    return replace(window, ended=end.at, how=end.kind, observed=observed, doubtful=end.doubtful)
