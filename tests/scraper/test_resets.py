"""Reset phrases become the moments they mean, or nothing."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from spellings import SPELLINGS

from services.scraper.extract.resets import contradicts, parse_reset, understood

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
SATURDAY = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)  # 14:00 in New York
ZONES = [
    "America/New_York",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "UTC",
]
DAYS_OF_CHANGE = [
    (2026, 3, 8),
    (2026, 3, 29),
    (2026, 4, 4),
    (2026, 9, 27),
    (2026, 10, 4),
    (2026, 10, 25),
    (2026, 11, 1),
]
BASES = st.one_of(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),
    st.sampled_from(DAYS_OF_CHANGE).flatmap(
        lambda day: st.datetimes(datetime(*day) - timedelta(days=7), datetime(*day) + timedelta(days=1))
    ),
).map(lambda one: one.replace(tzinfo=UTC, microsecond=0))
"""Moments of two years, every other one in the week before a clock is changed in one of the zones."""


@pytest.mark.parametrize(
    ("words", "horizon", "expected"),
    [
        ("2 hr 7 min", "session", "2026-11-21T21:07"),
        ("45 min", "session", "2026-11-21T19:45"),
        ("15 hr 38 min", "weekly", "2026-11-22T10:38"),
        ("3 d 2 h 5 min", "weekly", "2026-11-24T21:05"),
        ("in 3 hours", "session", "2026-11-21T22:00"),
        ("Sun 3:00 PM", "weekly", "2026-11-22T20:00"),
        ("Sat 3:00 PM", "weekly", "2026-11-21T20:00"),
        ("Sat 1:00 PM", "weekly", "2026-11-28T18:00"),
        ("Thu, 3:50 PM", "weekly", "2026-11-26T20:50"),
        ("Thu 15:50", "weekly", "2026-11-26T20:50"),
        ("Wednesday 9:00 AM", "weekly", "2026-11-25T14:00"),
        ("Wednesday, November 25 at 9:00 AM", "weekly", "2026-11-25T14:00"),
        ("tomorrow at 5am", "weekly", "2026-11-22T10:00"),
        ("3:50 p.m.", "session", "2026-11-21T20:50"),
        ("at 2:05 PM", "session", "2026-11-21T19:05"),
        ("at 1:55 PM", "session", "2026-11-21T18:55"),
        ("Sat 12:00 PM", "weekly", "2026-11-28T17:00"),
        ("12:10 AM", "weekly", "2026-11-22T05:10"),
        ("Dec 1", "monthly", "2026-12-01T05:00"),
        ("December 1st", "monthly", "2026-12-01T05:00"),
    ],
)
def test_a_phrase_the_page_uses_is_read(words, horizon, expected):
    assert parse_reset(words, SATURDAY, NEW_YORK, horizon) == datetime.fromisoformat(expected).replace(
        tzinfo=UTC
    )


@pytest.mark.parametrize(
    "words",
    [
        "",
        "soon",
        "25:00",
        "13:00 PM",
        "0:30 PM",
        "Thu",
        "3 hr 12 Marches",
        "Thu 7:00 AM or later",
        "PM",
        "Feb 30",
    ],
)
def test_a_phrase_that_is_not_known_as_a_whole_is_nothing(words):
    assert parse_reset(words, SATURDAY, NEW_YORK, "weekly") is None


@pytest.mark.parametrize("words", ["6 hr", "Sun 3:00 PM", "at 1:00 PM", "at 9:00 PM"])
def test_a_session_cannot_reset_so_far_away(words):
    assert understood(words)
    assert parse_reset(words, SATURDAY, NEW_YORK, "session") is None
    assert contradicts(words, SATURDAY, NEW_YORK, "session")


def test_a_day_without_a_time_is_a_moment_for_credits_only():
    assert parse_reset("Nov 25", SATURDAY, NEW_YORK, "weekly") is None


def test_a_weekday_that_does_not_fit_its_date_is_nothing():
    assert parse_reset("Monday, November 25 at 9:00 AM", SATURDAY, NEW_YORK, "weekly") is None


def test_a_time_the_clock_skips_is_nothing():
    before = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 01:30 in Berlin; at 02:00 it becomes 03:00
    assert parse_reset("at 2:30 AM", before, BERLIN, "session") is None


def test_a_time_the_clock_shows_twice_is_nothing():
    before = datetime(2026, 10, 24, 23, 0, tzinfo=UTC)  # 01:00 in Berlin; at 03:00 it becomes 02:00
    assert parse_reset("at 2:30 AM", before, BERLIN, "session") is None
    assert parse_reset("Sun 2:30 AM", before, BERLIN, "weekly") is None


def test_a_moment_that_has_just_passed_may_be_the_next_too_and_is_nothing():
    base = datetime(2026, 11, 21, 19, 0, 30, tzinfo=UTC)
    assert parse_reset("Sat 2:00 PM", base, NEW_YORK, "weekly") is None


@given(
    hours=st.integers(0, 4),
    minutes=st.integers(0, 59),
    spelling=st.sampled_from(
        [
            "{} hr {} min",
            "{}h {}m",
            "{} hours {} minutes",
            "in {} hrs, {} mins",
            "{} Std. {} Min.",
            "in {} Stunden und {} Minuten",
            "dans {} h {} min",
            "{} heures et {} minutes",
            "dans {} h {:02}",
            "{}\u202fh\u00a0{}\u202fmin",
        ]
    ),
)
@settings(max_examples=500)
def test_any_span_counts_from_the_moment_of_the_reading(hours, minutes, spelling):
    words = spelling.format(hours, minutes)
    assert parse_reset(words, SATURDAY, NEW_YORK, "session") == SATURDAY + timedelta(
        hours=hours, minutes=minutes
    )


@given(
    base=BASES,
    ahead=st.integers(2, 7 * 24 * 60 - 1),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    spelling=st.sampled_from(SPELLINGS),
)
@settings(max_examples=3000)
def test_any_moment_of_the_week_is_found_again_from_its_words(base, ahead, zone, spelling):
    true = (base + timedelta(minutes=ahead)).replace(second=0)
    assume(true > base)
    words = spelling.write(true.astimezone(zone))
    found = parse_reset(words, base, zone, "weekly", spelling.language)
    shifts = [
        timedelta(days=days, minutes=minutes) for days in (-7, 0, 7) for minutes in (-60, -30, 0, 30, 60)
    ]
    others = [
        true + shift for shift in shifts if shift and spelling.write((true + shift).astimezone(zone)) == words
    ]
    may_be_meant = [other for other in others if timedelta(minutes=-1) <= other - base <= timedelta(days=7)]
    assert found == (None if may_be_meant else true)


@given(
    base=BASES,
    ahead=st.integers(-9, 299),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    spelling=st.sampled_from([one for one in SPELLINGS if not one.dated]),
    with_day=st.booleans(),
)
@settings(max_examples=3000)
def test_a_session_s_time_is_its_nearest_occurrence(base, ahead, zone, spelling, with_day):
    true = (base + timedelta(minutes=ahead)).replace(second=0)
    local = true.astimezone(zone)
    words = spelling.write(local) if with_day else spelling.write_time(local)
    found = parse_reset(words, base, zone, "session", spelling.language)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    assert found == true or (found is None and twice)


@given(words=st.text(alphabet="0123456789:., hrHSMinUdejàma/PAM", max_size=14), base=BASES)
@settings(max_examples=2000)
def test_no_words_raise_anything_or_give_a_moment_that_the_limit_cannot_have(words, base):
    for language in ("en", "de", "fr"):
        found = parse_reset(words, base, BERLIN, "weekly", language)
        assert found is None or timedelta(minutes=-10) <= found - base <= timedelta(days=7, minutes=10)


@pytest.mark.parametrize(
    ("words", "language", "expected"),
    [
        ("mar. 24, 09:00", "fr", "2026-11-24T14:00"),  # a Tuesday
        ("Mar 24, 09:00", "en", None),  # in March
        ("dans 2 h 30", "fr", "2026-11-21T21:30"),
        ("à 15 h 30", "fr", "2026-11-21T20:30"),
        ("15 h 30", "fr", None),  # a time of day, or a span
        ("24/11 à 09:00", "fr", "2026-11-24T14:00"),
        ("11/24 9:00 AM", "en", None),
        ("24.11. um 09:00 Uhr", "de", "2026-11-24T14:00"),
        ("übermorgen um 9 Uhr", "de", "2026-11-23T14:00"),
        ("in 2:07", "en", None),  # a span, or a slip
    ],
)
def test_what_words_mean_depends_on_the_language_they_stand_in(words, language, expected):
    found = parse_reset(words, SATURDAY, NEW_YORK, "weekly", language)
    assert found == (expected and datetime.fromisoformat(expected).replace(tzinfo=UTC))


def test_a_weekday_that_comes_twice_within_seven_days_is_nothing():
    base = datetime(
        2026, 9, 27, 0, 0, tzinfo=UTC
    )  # on Lord Howe the clock is put forward half an hour in that week
    assert parse_reset("Sun 10:31 AM", base, ZoneInfo("Australia/Lord_Howe"), "weekly") is None
