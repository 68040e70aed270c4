"""Keeps what a scrape brought: outbox first, then the last reading, the capture and the status."""

from pathlib import Path

import msgspec
import structlog

from services.scraper.captures import Captures
from services.scraper.outbox import Outbox
from services.scraper.outcome import Outcome
from services.scraper.status import Board
from shared.files import replace
from shared.schemas.codec import Document, decode_document, decode_snapshot, encode_pretty, to_document

__all__ = ["LAST_READING", "Recorder", "read_last"]

LAST_READING = "usage-data.json"

log = structlog.get_logger()


class Recorder:
    """Writes the outcome of scrapes into one state folder."""

    def __init__(self, state_dir: Path, outbox: Outbox, captures: Captures, board: Board) -> None:
        """Take the places that the parts of an outcome go to."""
        self._state_dir = state_dir
        self._outbox = outbox
        self._captures = captures
        self._board = board

    def record(self, outcome: Outcome) -> bool:
        """Keep an outcome, on the disk when this returns; True if its state is news. Raises OSError."""
        dropped = 0
        if outcome.snapshot:
            document: Document = to_document(outcome.snapshot)
            dropped = self._outbox.add(document)
            replace(self._state_dir / LAST_READING, encode_pretty(document))
        if outcome.page:
            self._captures.keep(outcome.page)
        if dropped:
            log.warning("the outbox is full, the oldest snapshots were dropped", dropped=dropped)
        return self._board.scraped(outcome, dropped=dropped)


def read_last(state_dir: Path) -> Document | None:
    """Return the last good reading as it was written, None when there is none or its file is damaged."""
    try:
        document = decode_document((state_dir / LAST_READING).read_bytes())
        decode_snapshot(document)
    except (OSError, msgspec.DecodeError):
        return None
    return document
