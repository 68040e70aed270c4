"""`marigraph unused`: what of the allowance expired unused, and whether another would have done."""

from services.cli.commands.asking_rows import asked_and_shown
from services.cli.commands.heading import heading
from services.cli.session import Look, Session
from services.cli.shown.lines import Line, Span, table
from shared.insight.told.answers import UnusedTold, UseOfLimit

__all__ = ["run", "view"]


def run(session: Session) -> int:
    """Sum up what was used of each limit."""
    return asked_and_shown(session, "unused", UnusedTold, view, days=60)


def view(told: UnusedTold, look: Look) -> list[Line]:
    """Show each limit's use, then in how many windows other allowances would have done."""
    lines = heading(told, "unused", look)
    if not told.limits:
        return [*lines, [], [Span("No window that is over was seen in this range.")]]
    words = ("limit", "windows", "seen to the end", "hit", "used: least", "median", "most")
    heads = [Span(word, "dim") for word in words]
    rows = [_row(one) for one in told.limits]
    made = [*lines, [], *table([heads, *rows], right=set(range(1, 7)), width=look.width), []]
    heads = [Span(word, "dim") for word in ("limit", "allowance", "would do", "would not", "unknown")]
    rows = [
        [
            Span(one.limit),
            Span(f"{each.times:g} x"),
            *(Span(str(count)) for count in (each.enough, each.not_enough, each.unknown)),
        ]
        for one in told.limits
        for each in one.allowances
    ]
    return [*made, *table([heads, *rows], right=set(range(1, 5)), width=look.width)]


def _row(one: UseOfLimit) -> list[Span]:
    used = [
        Span("unknown" if value is None else f"{value:g} %") for value in (one.least, one.median, one.most)
    ]
    counts = [Span(str(count)) for count in (one.windows, one.seen_to_the_end, one.hit)]
    return [Span(one.limit), *counts, *used]
