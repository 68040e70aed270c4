"""What is kept, said a second time: from the words of the promise alone, sharing no code with the janitor.

"Keep the newest 100 versions or everything of the last 7 days, whichever is more", both numbers configurable; besides,
if asked for, the last version of each of the last so many hours, days, weeks and months that have any, in UTC. The
newest version never leaves. Nothing leaves while the clock is behind the newest version by more than a minute.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta


def time_in(name: str) -> datetime:
    """The time that a version's name begins with."""
    return datetime.strptime(name[:19], "%Y-%m-%dT%H-%M-%S").replace(tzinfo=UTC)


def week_of(moment: datetime) -> datetime:
    """The Monday on which a moment's week began."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday())


PERIODS = {
    "hourly": lambda moment: (moment.year, moment.month, moment.day, moment.hour),
    "daily": lambda moment: (moment.year, moment.month, moment.day),
    "weekly": week_of,
    "monthly": lambda moment: (moment.year, moment.month),
}


def stays(names: Iterable[str], now: datetime, rules: Mapping[str, int]) -> set[str]:
    """Which of the versions stay; `rules` has newest, days, hourly, daily, weekly, monthly."""
    ordered = sorted(names)
    if not ordered or time_in(ordered[-1]) - now > timedelta(minutes=1):
        return set(ordered)
    newest = [name for place, name in enumerate(ordered) if len(ordered) - place <= rules["newest"]]
    recent = [
        name
        for name in ordered
        if rules["days"] and time_in(name) >= now.replace(microsecond=0) - timedelta(days=rules["days"])
    ]
    kept = set(newest if len(newest) > len(recent) else recent) | {ordered[-1]}
    for rule, period in PERIODS.items():
        lasts: dict[object, str] = {}
        for name in ordered:
            lasts[period(time_in(name))] = name
        in_order = sorted(lasts.values())
        kept |= set(in_order[max(0, len(in_order) - rules[rule]) :]) if rules[rule] else set()
    return kept


class ClockModel:
    """Which runs believe the clock: those that find it no more than 18 hours further on than the machine was up.

    A clock that is not believed is believed again once it is right, or once 24 hours went by on it without
    another such jump. The first run of all has nothing to hold it against.
    """

    def __init__(self) -> None:
        self.runs: list[tuple[datetime, timedelta, bool]] = []

    def believes(self, at: datetime, unexplained: timedelta) -> bool:
        """Say it of a run at a moment; `unexplained` is what the clock is ahead of the machine, all in all."""
        believed = self._judge(at, unexplained)
        self.runs.append((at, unexplained, believed))
        return believed

    def _judge(self, at: datetime, unexplained: timedelta) -> bool:
        # A run whose clock stood before an earlier believed one's tells nothing new.
        anchor = None
        for when, ahead, believed in self.runs:
            if believed and (anchor is None or when >= anchor[0]):
                anchor = (when, ahead)
        if anchor is None or unexplained - anchor[1] <= timedelta(hours=18):
            return True
        doubted = []
        for when, ahead, believed in reversed(self.runs):
            if believed:
                break
            doubted.insert(0, (when, ahead))
        began = None
        last: timedelta | None = None
        for when, ahead in [*doubted, (at, unexplained)]:
            if began is None or last is None or ahead - last > timedelta(hours=18) or when < began:
                began = when
            last = ahead
        return began is not None and at - began >= timedelta(hours=24)
