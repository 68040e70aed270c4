"""A clock that is set by hand, and what comes out of an outbox."""

from datetime import UTC, datetime

from shared.schemas.codec import decode_document


class Clock:
    """A clock that is set by hand."""

    def __init__(self):
        self.moment = datetime(2026, 11, 22, 10, tzinfo=UTC)

    def now(self):
        return self.moment

    def monotonic(self):
        return self.moment.timestamp()


def number(item):
    return decode_document(item.body)["n"]


def drain(outbox):
    found = []
    while items := outbox.head(1):
        item = items[0]
        found.append(number(item))
        outbox.remove(item)
    return found
