"""Looking at everything in a store, and changing nothing."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from shared.store.base import Store
from shared.store.errors import StoreDamagedError
from shared.store.operator.progress import Progress
from shared.store.upkeep import Finding

__all__ = ["Checked", "check"]

_SLICE = 256


class Checked(Struct, kw_only=True, rename="camel"):
    """How much was looked at, and what is not right."""

    accounts: list[str] = []
    versions: int = 0
    archived: int = 0
    reports: int = 0
    problems: list[Finding] = []


async def check(store: Store, accounts: Sequence[str], now: datetime, progress: Progress) -> Checked:
    """Check accounts (all when none is named); the store was opened only to be read. Raises its errors."""
    checked = Checked()
    for account in accounts or await store.accounts():
        checked.accounts.append(account)
        try:
            await _account(store, account, now, progress, checked)
        except StoreDamagedError as error:  # the other accounts are to be checked all the same
            checked.problems.append(Finding(account=account, file="", reason=str(error)))
    return checked


async def _account(store: Store, account: str, now: datetime, progress: Progress, checked: Checked) -> None:
    census = await store.census(account)
    for start in range(0, len(census.versions), _SLICE):
        some = census.versions[start : start + _SLICE]
        checked.problems += await store.scrub(account, some, now, mend=False)
        progress.step(len(some))
    for month in census.archives:
        if found := await store.scrub_archive(account, month, now, mend=False):
            checked.problems.append(found)
        progress.step()
    checked.versions += len(census.versions)
    checked.archived += sum(month.count for month in await store.archives(account))
    seen = store.damage_seen()
    checked.reports += len(await store.reports(account, most=1_000_000))
    if damaged := store.damage_seen() - seen:
        reason = f"{damaged} damaged: the log names them; they are never served"
        checked.problems.append(Finding(account=account, file="reports", reason=reason))
    checked.problems += [
        Finding(account=account, file=name, reason="nothing of ours: it is never served and never touched")
        for name in census.foreign
    ]
    checked.problems += await store.inspect(account)
