"""A history to measure with: versions as the store writes them, five minutes apart, without its fsyncs."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.schemas.codec import RECEIVED_AT, Document, digest, encode_pretty
from shared.store.keys import stamp
from shared.timestamps import to_iso, to_iso_millis

__all__ = ["END", "fill", "moment"]

END = datetime.fromtimestamp(1_600_000_000, UTC)
"""The time of the newest version; what is posted while measuring (load.lua) comes after it."""

_STEP = timedelta(minutes=5)


def moment(number: int, count: int) -> datetime:
    """Return the time of a version (1 = oldest) of a history of `count`."""
    return END - (count - number) * _STEP


def fill(folder: Path, count: int, start: int = 1) -> None:
    """Write versions `start` to `count` of a history of `count` into a folder of the origin's layout."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    into = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for number in range(start, count + 1):
            name, data = _file(number, moment(number, count))
            descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=into)
            os.write(descriptor, data)
            os.close(descriptor)
    finally:
        os.close(into)
    os.sync()  # what is still on its way to the disk would be measured with the first requests


def _file(number: int, read_at: datetime) -> tuple[str, bytes]:
    document: Document = {
        "lastUpdated": to_iso(read_at),
        "currentSession": {"percentageUsed": number % 101, "resetsIn": "2 hr 42 min"},
        "weeklyLimits": {"allModels": {"percentageUsed": number // 50 % 101, "resetsIn": "Thu 7:00 AM"}},
    }
    name = f"{stamp(read_at)}-{digest(document)[:8]}.json"
    return name, encode_pretty({**document, RECEIVED_AT: to_iso_millis(read_at)})
