"""The file of figures: what happened is counted, how things stand is told, what is unknown is left out."""

from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_fd_to_metric_families

from services.scraper.capturing.captures import Captures
from services.scraper.judging.outcome import Outcome
from services.scraper.outgoing.outbox import REPORTS, Outbox
from services.scraper.outgoing.sending import LastAnswer, Sending
from services.scraper.recorder import Recorder
from services.scraper.status import Board
from shared.clock import SystemClock
from shared.schemas.usage import Reading, Snapshot

READ_AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.fixture
def recorder(tmp_path):
    clock = SystemClock()
    return Recorder(
        tmp_path,
        Outbox(tmp_path, 2, clock),
        Outbox(tmp_path, 10, clock, folder=REPORTS),
        Captures(tmp_path, 0),
        Board(tmp_path, "desk", clock),
        clock,
        metrics_file=tmp_path / "scraper.prom",
    )


@pytest.fixture
def figures(tmp_path):
    """Read the file as Prometheus would: name and labels -> value."""

    def read():
        with (tmp_path / "scraper.prom").open() as file:
            return {
                (sample.name.removeprefix("marigraph_scraper_"), *sample.labels.values()): sample.value
                for family in text_fd_to_metric_families(file)
                for sample in family.samples
            }

    return read


def good(minute: int = 0) -> Outcome:
    snapshot = Snapshot(
        last_updated=READ_AT.replace(minute=minute), current_session=Reading(percentage_used=47)
    )
    return Outcome(state="ok", snapshot=snapshot, seconds=1.5)


def test_a_scrape_is_counted_by_its_outcome_and_time(recorder, figures):
    recorder.record(good())
    recorder.record(Outcome(state="network", seconds=30))
    told = figures()
    assert (told["scrapes_total", "ok"], told["scrapes_total", "network"]) == (1, 1)
    assert told["scrapes_total", "challenge"] == 0
    assert (told["scrape_duration_seconds_count",], told["scrape_duration_seconds_sum",]) == (2, 31.5)


def test_the_last_reading_stays_through_failures(recorder, figures):
    recorder.record(good())
    recorder.record(Outcome(state="login_required"))
    assert figures()["last_reading_timestamp_seconds",] == READ_AT.timestamp()


def test_what_is_not_known_is_missing_rather_than_zero(recorder, figures):
    recorder.record(Outcome(state="network"))
    told = figures()
    for name in (
        "last_reading_timestamp_seconds",
        "login_ends_timestamp_seconds",
        "login_valid",
        "last_answer_timestamp_seconds",
        "outbox_oldest_timestamp_seconds",
    ):
        assert (name,) not in told, name


def test_the_login_is_told_by_scrapes_that_can_tell(recorder, figures):
    recorder.record(good())
    told = figures()
    assert told["login_valid",] == 1
    assert told["login_ends_timestamp_seconds",] > datetime.now(UTC).timestamp()
    recorder.record(Outcome(state="login_required"))
    assert figures()["login_valid",] == 0


def test_what_waits_and_what_a_full_outbox_gave_up_is_told(recorder, figures):
    for minute in range(3):
        recorder.record(good(minute))
    recorder.record(Outcome(state="network"))
    told = figures()
    assert (told["outbox_items", "snapshot"], told["outbox_items", "report"]) == (2, 1)
    assert told["given_up_items_total", "dropped"] == 1
    assert told["outbox_bytes",] > 0


def test_how_sending_stands_is_told_when_it_changes(recorder, figures):
    recorder.sending(Sending(state="waiting", last_answer=LastAnswer(READ_AT, 503)))
    told = figures()
    assert (told["sending_state", "waiting"], told["sending_state", "idle"]) == (1, 0)
    assert told["last_answer_timestamp_seconds",] == READ_AT.timestamp()


def test_a_file_that_cannot_be_written_stops_nothing(tmp_path, recorder):
    (tmp_path / "scraper.prom").mkdir()
    assert recorder.record(good())
