"""What a run says to people (pure)."""

from collections.abc import Iterator

from services.janitor.sweep import AccountSwept, Swept

__all__ = ["describe"]


def describe(swept: Swept) -> Iterator[str]:
    """Yield the lines that tell a person what was done, or what would be done and why."""
    yield from (f"mended: {what}" for what in swept.mended)
    if not swept.accounts:
        yield "the store holds no account yet"
    for account in swept.accounts:
        if swept.dry_run:
            yield from _planned(account)
        else:
            yield from _done(account)


def _planned(account: AccountSwept) -> Iterator[str]:
    for decision in account.plan:
        verdict = "keep  " if decision.keep else "remove"
        yield f"{account.account}  {verdict}  {decision.version}  {decision.reason}"
    leaving = len(account.leaving)
    kept = len(account.plan) - leaving
    yield f"{account.account}: would keep {kept} and remove {leaving} (dry run: nothing was touched)"


def _done(account: AccountSwept) -> Iterator[str]:
    kept = len(account.plan) - len(account.leaving)
    yield f"{account.account}: kept {kept}, archived {account.archived}, deleted {account.deleted}"
