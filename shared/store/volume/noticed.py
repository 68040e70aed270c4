"""What came into one account since somebody in this process wants to know (pure): a bounded list."""

from collections import deque
from collections.abc import Iterable, Sequence

from msgspec import Struct

from shared.store.arrivals import ArrivalKind

__all__ = ["MOST", "Notice", "Noticed"]

MOST = 4096
"""So many are kept; who asks less often looks into the folders."""


class Notice(Struct, frozen=True):
    """That something came: noticed at `at`, in seconds since 1970, which is never before it came."""

    at: float
    id: str
    kind: ArrivalKind


class Noticed:
    """A list of arrivals that forgets its oldest. Not safe for threads."""

    def __init__(self) -> None:
        """Want nothing yet."""
        self._notices: deque[Notice] = deque(maxlen=MOST)
        self.mark = 0
        """How many were ever noticed."""
        self.complete_since: float | None = None
        """All that came after this moment was noticed, and is kept; None while nobody wants to know."""

    @property
    def wanted(self) -> bool:
        """Whether anything is noticed at all."""
        return self.complete_since is not None

    def begin(self, now: float) -> None:
        """Notice from now on what is not there yet."""
        if self.complete_since is None:
            self.complete_since = now

    def add(self, ids: Iterable[str], kind: ArrivalKind, now: float) -> None:
        """Note what came, in its order."""
        for one in ids:
            if len(self._notices) == MOST:
                self.complete_since = self._notices[0].at
            self._notices.append(Notice(now, one, kind))
            self.mark += 1

    def after(self, mark: int) -> Sequence[Notice] | None:
        """Return what came after a mark; None when some of it is forgotten."""
        missed = self.mark - mark
        if missed > len(self._notices):
            return None
        return list(self._notices)[len(self._notices) - missed :]

    def since(self, moment: float) -> Sequence[Notice] | None:
        """Return a list in which all that came at or after a moment is; None when some may be missing."""
        complete = self.complete_since
        return list(self._notices) if complete is not None and moment > complete else None
