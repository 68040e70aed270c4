"""`marigraph resets`: every reset and every change of the announced one; `--report` makes it printable."""

from datetime import timedelta

from services.cli.commands.asking_rows import asked_and_shown, parameters
from services.cli.commands.heading import heading
from services.cli.exits import OK
from services.cli.session import Look, Session
from services.cli.shown.lines import Line, Span, Style, harmless, table
from services.cli.shown.times import between, length
from shared.insight.kinds import Kind
from shared.insight.told.answers import TurnsTold
from shared.insight.told.rows import TurnTold

__all__ = ["KINDS", "run", "view"]

_DAYS = 30

KINDS: dict[Kind, tuple[str, Style]] = {
    "early": ("EARLY", "bad"),
    "late": ("LATE", "bad"),
    "moved": ("MOVED", "bad"),
    "counter_fell": ("COUNTER FELL", "bad"),
    "unannounced": ("fell, unannounced", "warn"),
    "on_time": ("on time", "good"),
    "unseen": ("unseen", "warn"),
    "opened": ("opened", "dim"),
}


def run(session: Session) -> int:
    """Show the resets of a range, or print the receiver's report of them."""
    form = session.arguments.report
    if form is None:
        return asked_and_shown(session, "resets", TurnsTold, view, days=_DAYS)
    receiver = session.receiver
    asked = {**parameters(session, _DAYS), "tz": session.zone.name, "format": form}
    text = receiver.raw(receiver.of_account("resets"), asked).decode("utf-8", "replace")
    session.say("\n".join(harmless(line) for line in text.rstrip("\n").split("\n")))
    return OK


def view(told: TurnsTold, look: Look) -> list[Line]:
    """Show a row a turn."""
    lines = heading(told, "resets", look)
    if not told.resets:
        return [*lines, [], [Span("No reset was seen in this range.")]]
    heads = [Span(word, "dim") for word in ("limit", "what", "between", "from", "to", "note")]
    rows = [_row(turn, look) for turn in told.resets]
    return [*lines, [], *table([heads, *rows], right={3, 4}, width=look.width)]


def _row(turn: TurnTold, look: Look) -> list[Span]:
    words, style = KINDS[turn.kind]
    notes = [note for note in (_off(turn), _moved(turn), _gap(turn)) if note]
    if turn.doubtful:
        notes.append("in doubt: it rests on one reading")
    return [
        Span(turn.limit),
        Span(words, style),
        Span(between(turn.at.earliest, turn.at.latest, look.zone.info, look.now)),
        Span(f"{turn.before.percentage:g} %"),
        Span(f"{turn.after.percentage:g} %"),
        Span("; ".join(notes), "dim"),
    ]


def _off(turn: TurnTold) -> str:
    if turn.off is None or turn.kind not in {"early", "late"}:
        return ""
    least, most = turn.off.at_least, turn.off.at_most
    if turn.kind == "early" and most is not None:
        return f"at least {length(timedelta(minutes=-most))} early"
    return f"at most {length(timedelta(minutes=most))} late" if most is not None and least is not None else ""


def _moved(turn: TurnTold) -> str:
    if turn.kind != "moved" or turn.announced is None or turn.announces is None:
        return ""
    way = "later" if turn.announces > turn.announced else "earlier"
    return f"{length(abs(turn.announces - turn.announced))} {way}"


def _gap(turn: TurnTold) -> str:
    if not turn.gaps:
        return ""
    states = dict.fromkeys(cause.state for gap in turn.gaps for cause in gap.causes)
    return f"in a gap ({', '.join(states) or 'nobody said why'})"
