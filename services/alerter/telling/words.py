"""An alert as people read it (pure): a title and a few lines, with figures and times in their zone."""

import html
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from msgspec import Struct

from services.alerter.rules.crossings import FULL
from services.alerter.rules.news import News, Span
from shared.insight.limits import CREDITS, SESSION, WEEKLY

__all__ = ["Said", "as_html", "limit_words", "said", "together"]

_OLD = timedelta(minutes=10)
"""A reading older than this has its age told."""

_RESET_WORDS = {
    "early": "it was reset early",
    "counter_fell": "its percentage fell, the reset stays",
    "unannounced": "its percentage fell",
}
_TROUBLES = {
    "login_required": "a login is needed",
    "challenge": "the site asks for a check by a person",
    "layout_changed": "the usage page looks different and could not be read",
    "region_blocked": "the site is not available in this region",
    "profile_locked": "another browser holds the profile",
    "sending_refused": "the server refuses the scraper's key",
}


class Said(Struct, frozen=True):
    """What a person reads: a title in one line, and lines of text."""

    title: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)


def said(news: News, now: datetime, zone: tzinfo) -> Said:
    """Put a piece of news in words, as it stands now."""
    title = f"{news.account}: {_TITLES[news.kind](news, now, zone)}"
    lines = [
        line for line in (_read(news, now, zone), _reset(news, now, zone), *_why(news, now, zone)) if line
    ]
    return Said(title, tuple(lines) or (title,))


def together(every: Sequence[tuple[datetime, Said]], zone: tzinfo) -> Said:
    """Put what was held back into one message, oldest first."""
    lines = [
        line
        for at, one in every
        for line in (f"{_when(at, at, zone)}  {one.title}", *(f"    {line}" for line in one.lines))
    ]
    return Said(f"{len(every)} alerts of the quiet hours", tuple(lines))


def as_html(one: Said) -> str:
    """Write the lines as HTML, for destinations that show it."""
    return "<br>\n".join(html.escape(line) for line in one.lines)


def limit_words(limit: str | None) -> str:
    """Name a limit as people do: `session limit`, `weekly limit (sonnet)`."""
    if limit is None:
        return "limit"
    if limit.startswith(f"{WEEKLY}:"):
        return f"weekly limit ({limit.removeprefix(f'{WEEKLY}:')})"
    return {SESSION: "session limit", WEEKLY: "weekly limit", CREDITS: "extra usage"}.get(limit, limit)


def _threshold(news: News, _now: datetime, _zone: tzinfo) -> str:
    return f"{limit_words(news.limit)} at {_percent(news.percentage)} (told at {_percent(news.threshold)})"


def _hit(news: News, now: datetime, zone: tzinfo) -> str:
    if not news.over:
        return f"{limit_words(news.limit)} is hit: {_percent(news.percentage)}"
    return f"{limit_words(news.limit)} was hit {_at(news.read_at, now, zone)}, which is over"


def _usable(news: News, _now: datetime, _zone: tzinfo) -> str:
    return f"{limit_words(news.limit)} can be used again: {_percent(news.percentage)}"


def _early(news: News, now: datetime, zone: tzinfo) -> str:
    return f"{limit_words(news.limit)} was reset early, {_between(news.left, now, zone)}"


def _forecast(news: News, now: datetime, zone: tzinfo) -> str:
    if news.likely is None:
        return f"{limit_words(news.limit)} may be hit before its reset"
    likely = _when(news.likely, now, zone)
    return f"{limit_words(news.limit)} will probably be hit at about {likely}, before its reset"


def _silence(news: News, now: datetime, zone: tzinfo) -> str:
    since = news.since or now
    return f"no reading since {_when(since, now, zone)} ({_length(now - since)})"


def _again(news: News, now: datetime, zone: tzinfo) -> str:
    gap = _length(news.until - news.since) if news.until and news.since else "some time"
    return (
        f"readings come again, after a gap of {gap}; the newest is of {_when(news.until or now, now, zone)}"
    )


