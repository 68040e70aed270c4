"""What stands above an answer about a range (pure): whose record, from when to when, how old it is."""

from datetime import datetime

from services.cli.session import Look
from services.cli.shown.lines import Line, Span
from services.cli.shown.times import ago, exact
from shared.insight.told.answers import About

__all__ = ["begun", "heading"]


def begun(since: datetime | None, start: datetime | None, look: Look) -> list[Line]:
    """Say since when there is a record, if a range begins before it."""
    if since is None or (start is not None and start >= since):
        return []
    return [[Span(f"recorded since {exact(since, look.zone.info)}: of before nothing is known", "warn")]]


def heading(about: About, what: str, look: Look, span: str | None = None) -> list[Line]:
    """Say what is shown, for which range (unless `span` says it), and the age of the newest reading."""
    zone = look.zone.info
    if about.newest is None:
        return [[Span(f"{about.account}: nothing is recorded", "bold")]]
    since = f"from {exact(about.start, zone)} " if about.start else "from the beginning "
    until = f"to {exact(about.to, zone)}" if about.to else f"to {exact(about.as_of, zone)}"
    age = Span(
        f"newest reading {ago(about.newest.time, look.now)}", "bad" if about.newest.is_stale else "dim"
    )
    lines: list[Line] = [
        [Span(f"{about.account}: {what}", "bold"), Span(f"  {span or since + until}", "dim")],
        [age, Span(f"; times in {look.zone_words}", "dim")],
    ]
    if not about.is_whole:
        lines.append([Span("There is more than one answer holds: these are the newest.", "warn")])
    return lines
