"""When delivery is tried again, and when it is given up (pure)."""

from datetime import datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from services.alerter.telling.book import Book, Delivery, Message, gone

__all__ = ["Outcome", "after"]

Outcome = Literal["delivered", "failed", "refused", "ended"]
"""`failed`: nobody could take it now; `refused`: this message was not taken; `ended`: the destination says
that it wants no more."""

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=15)
MOST_REFUSALS = 5
OLDEST = timedelta(hours=24)
"""A message older than this is no alert any more."""


def after(
    book: Book, destination: str, message: Message, tried: tuple[Outcome, str], now: datetime, luck: float
) -> tuple[Book, bool]:
    """Note what a try brought; returns whether the message was given up.

    `luck` from 0 to 1 spreads the pauses, so that many do not come at the same moment.
    """
    outcome, why = tried
    known = book.deliveries.get(destination, Delivery())
    if outcome == "delivered":
        fresh = Delivery(delivered_at=now, delivered=known.delivered + 1, given_up=known.given_up)
        return _with(gone(book, destination, message.id), destination, fresh), False
    refused = known.refused + 1 if outcome == "refused" else known.refused
    give_up = outcome == "ended" or refused >= MOST_REFUSALS or now - message.at > OLDEST
    noted = replace(
        known,
        fails=known.fails + 1,
        refused=0 if give_up else refused,
        failed_at=now,
        why=why,
        next_at=now + _pause(known.fails, luck),
        given_up=known.given_up + give_up,
    )
    return _with(gone(book, destination, message.id) if give_up else book, destination, noted), give_up


def _with(book: Book, destination: str, delivery: Delivery) -> Book:
    return replace(book, deliveries={**book.deliveries, destination: delivery})


def _pause(fails: int, luck: float) -> timedelta:
    """Return 5 s, 10 s, 20 s ... up to a quarter of an hour, give or take a fifth."""
    usual = min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(fails, 16)))
    return usual * (0.8 + 0.4 * luck)
