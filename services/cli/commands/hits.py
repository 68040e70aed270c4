"""`marigraph hits`: when a limit stood at 100 %, for how long, and how often."""

from collections.abc import Sequence

from services.cli.commands.asking_rows import asked_and_shown
from services.cli.commands.heading import heading
from services.cli.session import Look, Session
from services.cli.shown.lines import Line, Span, Style, fitted, table
from services.cli.shown.times import between, lengths
from shared.insight.limits import in_order
from shared.insight.told.answers import HitCount, HitsTold
from shared.insight.told.rows import HitTold

__all__ = ["run", "view"]

_ENDINGS = {
    "reset": "by its reset",
    "early_reset": "by a reset before its time",
    "counter_fell": "the counter fell",
    "unknown": "the figure fell a little",
    None: "unknown",
}
_WEEKS = 8


def run(session: Session) -> int:
    """Show the hits of a range and how many there were by week."""
    return asked_and_shown(session, "hits", HitsTold, view, days=30, zoned=True)


def view(told: HitsTold, look: Look) -> list[Line]:
    """Show a row a hit, then the counts."""
    lines = heading(told, "hits", look)
    if not told.hits:
        return [*lines, [], [Span("No limit was seen at 100 % in this range.")], *_counts(told, look)]
    heads = [Span(word, "dim") for word in ("limit", "reached", "left", "blocked", "how it ended")]
    rows = [_row(hit, look) for hit in told.hits]
    return [*lines, [], *table([heads, *rows], width=look.width), *_counts(told, look)]


def _row(hit: HitTold, look: Look) -> list[Span]:
    zone = look.zone.info
    reached = between(hit.reached.earliest, hit.reached.latest, zone, look.now)
    left, how = "not yet", "it lasts"
    if hit.status == "over" and hit.left is not None:
        left, how = between(hit.left.earliest, hit.left.latest, zone, look.now), _ENDINGS[hit.how]
    elif hit.status == "unknown":
        left = how = "unknown"
    blocked = lengths(hit.blocked_minutes.at_least, hit.blocked_minutes.at_most)
    doubt = " (in doubt)" if hit.doubtful else " (or several)" if hit.lapses else ""
    style: Style = "bad" if hit.status == "running" else ""
    cells = (hit.limit, reached, left, blocked, how + doubt)
    return [Span(cell, style) for cell in cells]


def _counts(told: HitsTold, look: Look) -> list[Line]:
    weeks = told.counts.weeks[-_WEEKS:]
    limits = in_order({limit for week in weeks for limit in week.hits})
    if not limits:
        return []
    heads = [Span(word, "dim") for word in ("week from", *limits, "known")]
    rows: Sequence[list[Span]] = [_count_row(week, limits) for week in weeks]
    legend = "2+ is 2 or more: not all was read. known: of what lies in the range and the record"
    counts = table([heads, *rows], right=set(range(1, len(limits) + 2)), width=look.width)
    return [[], *counts, [], *fitted([[Span(legend, "dim")]], look.width)]


def _count_row(week: HitCount, limits: Sequence[str]) -> list[Span]:
    partly = week.known_share < 1
    return [
        Span(str(week.start)),
        *(_count(week, limit) for limit in limits),
        Span(f"{int(week.known_share * 100)} %", "warn" if partly else "dim"),
    ]


def _count(week: HitCount, limit: str) -> Span:
    count = week.hits.get(limit, 0)
    partly = week.known_shares.get(limit, week.known_share) < 1
    return Span(f"{count}+" if partly else str(count), "bad" if count else "")
