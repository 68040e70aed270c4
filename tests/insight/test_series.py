"""Folding days into steps, against the plainest way to do it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.insight.days import Day, day_of, extended
from shared.insight.series import (
    Bucket,
    Span,
    buckets,
    count_of_buckets,
    edge_before,
    limits_in,
    parts_of,
    points,
)
from shared.store.keys import stamp

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MONDAY = datetime(1970, 1, 5, tzinfo=UTC)


def second(moment: datetime) -> int:
    return int((moment - EPOCH).total_seconds())


def version(moment: datetime, percentage: float | None, number: int = 0, **more: Any) -> tuple[str, dict]:
    text = moment.isoformat().replace("+00:00", "Z")
    document: dict[str, Any] = {"lastUpdated": text, "receivedAt": text, **more}
    if percentage is None:
        document |= {"isPartial": True, "extractionErrors": {"currentSession": f"reason {number}"}}
        document["credits"] = {"used": 1, "currency": "EUR"}
    else:
        document["currentSession"] = {"percentageUsed": percentage, "resetsIn": "1 hr", "state": "open"}
    return f"{stamp(moment)}-{number:08x}", document


def days_of(versions: list[tuple[str, dict]]) -> list[Day]:
    dates = sorted({version_id[:10] for version_id, _ in versions})
    return [day_of(date, [one for one in versions if one[0].startswith(date)]) for date in dates]


def fold(versions: list[tuple[str, dict]], start: datetime, end: datetime, step: int) -> list[Bucket]:
    """The same, by looking at every version for every step."""
    made = []
    edge = MONDAY + (start - MONDAY) // timedelta(seconds=step) * timedelta(seconds=step)
    while edge < end:
        read, reasons = [], []
        for _, document in versions:
            at = datetime.fromisoformat(document["lastUpdated"])
            if max(edge, start) <= at < min(edge + timedelta(seconds=step), end):
                if "currentSession" in document:
                    read.append(document["currentSession"]["percentageUsed"])
                else:
                    reasons.append(document["extractionErrors"]["currentSession"])
        four = (read[0], min(read), max(read), read[-1]) if read else (None,) * 4
        written = edge.isoformat().replace("+00:00", "Z")
        made.append(Bucket(written, *four, len(read), len(reasons), reasons[-1] if reasons else None))
        edge += timedelta(seconds=step)
    return made


records = st.lists(
    st.tuples(
        st.integers(-4 * 86400, 4 * 86400).map(lambda away: NOON + timedelta(seconds=away)),
        st.none() | st.integers(0, 100) | st.integers(0, 1000).map(lambda tenths: tenths / 10),
    ),
    max_size=40,
    unique_by=lambda one: one[0],
).map(
    lambda found: [
        version(at, percentage, n) for n, (at, percentage) in enumerate(sorted(found, key=lambda f: f[0]))
    ]
)
steps = st.sampled_from([1800, 3600, 86400, 2 * 86400, 7 * 86400]) | st.integers(600, 5 * 86400)
ranges = st.tuples(st.integers(-5 * 86400, 5 * 86400), st.integers(1, 6 * 86400)).map(
    lambda both: (NOON + timedelta(seconds=both[0]), NOON + timedelta(seconds=sum(both)))
)


@given(records, ranges, steps)
def test_steps_say_what_a_look_at_every_version_says(
    versions: list[tuple[str, dict]], span: tuple[datetime, datetime], step: int
) -> None:
    start, end = span
    days, asked = days_of(versions), Span(second(start), second(end))
    expected = fold(versions, start, end, step)
    assert buckets(days, "session", asked, step) == expected
    assert count_of_buckets(asked, step) == len(expected)
    piecewise = [bucket for part in parts_of(asked, step) for bucket in buckets(days, "session", part, step)]
    assert piecewise == expected


@given(records, ranges)
def test_points_are_the_readings_of_the_range(
    versions: list[tuple[str, dict]], span: tuple[datetime, datetime]
) -> None:
    start, end = span
    asked = Span(second(start), second(end))
    found = [point for day in days_of(versions) for point in points(day, "session", asked)]
    inside = [
        (version_id, document)
        for version_id, document in versions
        if start <= datetime.fromisoformat(document["lastUpdated"]) < end
    ]
    assert [(point.version, point.time) for point in found] == [
        (version_id, document["lastUpdated"]) for version_id, document in inside
    ]
    assert [point.percentage for point in found] == [
        document.get("currentSession", {}).get("percentageUsed") for _, document in inside
    ]


@given(records, st.integers(0, 40))
def test_a_day_that_grows_is_the_day_made_of_all(versions: list[tuple[str, dict]], cut: int) -> None:
    for day in days_of(versions):
        own = [one for one in versions if one[0].startswith(day.date)]
        assert extended(day_of(day.date, own[:cut]), own[cut:]) == day


def test_whole_percentages_stay_whole() -> None:
    days = days_of([version(NOON, 47.0), version(NOON + timedelta(hours=1), 48, 1)])
    found = buckets(days, "session", Span(second(NOON), second(NOON) + 7200), 7200)
    assert repr(found[0].last) == "48"


def test_hours_days_and_weeks_begin_as_on_a_utc_calendar() -> None:
    sunday = second(NOON) + 12345
    for step, begins in ((3600, "2026-11-22T15"), (86400, "2026-11-22T00"), (7 * 86400, "2026-11-16T00")):
        edge = EPOCH + timedelta(seconds=edge_before(sunday, step))
        assert edge.isoformat().startswith(begins)


def test_of_one_moment_only_the_last_correction_counts() -> None:
    first = version(NOON, 10, 1)
    middle = version(NOON, 20, 2, reparsedFrom="2026.1")
    middle[1]["receivedAt"] = "2026-11-23T00:00:00.000Z"
    last = version(NOON, 30, 3, reparsedFrom="2026.2")
    last[1]["receivedAt"] = "2026-11-24T00:00:00.000Z"
    other = version(NOON + timedelta(minutes=5), 40, 4)
    [day] = days_of([first, last, middle, other])
    assert list(day.ids) == [last[0], other[0]]
    assert [point.percentage for point in points(day, "session", Span(0, 2**40))] == [30, 40]


def test_a_correction_that_arrives_is_not_put_beside_what_it_corrects() -> None:
    day = day_of("2026-11-22", [version(NOON, 10, 1)])
    correction = version(NOON, 30, 3, reparsedFrom="2026.2")
    assert extended(day, [correction]) is None
    corrected = day_of("2026-11-22", [version(NOON, 10, 1), correction])
    assert extended(corrected, [version(NOON + timedelta(minutes=5), 40, 4)]) is None


def test_only_limits_with_a_reading_are_there() -> None:
    assert limits_in(days_of([version(NOON, None)])) == set()
    assert limits_in(days_of([version(NOON, 0)])) == {"session"}


def test_resets_are_told_to_the_millisecond_where_they_have_one() -> None:
    _, document = one = version(NOON, 10)
    document["currentSession"]["resetsAt"] = "2026-11-22T15:59:59.943+01:00"
    [point] = points(day_of("2026-11-22", [one]), "session", Span(0, 2**40))
    assert (point.resets_at, point.state) == ("2026-11-22T14:59:59.943Z", "open")


def test_how_a_number_is_written_does_not_depend_on_what_else_the_day_holds() -> None:
    whole = [version(NOON, 1), version(NOON + timedelta(minutes=5), 100.0)]
    day, other = days_of(whole)[0], days_of([*whole, version(NOON + timedelta(hours=2), 2.5)])[0]
    span = Span(second(NOON), second(NOON) + 3600)
    assert repr(points(other, "session", span)) == repr(points(day, "session", span))
    assert [point.percentage for point in points(other, "session", span)] == [1, 100]
    folded = [buckets([one], "session", span, 3600) for one in (day, other)]
    assert repr(folded[0]) == repr(folded[1])
