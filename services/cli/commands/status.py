"""`marigraph status`: how full each limit is, as far as anybody knows."""

from datetime import timedelta
from typing import Protocol

from msgspec.structs import replace

from services.cli.commands.known import Known, Said, answer, why_stale
from services.cli.exits import OK, STALE
from services.cli.session import Look, Session, printed_json
from services.cli.shown.bars import bar
from services.cli.shown.lines import Line, Span, Style, table
from services.cli.shown.times import ago, ahead, exact, length, moment
from shared.insight.told.answers import KnownTold

__all__ = ["Place", "run", "style_of", "view"]

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
        session.show(view(known, why_stale(session, known), session.look(), session.receiver))
    return STALE if known.is_stale else OK


def view(known: Known, said: Said | None, look: Look, where: Place) -> list[Line]:
    """Show each limit with its bar, its reset and the age of its reading: all by the receiver's clock."""
    look = replace(look, now=known.at)
    title = [Span(where.account, "bold")] + ([Span(f"  {known.plan}")] if known.plan else [])
    fresh = Span(f"newest reading {ago(known.time, look.now)}", "bad" if known.is_stale else "")
    lines: list[Line] = [[*title, Span(f"  {where.shown}", "dim")]]
    lines.append([fresh, Span(f"  ({exact(known.time, look.zone.info)}; times in {look.zone_words})", "dim")])
    if known.is_stale:
        lines += _stale(said, look)
    rows = [_row(one, look) for one in known.limits]
    return [*lines, [], *table(rows, right={2}, width=look.width)]


def _stale(said: Said | None, look: Look) -> list[Line]:
    told = "STALE: the newest reading is older than 10 minutes"
    if said is None:
        return [[Span(f"{told}; nobody said why.", "bad")]]
    words = said.advice or said.reason
    return [[Span(f"{told}: {said.state}, {ago(said.at, look.now)}. {words}", "bad")]]


def _row(one: KnownTold, look: Look) -> list[Span]:
    drawn = Span(bar(one.percentage, _BAR[look.width >= _WIDE]), style_of(one.percentage))
    age = Span(_age(one), "dim")
    if one.percentage is None:
        return [Span(one.limit), drawn, Span("unknown", "warn"), age, Span(one.reason or "nobody said why")]
    notes = [_reset(one, look)]
    if one.doubtful:
        notes.append("in doubt: it contradicts the reading before")
    figure = f"{one.percentage:g} %"
    return [Span(one.limit), drawn, Span(figure, style_of(one.percentage)), age, Span("; ".join(notes))]


def _age(one: KnownTold) -> str:
    return f"{length(timedelta(minutes=one.age_minutes))} ago" if one.age_minutes else "just now"


def _reset(one: KnownTold, look: Look) -> str:
    if one.resets_at is not None:
        return f"resets {moment(one.resets_at, look.zone.info, look.now)}, {ahead(one.resets_at, look.now)}"
    if one.state == "idle":
        return "no window is open"
    return "not used yet" if one.state == "unused" else "no reset is announced"


def style_of(percentage: float | None) -> Style:
    """Return in which style a percentage is shown."""
    if percentage is None:
        return "dim"
    if percentage >= _FULL:
        return "bad"
    return "warn" if percentage >= _WARN else "good"
