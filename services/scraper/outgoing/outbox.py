"""The durable queue towards the receiver: one file an item, oldest first.

Snapshots wait in `outbox/`, reports in `reports/`. An item is on the disk before the scrape counts as done,
and leaves only when the receiver has taken it. The queue is bounded by items and by bytes; when it is full
the oldest items go, for the newest say most about now, and what went is counted. An item the receiver refuses
for good goes to `rejected/` with the answer beside it, a damaged one to `quarantine/`: the rest flows.
"""

import contextlib
import errno
import os
import re
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import msgspec

from services.scraper.outgoing.aside import QUARANTINE, REJECTED, Aside, count_in
from services.scraper.outgoing.tally import Counter, Tally, read_tally
from shared.clock import Clock
from shared.files import private_folder, read_regular, replace
from shared.schemas.codec import Document, decode_document, digest, encode
from shared.schemas.usage import ACCOUNT_PATTERN, DEFAULT_ACCOUNT

__all__ = ["REPORTS", "Item", "Outbox", "Stock", "take_stock"]

NAME = re.compile(
    r"20\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3])([0-5]\d){2}\.\d{6}-(?P<digest>[0-9a-f]{16})\.json"
)
ACCOUNT = re.compile(ACCOUNT_PATTERN)
NAME_TIME = "%Y%m%dT%H%M%S.%f"

SNAPSHOTS, REPORTS = "outbox", "reports"
"""The folders of the two queues."""

UNREADABLE = frozenset({errno.EIO, errno.EISDIR, errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENXIO})
"""What is wrong with one file alone; after any other error the next file would fail as well."""

MOST_BYTES = 256 * 1024 * 1024
COUNTED = {SNAPSHOTS: "dropped", REPORTS: "reports_dropped"}


class Item(msgspec.Struct, frozen=True):
    """A document that waits: its file's name, the document as it is sent, and whose it is."""

    name: str
    body: bytes
    account: str = DEFAULT_ACCOUNT


