"""Several processes write one status file: each what it knows."""

from datetime import UTC, datetime, timedelta

import pytest

from services.scraper.capturing.captures import Captures
from services.scraper.judging.outcome import Outcome
from services.scraper.outgoing.outbox import REPORTS, Outbox, take_stock
from services.scraper.outgoing.sending import LastAnswer, Sending, sent_words
from services.scraper.recorder import Recorder
from services.scraper.status import Board, read_status
from shared.clock import SystemClock
from shared.schemas.codec import decode_document, decode_report

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
REFUSED = Sending(state="refused", detail="the receiver refuses the key (HTTP 401)")


@pytest.fixture
def boards(tmp_path):
    return Board(tmp_path, "desk", SystemClock()), Board(tmp_path, "desk", SystemClock())


def test_what_one_process_writes_the_other_keeps(boards, tmp_path):
    run, once = boards
    later = SystemClock().now() + timedelta(minutes=5)
    run.next_at(later)
    once.scraped(Outcome(state="network"))
    run.sending(Sending(state="waiting", detail="HTTP 503", last_answer=LastAnswer(NOW, 503)))
    status = read_status(tmp_path)
    assert (status.state, status.next_scrape_at) == ("network", later)
    assert (status.sending.state, status.sending.last_answer.status) == ("waiting", 503)


def test_after_a_send_by_hand_the_next_try_is_again_that_of_run(tmp_path):
    clock = SystemClock()
    of_run = clock.now().replace(microsecond=0) + timedelta(minutes=4)
    Board(tmp_path, "desk", clock).sending(Sending(state="waiting", next_try_at=of_run))
    by_hand = Board(tmp_path, "desk", clock)
    by_hand.sending(Sending(state="waiting", detail="later", next_try_at=clock.now()))
    by_hand.ends_sending()
    assert read_status(tmp_path).sending == Sending(state="waiting", detail="later", next_try_at=of_run)
    by_hand.sending(Sending(state="idle"))
    by_hand.ends_sending()
    assert read_status(tmp_path).sending == Sending(state="idle")


def test_a_state_that_another_process_saw_is_no_news_of_its_own_time(boards, tmp_path):
    run, once = boards
    once.scraped(Outcome(state="login_required"))
    since = read_status(tmp_path).since
    run.scraped(Outcome(state="login_required"))
    assert read_status(tmp_path).since == since


def test_a_next_scrape_that_is_past_is_not_planned_any_longer(boards, tmp_path):
    run, once = boards
    run.next_at(NOW - timedelta(days=400))
    once.scraped(Outcome(state="challenge"))
    assert read_status(tmp_path).next_scrape_at is None


def test_a_refused_key_is_reported_once_however_many_processes_see_it(tmp_path):
    for _ in range(3):
        recorder(tmp_path).sending(REFUSED)
    (path,) = (tmp_path / "reports").iterdir()
    report = decode_report(decode_document(path.read_bytes()))
    assert (report.state, report.account, report.collector) == ("sending_refused", "work", "desk")
    assert "HTTP 401" in report.reason
    recorder(tmp_path).sending(Sending(state="idle"))
    recorder(tmp_path).sending(REFUSED)
    assert take_stock(tmp_path).reports == 2


def recorder(folder):
    clock = SystemClock()
    board = Board(folder, "desk", clock)
    outbox, reports = Outbox(folder, 9, clock), Outbox(folder, 9, clock, folder=REPORTS)
    return Recorder(folder, outbox, reports, Captures(folder, 9), board, clock, account="work")


def test_what_was_sent_is_said_in_one_line_with_the_reason_why_something_waits():
    assert sent_words(0, 0, Sending()) == ""
    assert sent_words(2, 0, Sending()) == "sent: 2, waiting in the outbox: 0"
    assert sent_words(0, 1, REFUSED) == f"sent: 0, waiting in the outbox: 1: {REFUSED.detail}"
