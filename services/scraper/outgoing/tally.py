"""What was given up or set aside since the state folder was made: counts that survive restarts."""

from pathlib import Path

import msgspec
import structlog

from services.scraper.locks import locked
from shared.files import private_folder, replace

__all__ = ["Counter", "Tally", "read_tally"]

FILE, LOCK = "tally.json", "tally.lock"

log = structlog.get_logger()


class Tally(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """`dropped` counts snapshots that a full outbox gave up, `reports_dropped` reports that were too many.

    `rejected` and `quarantined` count items ever set aside; `aside_dropped` what those two folders gave up.
    A process that is killed while it drops may count what it dropped twice, never too little.
    """

    dropped: int = 0
    reports_dropped: int = 0
    rejected: int = 0
    quarantined: int = 0
    aside_dropped: int = 0


_decoder = msgspec.json.Decoder(Tally)


def read_tally(state_dir: Path) -> Tally:
    """Read the counts; they begin anew when the file is damaged."""
    try:
        return _decoder.decode((state_dir / FILE).read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Tally()


class Counter:
    """Adds to the counts of a state folder, beside other processes that do."""

    def __init__(self, state_dir: Path) -> None:
        """Open or make the folder. Raises OSError."""
        self._folder = private_folder(state_dir)
        self._unwritten: dict[str, int] = {}

    def add(self, name: str, more: int = 1) -> None:
        """Count something; on the disk when this returns, or with the next count when the disk refuses."""
        counts = self._unwritten
        counts[name] = counts.get(name, 0) + more
        try:
            with locked(self._folder / LOCK):
                before = read_tally(self._folder)
                after = {each: getattr(before, each) + count for each, count in counts.items()}
                replace(self._folder / FILE, msgspec.json.encode(msgspec.structs.replace(before, **after)))
        except OSError as error:
            log.debug("what was given up could not be counted yet", reason=str(error))
        else:
            counts.clear()
