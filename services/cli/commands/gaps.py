"""`marigraph gaps`: when nothing was read, why, and how much of each day is known."""

from datetime import datetime, timedelta

from services.cli.commands.asking_rows import asked_and_shown
from services.cli.commands.heading import begun, heading
from services.cli.commands.known import recorded_since
from services.cli.session import Look, Session
from services.cli.shown.bars import bar
from services.cli.shown.lines import Line, Span, table
from services.cli.shown.times import length, moment
from shared.insight.told.answers import GapsTold, KnownDay
from shared.insight.told.copies import without_copies
from shared.insight.told.rows import GapTold

__all__ = ["run", "view"]

_DAYS_SHOWN = 31


def run(session: Session) -> int:
    """Show the gaps of a range."""

    def shown(told: GapsTold, look: Look) -> list[Line]:
        return view(told, look, recorded_since(session))

    return asked_and_shown(session, "gaps", GapsTold, shown, days=7, zoned=True)


def view(told: GapsTold, look: Look, since: datetime | None = None) -> list[Line]:
    """Show a row a gap, then each day with how much of it is known; before `since` nothing was recorded."""
    lines = [*heading(told, "gaps", look), *begun(since, told.start, look)]
    heads = [Span(word, "dim") for word in ("of", "from", "to", "long", "why")]
    rows = [_row(gap, look) for gap in without_copies(told.gaps)]
    none = "No gap since then." if begun(since, told.start, look) else "No gap in this range."
    gaps = table([heads, *rows], right={3}, width=look.width) if rows else [[Span(none)]]
    days = [
        [
            Span(f"{day.day:%a %m-%d}"),
            Span(bar(day.known_share * 100, 20)),
            Span(f"{int(day.known_share * 1000) / 10:g} %", "" if day.known_share == 1 else "warn"),
            Span(_known_words(day, since, look)),
        ]
        for day in told.days[-_DAYS_SHOWN:]
    ]
    return [*lines, [], *gaps, [], *table(days, right={2}, width=look.width)]


def _known_words(day: KnownDay, since: datetime | None, look: Look) -> str:
    """Say of what the share is: of the day, or of what of it lies after the record's beginning."""
    if since is None or since.astimezone(look.zone.info).date() != day.day:
        return "known"
    return f"known since {since.astimezone(look.zone.info):%H:%M}"


def _row(gap: GapTold, look: Look) -> list[Span]:
    zone, now = look.zone.info, look.now
    said = [f"{cause.state} ({cause.count}): {cause.reason}" for cause in gap.causes]
    if gap.unread:
        said.append(gap.reason or f"{gap.unread} readings could not tell it")
    nobody = "nobody said why" if gap.causes_whole else "reports of that time are no longer kept"
    return [
        Span(gap.limit or "everything"),
        Span(moment(gap.start, zone, now)),
        Span(moment(gap.end, zone, now) if gap.end else "it lasts", "" if gap.end else "bad"),
        Span(length(timedelta(minutes=round(gap.minutes)))),
        Span("; ".join(said) or nobody, "" if said else "dim"),
    ]
