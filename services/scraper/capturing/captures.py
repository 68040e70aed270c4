"""Keeps captured pages with what was recorded of them, so that a newer parser can read them again.

They hold what the page showed of the usage, and the usage JSON; never a cookie or a mail address, and nothing
of the page around it. Bounded by count and bytes: the oldest go first.
"""

from datetime import UTC
from pathlib import Path

from services.scraper.capturing.capture import Capture, decode_capture, encode_capture
from services.scraper.capturing.scrub import around_usage
from services.scraper.extract.captured import CapturedPage
from services.scraper.judging.judging import reread
from services.scraper.judging.outcome import Outcome
from shared.files import private_folder, replace
from shared.schemas.codec import Document

__all__ = ["Captures"]

NAME_TIME = "%Y%m%dT%H%M%SZ"
MOST_BYTES = 64 * 1024 * 1024


class Captures:
    """The captures in one state folder."""

    def __init__(self, state_dir: Path, max_items: int, max_bytes: int = MOST_BYTES) -> None:
        """Open or make the folder. Raises OSError."""
        self._folder = private_folder(state_dir / "captures")
        self._max_items = max_items
        self._max_bytes = max_bytes

    def keep(self, page: CapturedPage, state: str, recorded: Document | None) -> None:
        """Save a page under the time it was taken, then drop what is too much. Raises OSError."""
        if self._max_items:
            name = f"{page.taken_at.astimezone(UTC).strftime(NAME_TIME)}.json"
            self.write(name, Capture(page=_sparing(page), state=state, recorded=recorded))
        self._prune()

    def write(self, name: str, capture: Capture) -> None:
        """Write a capture, complete or not at all. Raises OSError."""
        replace(self._folder / name, encode_capture(capture), durable=False)

    def names(self) -> list[str]:
        """Return the captures' names, oldest first."""
        return sorted(path.name for path in self._folder.glob("*.json"))

    def read(self, name: str) -> Capture:
        """Return a capture. Raises OSError, and msgspec.DecodeError when it is damaged."""
        return decode_capture((self._folder / name).read_bytes())

    def _prune(self) -> None:
        newest_first = sorted(self._folder.glob("*.json"), reverse=True)
        total = 0
        for count, path in enumerate(newest_first, start=1):
            total += path.stat().st_size
            if count > self._max_items or total > self._max_bytes:
                path.unlink(missing_ok=True)


def _sparing(page: CapturedPage) -> CapturedPage:
    """Return as little of the page as is read in the same way."""
    whole = _told(reread(page, collector=""))
    return next((less for less in around_usage(page) if _told(reread(less, collector="")) == whole), page)


def _told(outcome: Outcome) -> tuple[object, ...]:
    return (outcome.state, outcome.snapshot, outcome.sections_failed, outcome.sections_found)