class Stock(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How many snapshots wait, their bytes, since when the oldest does (UTC); reports; what lies aside.

    `tally` counts what was ever given up or set aside.
    """

    waiting: int
    bytes: int = 0
    oldest: datetime | None = None
    rejected: int = 0
    quarantined: int = 0
    reports: int = 0
    tally: Tally = Tally()


class Outbox:
    """The queue in one state folder. Several processes may add to it; sending an item twice does no harm."""

    def __init__(
        self,
        state_dir: Path,
        max_items: int,
        clock: Clock,
        *,
        max_bytes: int = MOST_BYTES,
        folder: str = SNAPSHOTS,
    ) -> None:
        """Open or make the queue in a folder below the state folder. Raises OSError."""
        self._folder = private_folder(state_dir / folder)
        self._counter = Counter(state_dir)
        self._rejected = Aside(state_dir, REJECTED, self._counter, clock)
        self._quarantine = Aside(state_dir, QUARANTINE, self._counter, clock)
        self._counted = COUNTED[folder]
        self._max_items = max_items
        self._max_bytes = max_bytes
        self._clock = clock
        self._names: deque[str] = deque()
        self._sizes: dict[str, int] = {}
        self._scan()

    def add(self, document: Document) -> int:
        """Put a document on the disk; returns how many of the oldest were dropped for it. Raises OSError."""
        self._scan()
        name, body = self._new_name(document), encode(document)
        replace(self._folder / name, body)
        self._names.append(name)
        self._sizes[name] = len(body)
        return self._drop(self._too_many())

    def count_unkept(self) -> None:
        """Count an item that no disk took and nobody remembers any longer."""
        self._counter.add(self._counted)

    def head(self, most: int, most_bytes: int = MOST_BYTES) -> list[Item]:
        """Return the items to send next, at most so many and so long together, all of one account.

        Empty when nothing waits; one item is returned however long it is. What is damaged is set aside on the
        way. Raises OSError.
        """
        if not self._names:
            self._scan()
            self._set_strangers_aside()
        items: list[Item] = []
        length = 0
        while len(items) < min(most, len(self._names)):
            item = self._read(self._names[len(items)])
            if item is None:  # it is forgotten, and another has its place
                continue
            length += len(item.body)
            if items and (length > most_bytes or item.account != items[0].account):
                break
            items.append(item)
        return items

    def remove(self, item: Item) -> None:
        """Forget an item that the receiver has taken."""
        (self._folder / item.name).unlink(missing_ok=True)
        self._forget(item.name)

    def reject(self, item: Item, status: int, answer: str) -> None:
        """Set aside an item that the receiver will never take, with what it answered. Raises OSError."""
        self._rejected.take(self._folder / item.name, status, answer)
        self._forget(item.name)
        self._counter.add("rejected")

    def _read(self, name: str) -> Item | None:
        """Return a waiting item; None when it is gone, or was damaged and is set aside now."""
        path = self._folder / name
        try:
            body = read_regular(path) or b""
        except FileNotFoundError:  # another process has sent it
            self._forget(name)
            return None
        except OSError as error:
            if error.errno not in UNREADABLE:
                raise
            body = b""
        document = _believed(name, body)
        if document is None:
            self._quarantine.take(path)
            self._forget(name)
            self._counter.add("quarantined")
            return None
        return Item(name, body, document.get("account") or DEFAULT_ACCOUNT)

    def _new_name(self, document: Document) -> str:
        """Name by the time of queueing, later than every name there is even if the clock was put back."""
        queued = self._clock.now()
        last = next((moment for name in reversed(self._names) if (moment := _queued(name))), None)
        if last and last >= queued:
            queued = last + timedelta(microseconds=1)
        return f"{queued.astimezone(UTC).strftime(NAME_TIME)}-{digest(document)[:16]}.json"

    def _scan(self) -> None:
        """See what is there: other processes add and remove, too."""
        sizes = {
            entry.name: self._sizes.get(entry.name) or _size(entry)
            for entry in _entries(self._folder)
            if NAME.fullmatch(entry.name)
        }
        self._names, self._sizes = deque(sorted(sizes)), sizes

    def _set_strangers_aside(self) -> None:
        """Take out what cannot be an item, so that nobody believes that it waits."""
        for entry in [*_entries(self._folder)]:
            if not NAME.fullmatch(entry.name):
                with contextlib.suppress(OSError):  # it stands in nobody's way
                    self._quarantine.take(Path(entry.path))
                    self._counter.add("quarantined")

    def _too_many(self) -> int:
        """Return how many of the oldest must go; the newest stays, however long it is."""
        length, count = sum(self._sizes.values()), len(self._names)
        dropped = 0
        for name in islice(self._names, count - 1):
            if count - dropped <= self._max_items and length <= self._max_bytes:
                break
            length -= self._sizes[name]
            dropped += 1
        return dropped

    def _drop(self, count: int) -> int:
        if count:
            self._counter.add(self._counted, count)  # first, so that nothing goes uncounted
        for name in [*islice(self._names, count)]:
            (self._folder / name).unlink(missing_ok=True)
            self._forget(name)
        return count

    def _forget(self, name: str) -> None:
        self._sizes.pop(name, None)
        if self._names and self._names[0] == name:
            self._names.popleft()
        elif name in self._names:
            self._names.remove(name)


def take_stock(state_dir: Path) -> Stock:
    """Count what a state folder's queues hold, changing nothing."""
    waiting = _sizes_in(state_dir / SNAPSHOTS)
    return Stock(
        waiting=len(waiting),
        bytes=sum(waiting.values()),
        oldest=_queued(min(waiting)) if waiting else None,
        rejected=count_in(state_dir / REJECTED),
        quarantined=count_in(state_dir / QUARANTINE),
        reports=len(_sizes_in(state_dir / REPORTS)),
        tally=read_tally(state_dir),
    )


def _sizes_in(folder: Path) -> dict[str, int]:
    return {entry.name: _size(entry) for entry in _entries(folder) if NAME.fullmatch(entry.name)}


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """List a folder without the files that are still being written."""
    try:
        yield from (entry for entry in os.scandir(folder) if not entry.name.startswith("."))
    except FileNotFoundError:
        return


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except FileNotFoundError:  # sent meanwhile
        return 0


def _queued(name: str) -> datetime | None:
    """Return when an item was queued; None for a name that no clock could give, such as a 30 February."""
    try:
        return datetime.strptime(name.partition("-")[0], NAME_TIME).replace(tzinfo=UTC)
    except ValueError:
        return None


def _believed(name: str, body: bytes) -> Document | None:
    """Return the document that an item's file holds, None when it is not the one it was named after.

    Nor is it one when it names an account that none can be called.
    """
    match = NAME.fullmatch(name)
    try:
        document = decode_document(body)
        whole = match is not None and digest(document)[:16] == match["digest"]
    except (msgspec.DecodeError, RecursionError):
        return None
    account = document.get("account") or DEFAULT_ACCOUNT
    return document if whole and isinstance(account, str) and ACCOUNT.fullmatch(account) else None
