"""The desk: one look after another, what is worth telling is put in the book, and the book on the disk."""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo

from msgspec import Struct
from msgspec.structs import replace

from services.alerter.keeper import Keeper
from services.alerter.rules.account import Account, State, worth_telling
from services.alerter.rules.news import Asked
from services.alerter.telling.book import Book, Message, due, noted, settled
from services.alerter.telling.quiet import Quiet

__all__ = ["Desk", "Terms"]

_SLEPT = timedelta(minutes=2)
"""Between two looks that should be seconds apart: the machine slept, or this process did."""

_SIGN_OF_LIFE = timedelta(seconds=30)
"""So often the time of the last look is saved, when nothing else is."""


class Terms(Struct, frozen=True, kw_only=True):
    """What is asked for, and how it is told."""

    asked: Asked
    zone: tzinfo
    quiet: Quiet | None = None
    passing: frozenset[str] = frozenset()
    destinations: tuple[str, ...] = ()
    turn: timedelta = timedelta(seconds=5)


class Desk:
    """Holds the book. Nothing else changes it, and nothing is told that is not on the disk."""

    def __init__(self, terms: Terms, keeper: Keeper, book: Book, now: datetime) -> None:
        """Go on from a book."""
        self._terms = terms
        self._keeper = keeper
        self._awake = now
        self._last = now
        self._saved_at: datetime | None = None
        self.book = book
        self.given_up = 0

    def decide(self, accounts: Mapping[str, State], now: datetime) -> tuple[Book, list[Message]]:
        """Return the book as it would be with what is worth telling now, and the messages for it."""
        terms, book = self._terms, self.book
        if now - self._last > terms.turn + _SLEPT or now < self._last:
            self._awake = now
        self._last = now
        quiet = terms.quiet is not None and terms.quiet.covers(now, terms.zone)
        every: list[Message] = []
        if not quiet:
            book, every = due(book, now, terms.zone)
        for name, state in accounts.items():
            account = book.accounts.get(name, Account(now))
            news = worth_telling(name, account, state, terms.asked, (now, self._awake))
            book = replace(book, accounts={**book.accounts, name: account})
            book, messages = noted(book, name, news, now, terms.zone, terms.passing if quiet else None)
            every += messages
        return replace(book, looked=now), every

    def turn(self, accounts: Mapping[str, State], now: datetime) -> list[Message]:
        """Take a look; return the messages that are new, which are durable by then. Raises OSError.

        After an OSError nothing was decided: the next turn finds the same again.
        """
        book, messages = self.decide(accounts, now)
        book, given_up = settled(book, messages, self._terms.destinations)
        changed = replace(book, looked=self.book.looked) != self.book
        if changed or self._saved_at is None or now - self._saved_at >= _SIGN_OF_LIFE or now < self._saved_at:
            self._keeper.save(book)
            self._saved_at = now
        self.book = book
        self.given_up += given_up
        return messages

    def settle(self, book: Book) -> None:
        """Take what a delivery changed, and save it. Raises OSError; this process knows it all the same."""
        self.book = book
        self._keeper.save(book)
