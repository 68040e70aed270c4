"""Times and lengths of time as a report tells them (pure): in a zone and in UTC."""

from datetime import UTC, datetime, timedelta, tzinfo

__all__ = ["both", "brief", "length", "local"]


def local(moment: datetime, zone: tzinfo) -> str:
    """Write a moment in a zone: `Tue 2026-11-10 14:05:00 CET`."""
    there = moment.astimezone(zone)
    return f"{_DAYS[there.weekday()]} {there.isoformat(' ')[:19]} {there.tzname()}"


def both(moment: datetime, zone: tzinfo) -> str:
    """Write a moment in a zone and in UTC, the date of UTC only where it is another."""
    there, here = moment.astimezone(zone), moment.astimezone(UTC)
    if there.utcoffset() == timedelta(0) and there.tzname() == "UTC":
        return local(moment, zone)
    form = "%H:%M:%S UTC" if there.date() == here.date() else "%Y-%m-%d %H:%M:%S UTC"
    return f"{local(moment, zone)} ({here.strftime(form)})"


def brief(moment: datetime, zone: tzinfo) -> str:
    """Write a moment to the minute: `2026-11-10 14:05 CET`."""
    there = moment.astimezone(zone)
    return f"{there:%Y-%m-%d %H:%M} {there.tzname()}"


def length(time: timedelta, *, parts_shown: int = 4) -> str:
    """Write a length of time: `2 d 3 h 5 min`; with fewer parts it is cut off, so only about right."""
    left = round(abs(time.total_seconds()))
    parts = []
    for unit, seconds in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, seconds)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:parts_shown]) or "0 s"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
