"""What a list of snapshots is asked for (pure): its range, its direction, where it goes on."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import Struct

from services.receiver.asking.questions import Question, bad_parameter
from services.receiver.lists.cursors import Place, SnapshotsCursor, read_cursor, write_cursor
from shared.store.base import Version
from shared.store.keys import stamp_of
from shared.store.ranking import rank_of

__all__ = ["PARAMETERS", "Listing", "place_of", "read_listing"]

PARAMETERS = ("from", "to", "limit", "cursor", "order")
_ORDERS: Sequence[Literal["asc", "desc"]] = ("asc", "desc")
_SECOND = timedelta(seconds=1)


class Listing(Struct, frozen=True):
    """A page of the versions with start <= version time < end, oldest first unless it is `backwards`.

    `after` is the place of the last version of the page before (times: whole seconds, as versions' are).
    """

    start: datetime | None
    end: datetime | None
    backwards: bool
    limit: int
    after: Place | None = None

    def comes_after(self, version: Version) -> bool:
        """Tell whether a version belongs behind the page before this one."""
        if self.after is None:
            return True
        here, there = _order(place_of(version)), _order(self.after)
        return here < there if self.backwards else here > there

    def cursor_behind(self, version: Version) -> str:
        """Return the cursor of the page that goes on behind a version."""
        order = _ORDERS[self.backwards]
        return write_cursor(SnapshotsCursor(place_of(version), self.start, self.end, order))


def place_of(version: Version) -> Place:
    """Return where a version stands in every list of them, whatever else is in it."""
    return rank_of(version.id, version.document)


def _order(place: Place) -> tuple[str, datetime, datetime, str]:
    return stamp_of(place[2]), *place


def read_listing(question: Question) -> Listing:
    """Read `from`, `to`, `limit`, `order` and `cursor`; raises Refusal (400).

    A cursor brings the other three with it: they may be left out, but not be changed.
    """
    limit = question.whole("limit", default=100, least=1, most=1000)
    start, end = _second(question.moment("from")), _second(question.moment("to"))
    order = question.choice("order", _ORDERS)
    text = question.text("cursor")
    if text is None:
        if start and end and end < start:
            raise bad_parameter("to", "to lies before from.", "Exchange them.")
        return Listing(start, end, order == _ORDERS[1], limit)
    cursor = read_cursor(text, SnapshotsCursor)
    for name, sent, kept in (
        ("from", start, cursor.start),
        ("to", end, cursor.end),
        ("order", order, cursor.order),
    ):
        if question.text(name) is not None and sent != kept:
            raise bad_parameter(name, f"{name} is another than the cursor's.", "Leave it out.")
    return Listing(cursor.start, cursor.end, cursor.order == _ORDERS[1], limit, cursor.place)


def _second(moment: datetime | None) -> datetime | None:
    """Return the first whole second that is not before a moment; version times compare with it alike."""
    if moment is None or not moment.microsecond:
        return moment
    try:
        return moment.replace(microsecond=0) + _SECOND
    except OverflowError:
        return datetime.max.replace(microsecond=0, tzinfo=UTC)
