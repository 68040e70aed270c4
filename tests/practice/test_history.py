"""The made-up history: repeatable, believable, and with the flaws of a real one."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from services.practice.failures import failures
from services.practice.history import ACCOUNTS, Arrival, arrivals
from services.practice.model import Person, awake_at, figures_at
from shared.schemas.codec import decode_snapshot, digest, to_document

UNTIL = datetime(2026, 11, 18, 15, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def histories() -> dict[str, list[Arrival]]:
    return {one.account: list(arrivals(one, days=60, until=UNTIL)) for one in ACCOUNTS}


def test_it_covers_sixty_days_of_two_accounts(histories):
    assert set(histories) == {"default", "work"}
    for history in histories.values():
        times = [arrival.snapshot.last_updated for arrival in history]
        assert times == sorted(times)
        assert times[0] - (UNTIL - timedelta(days=60)) < timedelta(hours=12)
        assert times[-1] <= UNTIL
        assert len(set(times)) == len(times) > 12_000


def test_every_snapshot_fits_the_schema_as_it_travels(histories):
    for history in histories.values():
        for arrival in history[::97]:
            document = to_document(arrival.snapshot)
            assert to_document(decode_snapshot(document)) == document


def test_the_same_step_gives_the_same_snapshot_whatever_was_asked_for(histories):
    later = arrivals(ACCOUNTS[0], days=3, until=UNTIL + timedelta(days=1))
    ours = {digest(to_document(arrival.snapshot)) for arrival in histories["default"][-900:]}
    again = [digest(to_document(one.snapshot)) for one in later if one.snapshot.last_updated <= UNTIL]
    assert len(again) > 400
    assert set(again) <= ours


def test_it_tells_the_truth_about_the_model(histories):
    for arrival in histories["default"][::53]:
        reading = arrival.snapshot.current_session
        if reading is not None:
            figure = figures_at(Person(seed=1), arrival.snapshot.last_updated)["session"]
            assert (reading.percentage_used, reading.resets_at) == (figure.percentage, figure.resets_at)


def test_it_has_gaps_partial_readings_and_late_arrivals(histories):
    for history in histories.values():
        gaps = Counter(
            later.snapshot.last_updated - earlier.snapshot.last_updated > timedelta(minutes=20)
            for earlier, later in pairwise(history)
        )
        partial = [one.snapshot for one in history if one.snapshot.is_partial]
        late = [one for one in history if one.received_at - one.snapshot.last_updated > timedelta(minutes=10)]
        assert gaps[True] >= 10
        assert 0.005 < len(partial) / len(history) < 0.03
        sections = Counter(section for snapshot in partial for section in snapshot.extraction_errors or {})
        assert sections.total() == len(partial)
        assert {"currentSession", "weeklyLimits.allModels"} < sections.keys()
        assert all(
            ("currentSession" in (snapshot.extraction_errors or {})) == (snapshot.current_session is None)
            for snapshot in partial
        )
        assert 20 < len(late) < 0.1 * len(history)
        assert all(
            one.snapshot.last_updated <= one.received_at <= UNTIL + timedelta(seconds=1) for one in history
        )


def test_words_are_those_of_the_page(histories):
    words = [
        one.snapshot.current_session.resets_in for one in histories["default"] if one.snapshot.current_session
    ]
    assert any(text.endswith(" min") and " hr " in text for text in words)
    weekly = {
        one.snapshot.weekly_limits.all_models.resets_in
        for one in histories["work"]
        if one.snapshot.weekly_limits and one.snapshot.weekly_limits.all_models
    }
    assert len(weekly) == 1
    assert next(iter(weekly)).split()[0] in {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}


def test_the_account_that_goes_on_ends_where_the_console_begins_to_differ():
    night = datetime(2026, 11, 18, 3, 30, tzinfo=UTC)
    default = ACCOUNTS[0]
    in_the_console = awake_at(default.person, night)
    assert figures_at(in_the_console, night) != figures_at(default.person, night)
    history = list(arrivals(default, days=1, until=night))
    assert night - history[-1].snapshot.last_updated < timedelta(hours=4)
    for arrival in history:
        moment = arrival.snapshot.last_updated
        assert figures_at(in_the_console, moment) == figures_at(default.person, moment)


def test_what_was_reported_explains_gaps_and_is_the_same_whatever_was_asked_for(histories):
    for recorded in ACCOUNTS:
        reports = list(failures(recorded, days=60, until=UNTIL))
        assert len({report.state for report in reports}) >= 2
        read = [arrival.snapshot.last_updated for arrival in histories[recorded.account]]
        for report in reports:
            later = next((moment for moment in read if moment > report.at), UNTIL)
            before = max((moment for moment in read if moment < report.at), default=report.at)
            assert later - before > timedelta(minutes=15)
        fewer = list(failures(recorded, days=10, until=UNTIL))
        assert reports[-len(fewer) :] == fewer


def test_another_collector_reads_in_the_evening(histories):
    evenings = {
        one.snapshot.collector for one in histories["default"] if one.snapshot.last_updated.hour >= 19
    }
    days = {one.snapshot.collector for one in histories["default"] if one.snapshot.last_updated.hour < 18}
    assert (evenings, days) == ({"laptop"}, {"desk"})
