"""Bars and sparklines: gap, zero, unknown and full are four different things."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cli.commands.history import Bucket, LimitSeries, Series, by_day, step_for, view
from services.cli.commands.known import Known
from services.cli.shown.bars import Cell, bar, spark
from services.cli.shown.lines import written
from services.cli.shown.times import ago, between, length, lengths, moment
from tests.cli.viewing import BERLIN, NOW, kept, look


def test_gap_unread_zero_and_full_differ() -> None:
    assert spark([Cell(None), Cell(None, unread=True), Cell(0), Cell(50), Cell(99.9), Cell(100)]) == "·?▁▄▇█"


@given(st.floats(0, 100), st.integers(4, 60))
def test_a_bar_is_full_only_at_a_hundred_and_empty_only_at_zero(percentage: float, width: int) -> None:
    drawn = bar(percentage, width)
    assert len(drawn) == width
    assert (drawn == "█" * width) == (percentage == 100)
    assert (drawn == "░" * width) == (percentage == 0)


def test_an_unknown_bar_is_neither_full_nor_empty() -> None:
    assert not set(bar(None, 10)) & set("█░")
    assert len(bar(None, 10)) == 10


@given(st.integers(300, 60 * 86_400), st.integers(60, 200))
def test_a_range_fits_into_a_line(seconds: int, width: int) -> None:
    step = step_for(seconds, width)
    assert seconds / step + 1 <= max(10, width - 40)


def test_days_are_those_of_the_zone() -> None:
    start = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
    buckets = [
        Bucket(start=start + timedelta(minutes=15 * n), max=n if n != 3 else None, last=None, count=1)
        for n in range(4)
    ]
    told = [(str(day), most, share) for day, most, share in by_day(buckets, look(80))]
    assert told == [("2026-11-20", 1, 1.0), ("2026-11-21", 2, 0.5)]


@pytest.mark.parametrize(
    ("minutes", "down", "up"),
    [
        (0.5, "< 1 min", "1 min"),
        (59, "59 min", "59 min"),
        (61.2, "1 h 1 min", "1 h 2 min"),
        (1501, "1 d 1 h", "1 d 2 h"),
    ],
)
def test_what_is_cut_off_makes_at_least_less_and_at_most_more(minutes: float, down: str, up: str) -> None:
    time = timedelta(minutes=minutes)
    assert (length(time), length(time, up=True)) == (down, up)


def test_lengths_and_times_that_nothing_bounds_say_so() -> None:
    assert lengths(None, None) == "unknown how long"
    assert lengths(5, None) == "at least 5 min"
    zone = BERLIN.info
    assert between(None, None, zone, NOW) == "unknown when"
    assert between(None, NOW, zone, NOW) == "by 12:30"
    assert between(NOW, None, zone, NOW) == "after 12:30"
    assert moment(NOW - timedelta(hours=13), zone, NOW) == "Sat 11-21 23:30"
    assert moment(NOW - timedelta(days=400), zone, NOW) == "Sat 2025-10-18 13:30"
    assert ago(NOW + timedelta(minutes=3), NOW) == "just now"


def test_the_last_figure_of_a_limit_that_the_newest_reading_lacked_says_so() -> None:
    def buckets(*last: float | None) -> list[Bucket]:
        start = NOW - timedelta(hours=2)
        return [
            Bucket(start=start + timedelta(hours=n), max=one, last=one, count=1) for n, one in enumerate(last)
        ]

    told = Series(
        "default",
        NOW,
        NOW,
        3600,
        [LimitSeries("session", buckets(1, 2)), LimitSeries("weekly", buckets(7, None))],
    )
    lines = written(view(told, kept("status", Known), look(100), bars=False), colour=False).splitlines()
    assert lines[3].endswith("last 2 %")
    assert lines[4].endswith("last 7 % (before 11:30)")
