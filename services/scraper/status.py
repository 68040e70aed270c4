"""How the scraper stands, kept in a file that the `status` command and other programs read."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec
import structlog

from services.scraper.judging.outcome import GOOD, Outcome, State, sentence
from services.scraper.locks import locked
from services.scraper.logins.login_age import LoginAge, seen
from services.scraper.outgoing.sending import GOOD as SENDING_GOOD
from services.scraper.outgoing.sending import Sending
from shared.clock import Clock
from shared.files import replace

__all__ = ["Board", "Status", "read_status"]

FILE, LOCK = "status.json", "status.lock"


class Status(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is known of the last scrape and the next; moments are UTC, None where nothing happened yet.

    `message` says in words what happened and what to do.
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
    login: LoginAge | None = None


log = structlog.get_logger()

_decoder = msgspec.json.Decoder(Status)


def read_status(state_dir: Path) -> Status:
    """Read the status file; an empty status when there is none or it is damaged."""
    return _in_file(state_dir) or Status()


def _in_file(state_dir: Path) -> Status | None:
    try:
        return _decoder.decode((state_dir / FILE).read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class Board:
    """The status of one state folder. Several processes write to it: each what it knows, the rest is kept."""

    def __init__(self, state_dir: Path, collector: str, clock: Clock) -> None:
        """Go on from what an earlier process wrote."""
        self._folder = state_dir
        self._collector = collector
        self._clock = clock
        self._first = True
        self.status = msgspec.structs.replace(read_status(state_dir), collector=collector)
        self._found_next_try = self.status.sending.next_try_at

    def scraped(self, outcome: Outcome) -> bool:
        """Note a scrape's end; returns whether the state changed, or is the first this process sees."""
        now = self._clock.now()

        def after(before: Status) -> Status:
            ahead = before.next_scrape_at and before.next_scrape_at > now
            return msgspec.structs.replace(
                before,
                state=outcome.state,
                since=before.since if before.state == outcome.state else now,
                message=sentence(outcome),
                last_attempt_at=now,
                last_good_at=outcome.snapshot.last_updated if outcome.snapshot else before.last_good_at,
                next_scrape_at=before.next_scrape_at if ahead else None,  # that of another process
                login=_login(before.login, outcome, now),
            )

        before = self._write(after)
        news = self._first or before.state != outcome.state
        self._first = False
        return news

    def next_at(self, moment: datetime) -> None:
        """Note when the next scrape is due."""
        self._write(lambda before: msgspec.structs.replace(before, next_scrape_at=moment))

    def sending(self, sending: Sending) -> bool:
        """Note how sending stands; returns whether that state is news."""
        before = self._write(lambda before: msgspec.structs.replace(before, sending=sending))
        return before.sending.state != sending.state

    def ends_sending(self) -> None:
        """Leave sending to the others: when something still waits, their next try counts again."""
        found, now = self._found_next_try, self._clock.now()

        def after(before: Status) -> Status:
            if before.sending.state in SENDING_GOOD or not found or found <= now:
                return before
            sending = msgspec.structs.replace(before.sending, next_try_at=found)
            return msgspec.structs.replace(before, sending=sending)

        self._write(after)

    def _write(self, change: Callable[[Status], Status]) -> Status:
        """Change the status as it stands in the file now; returns what it was."""
        before = self.status
        try:
            with locked(self._folder / LOCK):
                before = _in_file(self._folder) or before
                self.status = msgspec.structs.replace(change(before), collector=self._collector)
                data = msgspec.json.format(msgspec.json.encode(self.status), indent=2)
                replace(self._folder / FILE, data, durable=False)
        except OSError as error:  # telling how it goes must not stop it
            self.status = msgspec.structs.replace(change(before), collector=self._collector)
            log.debug("the status file could not be written", reason=str(error))
        return before


def _login(known: LoginAge | None, outcome: Outcome, now: datetime) -> LoginAge | None:
    """Say what a scrape tells of the login; most failures tell nothing."""
    if outcome.state == "login_required":
        return None
    if outcome.state in GOOD or outcome.state == "stale_page":
        return seen(known, now.replace(microsecond=0), outcome.login_ends)
    return known
