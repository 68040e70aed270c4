"""Reset words in the page's own manner, for readings that came without words (pure)."""

from datetime import datetime, timedelta

from services.scraper.extract.moment import Moment

__all__ = ["reset_words"]

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def reset_words(resets_at: datetime, moment: Moment, *, relative: bool) -> str:
    """Write `2 hr 42 min`, as the page does for a session, or `Thu 7:00 AM`, as it does for a week."""
    minute = timedelta(minutes=1)
    if relative:
        left = max(0, -((moment.base - resets_at) // minute))
        hours, minutes = divmod(left, 60)
        return f"{hours} hr {minutes} min" if hours else f"{minutes} min"
    local = (resets_at + minute / 2).astimezone(moment.zone)
    half = "AM" if local.hour < 12 else "PM"  # noqa: PLR2004 - noon
    return f"{WEEKDAYS[local.weekday()]} {local.hour % 12 or 12}:{local.minute:02} {half}"
