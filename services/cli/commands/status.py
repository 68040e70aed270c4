"""`marigraph status`: how full each limit is, as far as anybody knows."""

from typing import Protocol

from msgspec.structs import replace

from services.cli.commands.failing import Said, failing
from services.cli.commands.known import Known, answer, newest_report
from services.cli.exits import OK, STALE
from services.cli.session import Look, Session, printed_json
from services.cli.shown.bars import bar
from services.cli.shown.lines import Line, Span, Style, table
from services.cli.shown.times import ago, ahead, exact, minutes_ago, moment
from shared.insight.told.answers import KnownTold

__all__ = ["IDLE", "Place", "run", "style_of", "view"]

IDLE = "idle"
"""The state of a limit of which no window is open: its percentage is none that was measured."""

_WARN, _FULL = 75, 100
_BAR = {True: 20, False: 10}
_WIDE = 90


class Place(Protocol):
    """Whose record it is, and where it was asked."""

    account: str
    shown: str


def run(session: Session) -> int:
    """Show what is known now; stale data is shown, too, and told by the exit code."""
    body, known = answer(session)
    if session.arguments.json:
        printed_json(session, body)
    else:
        session.show(view(known, newest_report(session, known), session.look(), session.receiver))
    return STALE if known.is_stale else OK


def view(known: Known, said: Said | None, look: Look, where: Place) -> list[Line]:
    """Show each limit with its bar, its reset and the age of its reading: all by the receiver's clock."""
    look = replace(look, now=known.at)
    title = [Span(where.account, "bold")] + ([Span(f"  {known.plan}")] if known.plan else [])
    fresh = Span(f"newest reading {ago(known.time, look.now)}", "bad" if known.is_stale else "")
    lines: list[Line] = [[*title, Span(f"  {where.shown}", "dim")]]
    lines.append([fresh, Span(f"  ({exact(known.time, look.zone.info)}; times in {look.zone_words})", "dim")])
    lines += _trouble(known, said, look)
    rows = [_row(one, known, look) for one in known.limits]
    told = {one.limit for one in known.limits}
    rows += [_never(limit, why, known, look) for limit, why in known.unread.items() if limit not in told]
    return [*lines, [], *table(rows, right={2}, width=look.width)]


def _trouble(known: Known, said: Said | None, look: Look) -> list[Line]:
    """Say that readings are stale, and what the collector has reported since the newest."""
    lines: list[Line] = []
    if known.is_stale:
        why = "." if said else "; nobody said why."
        lines.append([Span(f"STALE: the newest reading is older than 10 minutes{why}", "bad")])
    if said:
        lines.append(
            [Span(f"NOT READ since: {failing(said, look.now)}", "bad" if known.is_stale else "warn")]
        )
    return lines


def _row(one: KnownTold, known: Known, look: Look) -> list[Span]:
    idle, width = one.state == IDLE and not one.percentage, _BAR[look.width >= _WIDE]
    drawn = Span(" " * width if idle else bar(one.percentage, width), style_of(one.percentage))
    name, age = Span(known.called(one.limit)), Span(_age(one, known), "dim")
    notes = [f"not read since: {why}"] if (why := _unread(one, known)) else []
    if one.percentage is None:
        notes.insert(0, one.reason or "nobody said why")
        return [name, drawn, Span("unknown", "warn"), age, Span("; ".join(notes))]
    notes.insert(0, _reset(one, look))
    if one.doubtful:
        notes.append("in doubt: it contradicts the reading before")
    figure = Span("idle", "dim") if idle else Span(f"{one.percentage:g} %", style_of(one.percentage))
    return [name, drawn, figure, age, Span("; ".join(notes))]


def _never(limit: str, why: str, known: Known, look: Look) -> list[Span]:
    """Show a limit of which the newest reading says only why it could not be read."""
    drawn = Span(bar(None, _BAR[look.width >= _WIDE]), "dim")
    return [Span(known.called(limit)), drawn, Span("unknown", "warn"), Span("never read", "dim"), Span(why)]


def _unread(one: KnownTold, known: Known) -> str:
    """Say why the newest reading lacks a limit that an older one had."""
    return "" if one.version == known.id else known.unread.get(one.limit, "")


def _age(one: KnownTold, known: Known) -> str:
    """Say how old a limit's reading is: in the words of the heading, where it is the newest."""
    return ago(known.time, known.at) if one.version == known.id else minutes_ago(one.age_minutes)


def _reset(one: KnownTold, look: Look) -> str:
    if one.resets_at is not None:
        return f"resets {moment(one.resets_at, look.zone.info, look.now)}, {ahead(one.resets_at, look.now)}"
    if one.state == IDLE:
        return "no window is open"
    return "not used yet" if one.state == "unused" else "no reset is announced"


def style_of(percentage: float | None) -> Style:
    """Return in which style a percentage is shown."""
    if percentage is None:
        return "dim"
    if percentage >= _FULL:
        return "bad"
    return "warn" if percentage >= _WARN else "good"
