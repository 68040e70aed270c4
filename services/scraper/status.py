"""How the scraper stands, kept in a file that the `status` command and other programs read."""

from datetime import datetime
from pathlib import Path

import msgspec
import structlog

from services.scraper.login_age import LoginAge, seen
from services.scraper.outcome import GOOD, Outcome, State, sentence
from services.scraper.sender import Sending
from shared.clock import Clock
from shared.files import replace

__all__ = ["Board", "Status", "read_status"]

FILE = "status.json"


class Status(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is known of the last scrape and the next; moments are UTC, None where nothing happened yet.

    `message` says in words what happened and what to do. `dropped` counts snapshots a full outbox gave up.
    `login` is what is known of the login, None when nobody is logged in or nothing was read yet.
    """

    collector: str = ""
    state: State | None = None
    since: datetime | None = None
    message: str = ""
    last_attempt_at: datetime | None = None
    last_good_at: datetime | None = None
    next_scrape_at: datetime | None = None
    sending: Sending = Sending()
    dropped: int = 0
    login: LoginAge | None = None


log = structlog.get_logger()

_decoder = msgspec.json.Decoder(Status)


def read_status(state_dir: Path) -> Status:
    """Read the status file; an empty status when there is none or it is damaged."""
    try:
        return _decoder.decode((state_dir / FILE).read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Status()


class Board:
    """The status of this process, written to the file whenever it changes."""

    def __init__(self, state_dir: Path, collector: str, clock: Clock) -> None:
        """Go on from what an earlier process wrote."""
        self._path = state_dir / FILE
        self._clock = clock
        self._first = True
        self.status = msgspec.structs.replace(read_status(state_dir), collector=collector, sending=Sending())

    def scraped(self, outcome: Outcome, *, dropped: int = 0) -> bool:
        """Note a scrape's end; returns whether the state changed, or is the first this process sees."""
        now, before = self._clock.now(), self.status
        changed, news = before.state != outcome.state, self._first or before.state != outcome.state
        self._first = False
        self._write(
            state=outcome.state,
            since=now if changed else before.since,
            message=sentence(outcome),
            last_attempt_at=now,
            last_good_at=outcome.snapshot.last_updated if outcome.snapshot else before.last_good_at,
            next_scrape_at=None,
            dropped=before.dropped + dropped,
            login=self._login(outcome, now),
        )
        return news

    def _login(self, outcome: Outcome, now: datetime) -> LoginAge | None:
        """Say what this scrape tells of the login; most failures tell nothing."""
        if outcome.state == "login_required":
            return None
        if outcome.state in GOOD or outcome.state == "stale_page":
            return seen(self.status.login, now.replace(microsecond=0), outcome.login_ends)
        return self.status.login

    def next_at(self, moment: datetime) -> None:
        """Note when the next scrape is due."""
        self._write(next_scrape_at=moment)

    def sending(self, sending: Sending) -> None:
        """Note how sending stands."""
        self._write(sending=sending)

    def _write(self, **changes: object) -> None:
        self.status = msgspec.structs.replace(self.status, **changes)
        data = msgspec.json.format(msgspec.json.encode(self.status), indent=2)
        try:
            replace(self._path, data, durable=False)
        except OSError as error:  # telling how it goes must not stop it
            log.debug("the status file could not be written", reason=str(error))
