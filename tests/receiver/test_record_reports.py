"""Since when reports of failed scrapes are all there: they get too old, and make room for newer ones."""

from datetime import timedelta

from services.receiver.record.record_reports import complete_since
from shared.store.keys import stamp
from shared.store.reports import StoredReport
from tests.store.samples import NOON, minutes


def reports(count: int, reason: str = "no route") -> list[StoredReport]:
    return [
        StoredReport("default", f"{stamp(NOON - minutes(place))}-{place:08x}", {"reason": reason})
        for place in range(count)
    ]


def test_a_few_reports_are_all_there_were_in_ninety_days() -> None:
    for count in (0, 1, 999):
        assert complete_since(reports(count), NOON) == NOON - timedelta(days=90)


def test_as_many_as_are_kept_tell_nothing_of_the_time_before_the_oldest() -> None:
    assert complete_since(reports(1000), NOON) == NOON - minutes(999)


def test_long_reports_make_room_before_there_are_as_many() -> None:
    assert complete_since(reports(100, "x" * 50_000), NOON) == NOON - minutes(99)
