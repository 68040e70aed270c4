"""`marigraph windows`: each window of the limits, its peak, how it ended, how much of it was observed."""

from services.cli.commands.asking_rows import asked_and_shown
from services.cli.commands.heading import heading
from services.cli.commands.resets import KINDS
from services.cli.commands.status import style_of
from services.cli.session import Look, Session
from services.cli.shown.lines import Line, Span, table
from services.cli.shown.times import between
from shared.insight.told.answers import WindowsTold
from shared.insight.told.rows import WindowTold

__all__ = ["run", "view"]


def run(session: Session) -> int:
    """Show the windows of a range."""
    return asked_and_shown(session, "windows", WindowsTold, view, days=7)


def view(told: WindowsTold, look: Look) -> list[Line]:
    """Show a row a window."""
    lines = heading(told, "windows", look)
    if not told.windows:
        return [*lines, [], [Span("No window was seen in this range.")]]
    words = ("limit", "opened", "ended", "peak", "last", "observed", "how")
    heads = [Span(word, "dim") for word in words]
    rows = [_row(window, look) for window in told.windows]
    return [*lines, [], *table([heads, *rows], right={3, 4, 5}, width=look.width)]


def _row(window: WindowTold, look: Look) -> list[Span]:
    zone = look.zone.info
    ended, how = "runs", Span("")
    if window.status == "unknown":
        ended, how = "unknown", Span("unknown", "warn")
    elif window.ended is not None:
        ended = between(window.ended.earliest, window.ended.latest, zone, look.now)
        how = Span(*KINDS[window.how]) if window.how else Span("")
    peak = window.peak.percentage
    return [
        Span(window.limit),
        Span(between(window.opened.earliest, window.opened.latest, zone, look.now)),
        Span(ended),
        Span(f"{peak:g} %", style_of(peak)),
        Span(f"{window.last.percentage:g} %"),
        Span("unknown" if window.observed_share is None else f"{int(window.observed_share * 100)} %", "dim"),
        how,
    ]
