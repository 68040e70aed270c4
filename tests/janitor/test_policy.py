"""What stays and what leaves, and why."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.janitor.policy import Rules, plan
from shared.store.keys import stamp, time_of

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
ORIGIN = Rules(newest=100, days=7)


def ids_at(ages: list[timedelta]) -> list[str]:
    return sorted({f"{stamp(NOW - age)}-{place:08x}" for place, age in enumerate(ages)})


def every(minutes: int, count: int) -> list[str]:
    return ids_at([timedelta(minutes=minutes * place) for place in range(count)])


def kept(ids: list[str], rules: Rules = ORIGIN) -> list[str]:
    return [decision.version for decision in plan(ids, rules, NOW) if decision.keep]


def test_of_a_busy_week_everything_stays() -> None:
    ids = every(5, 7 * 288 + 500)
    assert kept(ids) == ids[-7 * 288 - 1 :]


def test_of_a_sparse_year_the_newest_hundred_stay() -> None:
    ids = every(24 * 60, 365)
    assert kept(ids) == ids[-100:]


def test_few_versions_all_stay_however_old() -> None:
    ids = ids_at([timedelta(days=900 + place) for place in range(100)])
    assert kept(ids) == ids


def test_the_newest_stays_even_when_every_rule_would_remove_it() -> None:
    ids = ids_at([timedelta(days=900), timedelta(days=901)])
    assert kept(ids, Rules(newest=0, days=7)) == ids[-1:]


def test_a_version_from_the_future_stays() -> None:
    ids = ids_at([timedelta(days=-3), timedelta(days=30)])
    assert kept(ids, Rules(newest=1, days=7)) == ids[-1:]


def test_every_decision_says_why() -> None:
    ids = [*ids_at([timedelta(days=30)]), *every(60, 3)]
    reasons = [decision.reason for decision in plan(ids, Rules(newest=1, days=1), NOW)]
    assert reasons == [
        "not among the newest 1 and older than 1 day",
        "of the last 1 day",
        "of the last 1 day",
        "among the newest 1",
    ]


def test_of_older_times_the_last_of_each_period_stays() -> None:
    ids = every(10, 6 * 24 * 70)
    rules = Rules(newest=1, days=0, hourly=3, daily=2, weekly=2, monthly=3)
    stamps = [version_id[:16] for version_id in kept(ids, rules)]
    assert stamps == [
        "2026-09-30T23-50",
        "2026-10-31T23-50",
        "2026-11-15T23-50",
        "2026-11-21T23-50",
        "2026-11-22T10-50",
        "2026-11-22T11-50",
        "2026-11-22T12-00",
    ]


def test_periods_without_versions_do_not_count() -> None:
    ids = ids_at([timedelta(days=400), timedelta(days=200), timedelta(days=100), timedelta(days=1)])
    assert kept(ids, Rules(newest=0, days=0, daily=3)) == ids[-3:]


def test_more_rules_never_keep_less() -> None:
    ids = every(97, 900)
    assert set(kept(ids)) <= set(
        kept(ids, Rules(newest=100, days=7, hourly=30, daily=30, weekly=9, monthly=9))
    )


def test_nothing_is_planned_for_an_empty_history() -> None:
    assert plan([], ORIGIN, NOW) == []


def test_rules_that_keep_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="keeps nothing"):
        plan(every(1, 3), Rules(newest=0, days=0), NOW)


@given(
    st.lists(st.integers(min_value=-100_000, max_value=40_000_000), max_size=60),
    st.integers(min_value=0, max_value=50),
    st.integers(min_value=0, max_value=400),
)
def test_the_plan_equals_the_origins_rule_in_its_own_words(
    seconds: list[int], newest: int, days: int
) -> None:
    if newest == days == 0:
        return
    ids = ids_at([timedelta(seconds=second) for second in seconds])
    by_count = ids[max(0, len(ids) - newest) :] if newest else []
    by_days = [i for i in ids if days and time_of(i) >= NOW - timedelta(days=days)]
    whichever_is_more = max(by_count, by_days, key=len) or ids[-1:]
    assert kept(ids, Rules(newest=newest, days=days)) == whichever_is_more
