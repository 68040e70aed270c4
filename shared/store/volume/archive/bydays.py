"""Which members of a month may hold versions of a day (pure), found once for each state of its file."""

from collections.abc import Iterator, Mapping, Sequence

from shared.store.volume.archive.months import Member, Month

__all__ = ["MonthsByDays"]


class MonthsByDays:
    """Months by their days, as long as what is known of their files is the same. Safe for threads."""

    def __init__(self) -> None:
        """Start empty."""
        self._kept: dict[str, tuple[Month, Mapping[str, Sequence[Member]]]] = {}

    def of(self, month: Month) -> Mapping[str, Sequence[Member]]:
        """Return the members that reach into each UTC day of a month (`2026-11-22`); others have none."""
        kept = self._kept.get(month.month)
        if kept is None or kept[0] is not month:
            kept = self._kept[month.month] = month, _by_day(month.members)
        return kept[1]


def _by_day(members: Sequence[Member]) -> dict[str, Sequence[Member]]:
    found: dict[str, list[Member]] = {}
    for member in members:
        for day in _days_of(member):
            found.setdefault(day, []).append(member)
    return {day: tuple(those) for day, those in found.items()}


def _days_of(member: Member) -> Iterator[str]:
    """Yield the days from a member's first version to its last, which are of one month."""
    month, first, last = member.first[:8], int(member.first[8:10]), int(member.last[8:10])
    return (f"{month}{day:02}" for day in range(first, last + 1))
