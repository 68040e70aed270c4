"""What is kept of each account in memory."""

from datetime import datetime

from shared.store.arrivals import ArrivalKind, Arrived
from shared.store.base import Version
from shared.store.index import Index
from shared.store.metadata import Lifetime
from shared.store.placing import checked_account
from shared.store.ranking import rank_of
from shared.store.reports import StoredReport

__all__ = ["Account", "Accounts"]


class Account:
    """One account's versions and reports."""

    def __init__(self) -> None:
        """Start empty."""
        self.index = Index(rank=lambda version_id: rank_of(version_id, self.versions[version_id].document))
        self.versions: dict[str, Version] = {}
        self.archive: dict[str, Version] = {}
        self.ahead: set[str] = set()
        """The archived versions that came before their own time."""
        self.lifetime = Lifetime()
        self.reports: dict[str, StoredReport] = {}
        self.arrived: list[Arrived] = []

    def came(self, one: str, kind: ArrivalKind, at: datetime) -> None:
        """Note an arrival; a clock that was set back does not change the order."""
        last = self.arrived[-1].at if self.arrived else at
        self.arrived.append(Arrived(max(at, last), one, kind))


class Accounts:
    """Everything, by account."""

    def __init__(self) -> None:
        """Start empty."""
        self._accounts: dict[str, Account] = {}
        self._notes: dict[str, bytes] = {}

    def _of(self, account: str) -> Account:
        """Return an account without making it known."""
        return self._accounts.get(checked_account(account)) or Account()

    def _made(self, account: str) -> Account:
        """Return an account, known from now on."""
        return self._accounts.setdefault(checked_account(account), Account())
