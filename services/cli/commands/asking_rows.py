"""How commands about rows of a range (hits, resets, windows, gaps, unused) ask and show."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from services.cli.commands.known import nothing
from services.cli.exits import OK
from services.cli.session import Look, Session, printed_json
from services.cli.shown.lines import Line
from shared.insight.told.answers import About

__all__ = ["asked_and_shown", "parameters"]

A = TypeVar("A", bound=About)


def asked_and_shown(
    session: Session,
    call: str,
    kind: type[A],
    view: Callable[[A, Look], Sequence[Line]],
    *,
    days: int,
    zoned: bool = False,
) -> int:
    """Ask for the rows of a range (so many days back, where none is asked for) and show them."""
    receiver = session.receiver
    asked = parameters(session, days) | ({"tz": session.zone.name} if zoned else {})
    body = receiver.raw(receiver.of_account(call), asked)
    told = receiver.decoded(body, kind)
    if told.newest is None:
        raise nothing(session)
    if session.arguments.json:
        printed_json(session, body)
    else:
        session.show(view(told, session.look()))
    return OK


def parameters(session: Session, days: int | None) -> dict[str, str | Sequence[str]]:
    """Return range and limits as the receiver takes them."""
    limits = session.arguments.limit
    return {**session.range(days), **({"limit": limits} if limits else {})}
