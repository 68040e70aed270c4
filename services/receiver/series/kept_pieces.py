"""Pieces of answers that were written lately: whole days of a series, which stay as they are."""

from collections.abc import Callable

__all__ = ["KeptPieces", "PieceName"]

PieceName = tuple[str, str, bytes, int | None, str]
"""Account, limit, the tag of a day, the step in seconds, the form."""

_MOST_BYTES = 16 * 1024 * 1024


class KeptPieces:
    """Pieces by their names; those that were not asked for the longest make room."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        """Start empty."""
        self._most = most_bytes
        self._kept: dict[PieceName, bytes] = {}
        self._bytes = 0

    def of(self, name: PieceName, make: Callable[[], bytes]) -> bytes:
        """Return the piece of that name, made if it is not here."""
        known = self._kept.pop(name, None)
        if known is None:
            known = make()
            self._bytes += len(known) + _ABOUT_A_NAME
        self._kept[name] = known
        while self._bytes > self._most:
            self._bytes -= len(self._kept.pop(next(iter(self._kept)))) + _ABOUT_A_NAME
        return known


_ABOUT_A_NAME = 200
"""Bytes that a name and its place take."""
