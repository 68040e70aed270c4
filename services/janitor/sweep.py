"""Doing what the policy decided: archive first, delete after, in slices, account by account."""

from collections.abc import Callable, Sequence

import structlog
from msgspec import Struct

from services.janitor.policy import Decision, Rules, plan
from shared.clock import Clock
from shared.store import Store

__all__ = ["AccountSwept", "Swept", "sweep"]

_SLICE = 500
"""Versions archived and deleted in one go: a stop or a crash waits for, or repeats, no more than these."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class AccountSwept(Struct, frozen=True, kw_only=True, rename="camel"):
    """What was decided and done for one account."""

    account: str
    plan: Sequence[Decision]
    archived: int = 0
    deleted: int = 0

    @property
    def leaving(self) -> list[Decision]:
        """The decisions that remove a version."""
        return [decision for decision in self.plan if not decision.keep]


class Swept(Struct, frozen=True, kw_only=True, rename="camel"):
    """What one run decided and did; a dry run only decides."""

    dry_run: bool
    accounts: Sequence[AccountSwept]
    mended: Sequence[str] = ()


def _never() -> bool:
    return False


async def sweep(
    store: Store,
    rules: Rules,
    clock: Clock,
    *,
    archive: bool,
    dry_run: bool,
    stopping: Callable[[], bool] = _never,
) -> Swept:
    """Bring a store in line with the rules. Raises the store's errors; what was done by then stays done."""
    mended = [] if dry_run else await store.rebuild()
    for what in mended:
        _log.warning("store mended", what=what)
    swept = []
    for account in await store.accounts():
        decisions = plan(await store.between(account, None, None), rules, clock.now())
        decided = AccountSwept(account=account, plan=decisions)
        swept.append(
            decided if dry_run else await _remove(store, decided, clock, archive=archive, stopping=stopping)
        )
    return Swept(dry_run=dry_run, accounts=swept, mended=mended)


async def _remove(
    store: Store, decided: AccountSwept, clock: Clock, *, archive: bool, stopping: Callable[[], bool]
) -> AccountSwept:
    ids = [decision.version for decision in decided.leaving]
    archived = deleted = 0
    for start in range(0, len(ids), _SLICE):
        if stopping():
            break
        part = ids[start : start + _SLICE]
        if archive:
            archived += await store.archive(decided.account, part)
        deleted += await store.delete(decided.account, part, clock.now())
    _log.info(
        "account swept",
        account=decided.account,
        kept=len(decided.plan) - len(ids),
        archived=archived,
        deleted=deleted,
    )
    return AccountSwept(account=decided.account, plan=decided.plan, archived=archived, deleted=deleted)
