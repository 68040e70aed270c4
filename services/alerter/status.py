"""How the alerter stands, from its book (pure)."""

from datetime import datetime, timedelta

from msgspec import Struct

from services.alerter.telling.book import Book, Delivery
from shared.timestamps import to_iso

__all__ = ["Status", "Way", "status_lines", "status_of"]

_SLACK = timedelta(minutes=2)


class Way(Struct, frozen=True, rename="camel"):
    """How delivery to one destination stands."""

    destination: str
    waiting: int
    fails: int
    why: str
    delivered_at: datetime | None
    failed_at: datetime | None
    next_at: datetime | None
    given_up: int


class Status(Struct, frozen=True, rename="camel"):
    """How the alerter stands; `problem` is None when it is well."""

    problem: str | None
    looked: datetime | None
    accounts: tuple[str, ...]
    held: int
    ways: tuple[Way, ...]


def status_of(book: Book | None, now: datetime, turn: timedelta) -> Status:
    """Judge a book: its alerter looked at the record lately. A destination that fails is told, no more."""
    if book is None or book.looked is None:
        return Status("no alerter has run here yet", None, (), 0, ())
    late = now - book.looked > 2 * turn + _SLACK
    problem = f"the record was last looked at {to_iso(book.looked)}" if late else None
    ways = tuple(_way(book, name, delivery) for name, delivery in book.deliveries.items())
    return Status(problem, book.looked, tuple(sorted(book.accounts)), len(book.held), ways)


def _way(book: Book, name: str, delivery: Delivery) -> Way:
    return Way(
        destination=name,
        waiting=sum(name in message.to for message in book.waiting),
        fails=delivery.fails,
        why=delivery.why,
        delivered_at=delivery.delivered_at,
        failed_at=delivery.failed_at,
        next_at=delivery.next_at,
        given_up=delivery.given_up,
    )


def status_lines(status: Status) -> list[str]:
    """Say it to a person."""
    lines = [status.problem or "well"]
    if status.looked:
        lines.append(
            f"looked at the record {to_iso(status.looked)}: {', '.join(status.accounts) or 'no account'}"
        )
    if status.held:
        lines.append(f"held back until the quiet hours end: {status.held}")
    lines += [_line(way) for way in status.ways]
    if status.looked and not status.ways:
        lines.append("no destination is set: alerts are only logged")
    return lines


def _line(way: Way) -> str:
    last = f"last delivered {to_iso(way.delivered_at)}" if way.delivered_at else "nothing delivered yet"
    trouble = f"; {way.fails} tries failed: {way.why}" if way.fails else ""
    waiting = f"; {way.waiting} waiting" if way.waiting else ""
    lost = f"; {way.given_up} given up" if way.given_up else ""
    return f"{way.destination}: {last}{waiting}{trouble}{lost}"
