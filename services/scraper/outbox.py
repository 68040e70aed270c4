"""The durable queue towards the receiver: one file an item, oldest first.

Snapshots wait in `outbox/`, reports of failed scrapes in `reports/`. An item is on the disk before the scrape
counts as done, and leaves only when the receiver has taken it. When the queue is full the oldest item is
dropped, for the newest say most about now; every drop is told to the caller. An item the receiver refuses for
good goes to `rejected/` with the answer beside it, a damaged one to `quarantine/`, so that the rest flows.
"""

import os
import re
from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from shared.clock import Clock
from shared.files import private_folder, replace, sync_folder
from shared.schemas.codec import Document, decode_document, digest, encode, encode_pretty

__all__ = ["REPORTS", "Item", "Outbox", "Stock", "take_stock"]

NAME = re.compile(r"(?P<queued>\d{8}T\d{6}\.\d{6})-(?P<digest>[0-9a-f]{16})\.json")
NAME_TIME = "%Y%m%dT%H%M%S.%f"
LONGEST_ANSWER = 4096

SNAPSHOTS, REPORTS = "outbox", "reports"
"""The folders of the two queues."""


class Item(msgspec.Struct, frozen=True):
    """A document that waits: its file's name and the document as it is sent."""

    name: str
    body: bytes


class Stock(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How many snapshots wait, since when the oldest does (UTC), what was set aside, and how many reports."""

    waiting: int
    oldest: datetime | None = None
    rejected: int = 0
    quarantined: int = 0
    reports: int = 0


class Outbox:
    """The queue in one state folder. Several processes may add to it; sending an item twice does no harm."""

    def __init__(self, state_dir: Path, max_items: int, clock: Clock, *, folder: str = SNAPSHOTS) -> None:
        """Open or make the queue in a folder below the state folder. Raises OSError."""
        self._folder = private_folder(state_dir / folder)
        self._rejected = private_folder(state_dir / "rejected")
        self._quarantine = private_folder(state_dir / "quarantine")
        self._max_items = max_items
        self._clock = clock
        self._names: deque[str] = deque()
        self._scan()

    def add(self, document: Document) -> int:
        """Put a document on the disk; returns how many of the oldest were dropped for it. Raises OSError."""
        self._scan()
        name = self._new_name(document)
        replace(self._folder / name, encode(document))
        self._names.append(name)
        dropped = max(0, len(self._names) - self._max_items)
        for _ in range(dropped):
            (self._folder / self._names.popleft()).unlink(missing_ok=True)
        return dropped

    def oldest(self) -> Item | None:
        """Return the item to send next, None when nothing waits. Damaged ones are set aside on the way."""
        if not self._names:
            self._scan()
        while self._names:
            name = self._names[0]
            try:
                body = (self._folder / name).read_bytes()
            except FileNotFoundError:  # another process has sent it
                self._names.popleft()
                continue
            if _is_whole(name, body):
                return Item(name, body)
            self._move(name, self._quarantine)
        return None

    def remove(self, item: Item) -> None:
        """Forget an item that the receiver has taken."""
        (self._folder / item.name).unlink(missing_ok=True)
        self._forget(item.name)

    def reject(self, item: Item, status: int, answer: str) -> None:
        """Set aside an item that the receiver will never take, with what it answered."""
        note = {"status": status, "answer": answer[:LONGEST_ANSWER], "at": self._clock.now()}
        replace(self._rejected / item.name.replace(".json", ".answer.json"), encode_pretty(note))
        self._move(item.name, self._rejected)

    def _new_name(self, document: Document) -> str:
        """Name by the time of queueing, later than every name there is even if the clock was put back."""
        queued = self._clock.now()
        if self._names and (last := _queued(self._names[-1])) >= queued:
            queued = last + timedelta(microseconds=1)
        return f"{queued.astimezone(UTC).strftime(NAME_TIME)}-{digest(document)[:16]}.json"

    def _scan(self) -> None:
        self._names = deque(_item_names(self._folder))

    def _move(self, name: str, folder: Path) -> None:
        (self._folder / name).replace(folder / name)
        sync_folder(folder)
        sync_folder(self._folder)
        self._forget(name)

    def _forget(self, name: str) -> None:
        if self._names and self._names[0] == name:
            self._names.popleft()


def take_stock(state_dir: Path) -> Stock:
    """Count what a state folder's queue holds, changing nothing."""
    waiting = _item_names(state_dir / SNAPSHOTS)
    return Stock(
        waiting=len(waiting),
        oldest=_queued(waiting[0]) if waiting else None,
        rejected=len(_item_names(state_dir / "rejected")),
        quarantined=len(_item_names(state_dir / "quarantine")),
        reports=len(_item_names(state_dir / REPORTS)),
    )


def _item_names(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in os.scandir(folder) if NAME.fullmatch(entry.name))
    except FileNotFoundError:
        return []


def _queued(name: str) -> datetime:
    return datetime.strptime(name.partition("-")[0], NAME_TIME).replace(tzinfo=UTC)


def _is_whole(name: str, body: bytes) -> bool:
    match = NAME.fullmatch(name)
    try:
        return match is not None and digest(decode_document(body))[:16] == match["digest"]
    except msgspec.DecodeError:
        return False
