"""`marigraph history`: how the limits went, as sparklines, or a bar a day; gaps are gaps."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from services.cli.commands.asking_rows import parameters
from services.cli.commands.heading import begun
from services.cli.commands.known import Known, answer, recorded_since
from services.cli.commands.status import IDLE, style_of
from services.cli.exits import OK
from services.cli.session import Look, Session, printed_json
from services.cli.shown.bars import GAP, UNREAD, Cell, bar, spark
from services.cli.shown.lines import Line, Span, cut, padded, table, width_of
from services.cli.shown.times import ago, exact, moment

__all__ = ["Bucket", "LimitSeries", "Series", "by_day", "run", "step_for", "view"]

_STEPS = (300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800)
_NAME = 16
_FIGURES = 24
"""Columns for the highest and the last figure of a line."""
_DAY_STEP = 900
"""Seconds: no zone is off by less than a quarter of an hour."""


class Bucket(Struct, frozen=True, kw_only=True):
    """A step of time: percentages are None where nothing was read."""

    start: datetime
    max: float | None
    last: float | None
    count: int
    unread: int = 0


class LimitSeries(Struct, frozen=True):
    """The steps of one limit, oldest first."""

    limit: str
    buckets: list[Bucket]


class Series(Struct, frozen=True, rename={"start": "from"}):
    """How limits went; `step` is in seconds."""

    account: str
    start: datetime
    to: datetime
    step: int
    series: list[LimitSeries]


def run(session: Session) -> int:
    """Show how the limits went in a range: seven days, where none is asked for."""
    look, receiver = session.look(), session.receiver
    _, known = answer(session)
    asked = parameters(session, 7)
    step = _DAY_STEP if session.arguments.bars else step_for(_seconds(asked, look), look.width)
    body = receiver.raw(receiver.of_account("series"), {**asked, "step": step})
    if session.arguments.json:
        printed_json(session, body)
        return OK
    series = receiver.decoded(body, Series)
    since = recorded_since(session)
    session.show(view(series, known, look, bars=session.arguments.bars, since=since))
    return OK


def step_for(seconds: float, width: int) -> int:
    """Return the shortest step with which a range fits into a line."""
    room = _room(width) - 1  # a range touches one step more than it is long
    return next((step for step in _STEPS if seconds / step <= room), _STEPS[-1])


def _room(width: int) -> int:
    return max(10, width - _NAME - _FIGURES)


def view(
    series: Series, known: Known, look: Look, *, bars: bool, since: datetime | None = None
) -> list[Line]:
    """Show each limit: a sparkline, or a bar a day; before `since` nothing was recorded."""
    zone = look.zone.info
    lines: list[Line] = [
        [
            Span(f"{series.account}: history", "bold"),
            Span(f"  from {exact(series.start, zone)} to {exact(series.to, zone)}", "dim"),
        ],
        [
            Span(f"newest reading {ago(known.time, look.now)}", "bad" if known.is_stale else "dim"),
            Span(f"; times in {look.zone_words}", "dim"),
        ],
        *begun(since, series.start, look),
        [],
    ]
    idle = {one.limit for one in known.limits if one.state == IDLE and one.version == known.id}
    read = [bucket for one in series.series if (bucket := _newest(one))]
    newest = max(read, key=lambda bucket: bucket.start, default=None)
    made = (
        _days(one, look, since) if bars else [_spark(one, newest, look, idle=one.limit in idle)]
        for one in series.series
    )
    for some in made:
        lines += some
    if not bars and series.series:
        lines.append(_axis(series.series[0].buckets, look))
    legend = f"{GAP} nothing read, {UNREAD} read but not told; a mark is the highest of {_words(series.step)}"
    return [*lines, [], [Span("a bar is the highest of the day" if bars else legend, "dim")]]


def _newest(one: LimitSeries) -> Bucket | None:
    return next((bucket for bucket in reversed(one.buckets) if bucket.last is not None), None)


def _spark(one: LimitSeries, newest: Bucket | None, look: Look, *, idle: bool) -> Line:
    cells = [Cell(bucket.max, unread=bucket.unread > 0) for bucket in one.buckets]
    highest = max((cell.most for cell in cells if cell.most is not None), default=None)
    last = _newest(one)
    figure = IDLE if idle and last is newest else _figure(last.last if last else None)
    if last and newest and last.start < newest.start:
        figure += f" (before {moment(newest.start, look.zone.info, look.now)})"
    drawn = cells[-_room(look.width) :]
    return [
        Span(padded(cut(one.limit, _NAME - 2), _NAME)),
        Span(spark(drawn), style_of(highest)),
        Span(f"  peak {_figure(highest)}, last {figure}", "dim"),
    ]


def _axis(buckets: Sequence[Bucket], look: Look) -> Line:
    """Write under the marks where a day, or in a short range where the range begins and ends."""
    shown = buckets[-_room(look.width) :]
    if not shown:
        return []
    zone = look.zone.info
    if shown[-1].start - shown[0].start < timedelta(days=2):
        first, last = (f"{one.start.astimezone(zone):%H:%M}" for one in (shown[0], shown[-1]))
        return [Span(" " * _NAME + first + last.rjust(max(len(last) + 1, len(shown) - len(first))), "dim")]
    text, before = "", shown[0].start.astimezone(zone).date()
    for place, one in enumerate(shown):
        today = one.start.astimezone(zone).date()
        if (today != before or place == 0) and width_of(text) <= place:
            word = f"{today:%m-%d}"
            if place + len(word) <= len(shown):
                text = text.ljust(place) + word + " "
        before = today
    return [Span(" " * _NAME + text, "dim")]


def _days(one: LimitSeries, look: Look, since: datetime | None) -> list[Line]:
    width = min(50, max(10, look.width - 40))
    rows = []
    for day, most, share in by_day(one.buckets, look, since):
        figure = "unknown" if most is None else f"{most:g} %"
        seen = f"{int(share * 100)} % read"
        drawn = GAP * width if most is None else bar(most, width)
        rows.append(
            [
                Span(f"{day:%a %m-%d}"),
                Span(drawn, style_of(most)),
                Span(figure, style_of(most)),
                Span(seen, "dim"),
            ]
        )
    return [[Span(one.limit, "bold")], *table(rows, right={2, 3}, width=look.width), []]


def by_day(
    buckets: Iterable[Bucket], look: Look, since: datetime | None = None
) -> Iterator[tuple[date, float | None, float]]:
    """Yield each day of the zone: its highest percentage, and in which share of its steps there was one.

    Steps that were over before `since` count for nothing: there was no record yet.
    """
    begin = since - timedelta(seconds=_DAY_STEP) if since else None
    days: dict[date, list[Bucket]] = {}
    for bucket in buckets:
        if bucket.start <= look.now and (begin is None or bucket.start > begin):
            days.setdefault(bucket.start.astimezone(look.zone.info).date(), []).append(bucket)
    for day, some in days.items():
        known = [bucket.max for bucket in some if bucket.max is not None]
        yield day, max(known, default=None), len(known) / len(some)


def _seconds(asked: dict[str, str | Sequence[str]], look: Look) -> float:
    start, end = (
        datetime.fromisoformat(str(asked[name])) if name in asked else None for name in ("from", "to")
    )
    until = end or look.now
    return ((until - start) if start else timedelta(days=7)).total_seconds()


def _words(seconds: int) -> str:
    for size, word in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds % size == 0:
            return f"{seconds // size} {word}"
    return f"{seconds} s"


def _figure(value: float | None) -> str:
    return "unknown" if value is None else f"{value:g} %"
