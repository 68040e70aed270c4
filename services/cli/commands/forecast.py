"""`marigraph forecast`: whether a limit will be hit before its reset, and how good such forecasts were."""

from services.cli.commands.heading import heading
from services.cli.commands.known import nothing
from services.cli.exits import FAILED, NOTHING, OK, CommandError
from services.cli.session import Look, Session, printed_json
from services.cli.shown.lines import Line, Span, Style, table
from services.cli.shown.times import exact, minutes_ago, moment
from shared.insight.told.forecasts import ForecastsTold, HitAhead, LimitForecast

__all__ = ["run", "view"]

_LIKELY = 0.5
_POSSIBLE = 0.1


def run(session: Session) -> int:
    """Show what is expected of each limit."""
    receiver = session.receiver
    asked = {"tz": session.zone.name}
    try:
        body = receiver.raw(receiver.of_account("forecast"), asked)
    except CommandError as error:
        if error.code != NOTHING:
            raise
        message = f"the receiver at {receiver.shown} tells no forecast"
        raise CommandError(FAILED, message, "Is it older than this command?") from error
    told = receiver.decoded(body, ForecastsTold)
    if told.newest is None:
        raise nothing(session)
    if session.arguments.json:
        printed_json(session, body)
        return OK
    wanted = session.arguments.limit
    session.show(
        view(told, session.look(), [one for one in told.limits if not wanted or one.limit in wanted])
    )
    return OK


def view(told: ForecastsTold, look: Look, limits: list[LimitForecast]) -> list[Line]:
    """Show a row a limit, then how good earlier forecasts were."""
    words = ("limit", "used", "read", "at the reset", "100 % before that")
    heads = [Span(word, "dim") for word in words]
    rows = [_row(one, look) for one in limits]
    judged = [line for one in limits for line in _judged(one)]
    span = f"as of {exact(told.as_of, look.zone.info)}"
    return [*heading(told, "forecast", look, span), [], *table([heads, *rows], width=look.width), [], *judged]


def _row(one: LimitForecast, look: Look) -> list[Span]:
    now = Span("unknown" if one.percentage is None else f"{one.percentage:g} %")
    age = "unknown" if one.age_minutes is None else minutes_ago(one.age_minutes)
    begin = [Span(one.limit), now, Span(age, "dim")]
    if one.hit is None or one.at_reset is None:
        return [*begin, Span(""), Span(one.reason or one.status.replace("_", " "), "warn")]
    chance, style = _chance(one.hit.chance)
    chance += _when(one.hit, look)
    reset = one.at_reset
    at_reset = f"{reset.likely:g} %"
    if reset.low < reset.high:
        at_reset += f" ({reset.low:g} to {reset.high:g})"
    if one.resets_at:
        at_reset += f", {moment(one.resets_at, look.zone.info, look.now)}"
    return [*begin, Span(at_reset + (" (in doubt)" if one.doubtful else "")), Span(chance, style)]


def _chance(chance: float) -> tuple[str, Style]:
    style: Style = "bad" if chance >= _LIKELY else "warn" if chance >= _POSSIBLE else "good"
    return f"{chance * 100:.0f} %", style


def _when(hit: HitAhead, look: Look) -> str:
    """Say when, if it is to be told; what is missing is not before the reset."""
    first, likely, last = (
        at and moment(at, look.zone.info, look.now) for at in (hit.earliest, hit.likely, hit.latest)
    )
    if first is None:
        return ""
    if likely is None:
        return f", not before {first}"
    return f", about {likely} ({first} to {last})" if last else f", about {likely} ({first} or later)"


def _judged(one: LimitForecast) -> list[Line]:
    if one.judgement is None or one.judgement.at_reset.mean_error is None:
        return [[Span(f"{one.limit}: no forecast could be checked yet", "dim")]] if one.at_reset else []
    made, hits = one.judgement.at_reset, one.judgement.hit_time
    line = "" if made.straight_line_error is None else f" (a straight line: {made.straight_line_error:.1f})"
    off = f"{made.forecasts} earlier forecasts were {made.mean_error:.1f} points off on average"
    held = f"the band held {_share(made.held)} of them"
    hit = f"{_share(one.judgement.hit_share)} were hit"
    chances = f"a hit was expected with {_share(one.judgement.mean_chance)} on average, {hit}"
    times = f"; of {hits.bands} times that were told {_share(hits.held)} held" if hits.bands else ""
    lines = [
        f"{one.limit}: {off}{line}; {held}",
        f"{one.limit}: {chances}{times}",
    ]
    return [[Span(text, "dim")] for text in lines]


def _share(value: float | None) -> str:
    return "unknown" if value is None else f"{value * 100:.0f} %"
