"""Keeps what a scrape brought: outbox first, then last reading, status, capture and report."""

import contextlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import msgspec
import structlog

from services.scraper.capturing.captures import Captures
from services.scraper.judging.outcome import GOOD, Outcome
from services.scraper.logins.login_age import ends_soon, login_words, seen
from services.scraper.metrics import ScraperMetrics
from services.scraper.outgoing.outbox import Outbox, take_stock
from services.scraper.outgoing.sending import Sending
from services.scraper.report import refused_report, report_of
from services.scraper.status import Board
from shared.clock import Clock
from shared.files import replace
from shared.schemas.codec import Document, decode_document, decode_snapshot, encode_pretty, to_document
from shared.schemas.reports import Report
from shared.schemas.usage import DEFAULT_ACCOUNT, Snapshot

__all__ = ["LAST_READING", "Recorder", "read_last"]

LAST_READING = "usage-data.json"

log = structlog.get_logger()


class Recorder:
    """Writes the outcome of scrapes into one state folder."""

    def __init__(
        self,
        state_dir: Path,
        outbox: Outbox,
        reports: Outbox,
        captures: Captures,
        board: Board,
        clock: Clock,
        *,
        account: str = DEFAULT_ACCOUNT,
        metrics_file: Path | None = None,
    ) -> None:
        """Take the places that the parts of an outcome go to, and whose account it is."""
        self._state_dir = state_dir
        self._outbox = outbox
        self._reports = reports
        self._captures = captures
        self._board = board
        self._clock = clock
        self._account = account
        self._metrics = ScraperMetrics()
        self._metrics_file = metrics_file
        self._warned: date | None = None

    def record(self, outcome: Outcome, next_try_at: datetime | None = None) -> bool:
        """Keep an outcome, on the disk when this returns; True if its state is news.

        Raises OSError when a reading cannot be kept. What a failed scrape leaves, and the captured page, are
        worth less than going on: what the disk refuses of them is told and given up.
        """
        if outcome.snapshot:
            self._keep_reading(self._with_login(outcome.snapshot, outcome))
        news = self._board.scraped(outcome)
        self._warn_of_login()
        with _told("the captured page could not be kept"):
            if outcome.page:
                recorded = to_document(outcome.snapshot) if outcome.snapshot else None
                self._captures.keep(outcome.page, outcome.state, recorded)
        with _told("the report of a failed scrape could not be kept"):
            if outcome.state not in GOOD:
                self._reports.add(to_document(self._report(outcome, next_try_at)))
        self._metrics.scraped(outcome)
        self._write_metrics()
        return news

    def give_up(self, outcome: Outcome) -> None:
        """Count a reading that no disk took for so long that it is forgotten."""
        if outcome.snapshot:
            self._outbox.count_unkept()
            log.error("a reading is lost: the disk takes none", read_at=outcome.snapshot.last_updated)

    def sending(self, sending: Sending) -> None:
        """Note how sending stands; a refused key is reported once."""
        news = self._board.sending(sending)
        if news and sending.state == "refused":
            at = self._clock.now().replace(microsecond=0)
            report = refused_report(
                sending.detail, at=at, account=self._account, collector=self._board.status.collector
            )
            with _told("the report of a refused key could not be kept"):
                self._reports.add(to_document(report))
        self._write_metrics()

    def _write_metrics(self) -> None:
        if self._metrics_file:
            with _told("the metrics could not be written"):
                self._metrics.write(self._metrics_file, self._board.status, take_stock(self._state_dir))

    def _with_login(self, snapshot: Snapshot, outcome: Outcome) -> Snapshot:
        """Tell when the login ends, so that the server can tell its user ahead, wherever the scraper runs."""
        login = seen(self._board.status.login, self._clock.now().replace(microsecond=0), outcome.login_ends)
        return msgspec.structs.replace(snapshot, login_ends_at=login.ends_at)

    def _keep_reading(self, snapshot: Snapshot) -> None:
        document = to_document(snapshot)
        if dropped := self._outbox.add(document):
            log.warning("the outbox is full, the oldest snapshots were dropped", dropped=dropped)
        replace(self._state_dir / LAST_READING, encode_pretty(document))

    def _report(self, outcome: Outcome, next_try_at: datetime | None) -> Report:
        status = self._board.status
        return report_of(
            outcome,
            at=self._clock.now().replace(microsecond=0),
            account=self._account,
            collector=status.collector,
            login=status.login,
            next_try_at=next_try_at.replace(microsecond=0) if next_try_at else None,
        )

    def _warn_of_login(self) -> None:
        """Tell of a login that ends within days, once for each end."""
        login, now = self._board.status.login, self._clock.now()
        if login and ends_soon(login, now) and login.ends_at.date() != self._warned:
            self._warned = login.ends_at.date()
            log.warning("the login ends soon", login=login_words(login, now))


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        log.warning(what, reason=str(error))


def read_last(state_dir: Path) -> Document | None:
    """Return the last good reading as it was written, None when there is none or its file is damaged."""
    try:
        document = decode_document((state_dir / LAST_READING).read_bytes())
        decode_snapshot(document)
    except (OSError, msgspec.DecodeError):
        return None
    return document
