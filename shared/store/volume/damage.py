"""Telling of files that cannot be believed: one log line and one count each. Safe for threads."""

import threading

import structlog

__all__ = ["Damage"]

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Damage:
    """What was found damaged since a store was opened; each thing is told when it is first met."""

    def __init__(self) -> None:
        """Start at nothing."""
        self._guard = threading.Lock()
        self._count = 0
        self._told: set[tuple[str, str]] = set()

    @property
    def count(self) -> int:
        """How many damaged things were met."""
        return self._count

    def version(self, account: str, version_id: str, reason: str) -> None:
        """Tell of a file in a history that is no version."""
        self._met()
        _log.error("version is damaged", account=account, version=version_id, reason=reason)

    def archive(self, account: str, file: str, reason: str) -> None:
        """Tell of a part of an archive that cannot be believed."""
        self._met()
        _log.error("archive is damaged", account=account, file=file, reason=reason)

    def report(self, account: str, report_id: str, reason: str) -> None:
        """Tell of a file among the reports that is none; they are all read at each question, so only once."""
        if (account, report_id) in self._told:
            return
        self._told.add((account, report_id))
        self._met()
        _log.error("report is damaged", account=account, report=report_id, reason=reason)

    def _met(self) -> None:
        with self._guard:
            self._count += 1
