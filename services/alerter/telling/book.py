"""The book (pure): what was told of each account, what is held back, and what still has to be delivered.

It is kept as one file that is replaced whole. So what was decided and what is to be delivered are noted
together, or not at all.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from services.alerter.rules.account import Account, told
from services.alerter.rules.news import News, id_of
from services.alerter.telling.words import Said, said, together

__all__ = [
    "MOST_WAITING",
    "Book",
    "Delivery",
    "Held",
    "Message",
    "due",
    "gone",
    "next_for",
    "noted",
    "settled",
]

MOST_WAITING = 500
"""Messages that may wait; beyond them the oldest are given up."""

Moment = Annotated[datetime, Meta(tz=True)]


class Message(Struct, frozen=True, rename="camel"):
    """What is delivered: words, and the news in it. `id` is the same at every try, to whomever it goes."""

    id: str
    at: Moment
    said: Said
    news: tuple[News, ...]
    to: tuple[str, ...]
    """The destinations that do not have it yet."""


class Held(Struct, frozen=True):
    """News of the quiet hours, in words as of then."""

    at: Moment
    said: Said
    news: News


class Delivery(Struct, frozen=True, rename="camel", omit_defaults=True):
    """How delivery to one destination goes: what the last try brought, and when the next is due.

    `fails` counts failures since the last success, `refused` those of the message that is next.
    """

    fails: int = 0
    refused: int = 0
    next_at: Moment | None = None
    delivered_at: Moment | None = None
    failed_at: Moment | None = None
    why: str = ""
    delivered: int = 0
    given_up: int = 0


class Book(Struct, frozen=True, rename="camel"):
    """All that an alerter has to know after a restart. `looked` is when it last looked at the record."""

    version: int = 1
    looked: Moment | None = None
    accounts: Mapping[str, Account] = {}
    held: tuple[Held, ...] = ()
    waiting: tuple[Message, ...] = ()
    deliveries: Mapping[str, Delivery] = {}


def noted(
    book: Book,
    account: str,
    news: Sequence[News],
    now: datetime,
    zone: tzinfo,
    passing: frozenset[str] | None,
) -> tuple[Book, list[Message]]:
    """Note news of an account; returns the messages for them.

    `passing` are the kinds that pass the quiet hours, None outside them. What is held back
    stays in the book until `due` takes it out.
    """
    known = replace(book, accounts={**book.accounts, account: told(book.accounts[account], news)})
    spoken = [(one, said(one, now, zone)) for one in news]
    goes = [pair for pair in spoken if passing is None or pair[0].kind in passing]
    held = tuple(Held(now, words, one) for one, words in spoken if (one, words) not in goes)
    messages = [Message(id_of(one), now, words, (one,), ()) for one, words in goes]
    return replace(known, held=(*book.held, *held)), messages


def due(book: Book, now: datetime, zone: tzinfo) -> tuple[Book, list[Message]]:
    """Take out what was held back, as one message: the quiet hours are over."""
    if not book.held:
        return book, []
    first = book.held[0]
    words = first.said if len(book.held) == 1 else together([(one.at, one.said) for one in book.held], zone)
    message = Message(id_of(first.news), now, words, tuple(one.news for one in book.held), ())
    return replace(book, held=()), [message]


def settled(book: Book, messages: Sequence[Message], destinations: Sequence[str]) -> tuple[Book, int]:
    """Put messages in the queue of every destination; returns how many old ones were given up for room.

    What waits for a destination that there is no longer is forgotten.
    """
    fresh = [replace(message, to=tuple(destinations)) for message in messages]
    kept = [
        replace(message, to=tuple(name for name in message.to if name in destinations))
        for message in (*book.waiting, *fresh)
    ]
    waiting = [message for message in kept if message.to]
    over = max(0, len(waiting) - MOST_WAITING)
    deliveries = {name: book.deliveries.get(name, Delivery()) for name in destinations}
    return replace(book, waiting=tuple(waiting[over:]), deliveries=deliveries), over


def gone(book: Book, destination: str, message_id: str) -> Book:
    """Take a message out of a destination's queue."""
    waiting = (
        replace(message, to=tuple(name for name in message.to if name != destination))
        if message.id == message_id
        else message
        for message in book.waiting
    )
    return replace(book, waiting=tuple(message for message in waiting if message.to))


def next_for(book: Book, destination: str) -> Message | None:
    """Return the oldest message that a destination does not have yet."""
    return next((message for message in book.waiting if destination in message.to), None)