def _login(news: News, now: datetime, zone: tzinfo) -> str:
    ends = news.until or now
    return f"the login is expected to end in {_length(ends - now)}, {_at(ends, now, zone)}"


def _trouble(news: News, now: datetime, zone: tzinfo) -> str:
    state = news.state or "unknown"
    what = _TROUBLES.get(state, state.replace("_", " "))
    return f"nothing can be read, {what} (since {_when(news.since or now, now, zone)})"


_TITLES = {
    "threshold": _threshold,
    "hit": _hit,
    "usable": _usable,
    "early_reset": _early,
    "forecast": _forecast,
    "no_data": _silence,
    "data_again": _again,
    "login": _login,
    "trouble": _trouble,
}


def _read(news: News, now: datetime, zone: tzinfo) -> str:
    if news.read_at is None:
        return ""
    age = now - news.read_at
    old = f", {_length(age)} ago" if age >= _OLD else ""
    what = f"{_percent(FULL)} first" if news.kind == "hit" else _percent(news.percentage)
    return f"{what} read {_at(news.read_at, now, zone)}{old}."


def _reset(news: News, now: datetime, zone: tzinfo) -> str:
    if news.kind in {"usable", "hit"} and news.left is not None:
        how = _RESET_WORDS.get(news.how or "", "it was reset")
        return f"Over {_between(news.left, now, zone)}: {how}."
    if news.kind == "early_reset" and news.until is not None:
        return f"Its reset had been announced for {_when(news.until, now, zone)}."
    if news.limit is None:
        return ""
    if news.resets_at is None:
        return "When it resets is not known."
    return f"Resets {_at(news.resets_at, now, zone)}, in {_length(news.resets_at - now)}."


def _why(news: News, now: datetime, zone: tzinfo) -> list[str]:
    collector = f" ({news.collector})" if news.collector else ""
    if news.chance is not None:
        when = _between(news.expected, now, zone)
        return [f"Most likely {when}; that it is hit at all is {round(100 * news.chance)} % likely."]
    if news.kind == "no_data" and news.state is None:
        return ["No report tells why: is the collector running, and does it reach the server?"]
    if news.kind == "login":
        return [f"Log in again before that, or nothing is read any more{collector}."]
    if news.doubtful:
        return ["One reading alone shows this leap, and none came after it: it may be an odd page."]
    lines = [f"{news.state}{collector}: {news.reason or 'no reason was given'}"] if news.state else []
    return [*lines, news.advice] if news.advice else lines


def _percent(value: float | None) -> str:
    return "unknown" if value is None else f"{value:g} %"


def _between(span: Span | None, now: datetime, zone: tzinfo) -> str:
    if span is None or (span.earliest is None and span.latest is None):
        return "at a time that is not known"
    if span.earliest is None or span.latest is None:
        known = span.earliest or span.latest or now
        return f"{'after' if span.earliest else 'before'} {_when(known, now, zone)}"
    first, last = _when(span.earliest, now, zone), _when(span.latest, now, zone)
    return f"at {first}" if first == last else f"between {first} and {last}"


def _at(moment: datetime | None, now: datetime, zone: tzinfo) -> str:
    return "at an unknown time" if moment is None else f"at {_when(moment, now, zone)}"


def _when(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """Write a moment in the zone: the time, and the day unless it is today."""
    local, today = moment.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return f"{local:%H:%M} {local.tzname()}"
    year = f" {local.year}" if local.year != today.year else ""
    day = f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}{year}"
    return f"{local:%H:%M} {local.tzname()} on {day}"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _length(span: timedelta) -> str:
    minutes = max(0, int(span.total_seconds() // 60))
    days, rest = divmod(minutes, 1440)
    hours, left = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {left} min" if left else f"{hours} h"
    return f"{left} min"
