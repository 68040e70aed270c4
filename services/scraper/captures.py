"""Keeps captured pages on this machine, so that a newer parser can read them again.

They hold what the page showed and the usage JSON, never a cookie; mail addresses are masked. Bounded by count
and bytes: the oldest go first.
"""

import re
from datetime import UTC
from pathlib import Path

import msgspec

from services.scraper.extract.captured import CapturedPage
from shared.files import private_folder, replace

__all__ = ["Captures"]

MAIL = re.compile(rb"[A-Za-z0-9._%+\-]+(?:@|%40)[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
MASK = b"[mail]"
NAME_TIME = "%Y%m%dT%H%M%SZ"
MOST_BYTES = 64 * 1024 * 1024

_encode = msgspec.json.Encoder().encode


class Captures:
    """The captures in one state folder."""

    def __init__(self, state_dir: Path, max_items: int, max_bytes: int = MOST_BYTES) -> None:
        """Open or make the folder. Raises OSError."""
        self._folder = private_folder(state_dir / "captures")
        self._max_items = max_items
        self._max_bytes = max_bytes

    def keep(self, page: CapturedPage) -> None:
        """Save a page under the time it was taken, then drop what is too much. Raises OSError."""
        if self._max_items:
            name = f"{page.taken_at.astimezone(UTC).strftime(NAME_TIME)}.json"
            replace(self._folder / name, MAIL.sub(MASK, _encode(page)), durable=False)
        self._prune()

    def _prune(self) -> None:
        newest_first = sorted(self._folder.glob("*.json"), reverse=True)
        total = 0
        for count, path in enumerate(newest_first, start=1):
            total += path.stat().st_size
            if count > self._max_items or total > self._max_bytes:
                path.unlink(missing_ok=True)
