"""Keeps a running receiver's keys as the keys file says, with no restart."""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import structlog

from services.receiver.admission.auth import Key, Keys
from services.receiver.keyfile import disk
from services.receiver.keyfile.following import Gone, Known, Look, Readable, Unreadable, after, ended, valid
from services.receiver.operating.metrics import ReceiverMetrics
from shared.clock import Clock

__all__ = ["EVERY_SECONDS", "KeyWatch"]

EVERY_SECONDS = 0.4
"""From one look to the next. The file is read each time: its times do not tell of every change."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class KeyWatch:
    """Looks at a keys file now and then, and lets the keys be valid that are."""

    def __init__(
        self, path: Path | None, known: Known | None, from_environment: Key | None, clock: Clock
    ) -> None:
        """Take the file, what was known of it at the start (None: not there), and the environment's key."""
        self.keys = Keys()
        self._path = path
        self._known = known or Known()
        self._there = known is not None
        self._from_environment = from_environment
        self._clock = clock
        self._doubted: Look | None = None
        self._metrics: ReceiverMetrics | None = None
        self._apply()

    @contextlib.contextmanager
    def following(self, metrics: ReceiverMetrics) -> Iterator[None]:
        """Follow the file while the block runs.

        In a thread that nobody waits for: a disk that hangs holds up neither requests nor the end.
        """
        self._metrics = metrics
        self._count()
        over = threading.Event()
        thread = threading.Thread(target=self._follow, args=(over,), name="keys file", daemon=True)
        if self._path is not None:
            thread.start()
        try:
            yield
        finally:
            over.set()

    def _follow(self, over: threading.Event) -> None:
        while not over.wait(EVERY_SECONDS):
            try:
                self.look()
            except Exception:  # noqa: BLE001 - the next look must not depend on this one
                _log.exception("looking at the keys file failed")

    def look(self) -> None:
        """Look once."""
        seen = self._seen()
        if isinstance(seen, Gone) and not self._there:  # it was not there at the start either
            return self._apply()
        known = after(self._known, seen)
        doubtful = known.broken or not known.keys
        if doubtful and seen != self._doubted:  # an editor may be in the middle of writing it
            self._doubted = seen
            return self._apply()
        self._doubted = seen if doubtful else None
        self._there = True
        self._tell(known)
        self._known = known
        return self._apply()

    def _seen(self) -> Look:
        if self._path is None:
            return Gone()
        try:
            content = disk.take(self._path)
        except FileNotFoundError:
            return Gone()
        except disk.UnfitFileError as error:
            return Unreadable(str(error))
        except OSError as error:
            return Unreadable(error.strerror or type(error).__name__)
        return Readable(content.data, content.rights)

    def _tell(self, known: Known) -> None:
        """Log what is new, once."""
        if known.broken != self._known.broken:
            if known.broken:
                _log.error("keys file broken", file=str(self._path), why=known.broken)
            else:
                _log.info("keys file whole again", file=str(self._path))
        for problem in known.problems:
            if problem not in self._known.problems:
                _log.warning("keys file", file=str(self._path), problem=problem)

    def _apply(self) -> None:
        """Let the keys be valid that are now; one may have expired with no change in the file."""
        now = self._clock.now()
        before, keys = self.keys.valid, valid(self._known.keys, self._from_environment, now)
        self.keys.trouble = "the keys file is broken; the log says more" if self._known.broken else ""
        if keys != before:
            self.keys.replace(keys, ended(self._known.keys, now))
            if self._metrics:
                _log.info("keys changed", valid=len(keys), **_difference(before, keys))
        self._count()

    def _count(self) -> None:
        if self._metrics:
            self._metrics.keys.set(len(self.keys))
            self._metrics.keys_file_broken.set(bool(self._known.broken))


def _difference(before: Sequence[Key], keys: Sequence[Key]) -> dict[str, list[str]]:
    """Name the keys that are new or open something else, and those that are gone."""
    staying = {key.sha256 for key in keys}
    new = [key.shown for key in keys if key not in before]
    gone = [key.shown for key in before if key.sha256 not in staying]
    return {word: names for word, names in (("new", new), ("gone", gone)) if names}
