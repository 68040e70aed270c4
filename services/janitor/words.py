"""What a run says to people (pure)."""

from collections import Counter
from collections.abc import Iterator

from services.janitor.records import AccountSwept, Disk, Swept
from shared.store.upkeep import Finding

__all__ = ["describe", "in_short"]


def describe(swept: Swept) -> Iterator[str]:
    """Yield the lines that tell a person what was done, or what would be done and why."""
    yield from (f"mended: {what}" for what in swept.mended)
    if not swept.accounts:
        yield "the store holds no account yet"
    for account in swept.accounts:
        yield from _planned(account, archive=swept.archive) if swept.dry_run else _done(account)
    if swept.reports_removed:
        yield f"removed {swept.reports_removed} reports that were too old or too many"
    if swept.leftovers:
        yield f"let go of {swept.leftovers} objects that work which was cut short had left behind"
    yield from (_found(found, dry_run=swept.dry_run) for found in swept.scrub.findings)
    yield from (f"nothing of ours, left alone: {name}" for name in swept.scrub.foreign)
    if swept.scrub.checked and not swept.scrub.complete:
        yield f"checked {swept.scrub.done} of {swept.scrub.total} files so far; the next run goes on there"
    if swept.disk and swept.disk.below:
        yield _short_of_room(swept.disk)
    yield from (f"NOTHING LEAVES: {reason}; --force if the clock is right" for reason in swept.refused)
    yield from (f"PROBLEM: {problem}" for problem in swept.problems)
    if swept.stopped:
        yield "told to stop before everything was done; the next run goes on"


def _planned(account: AccountSwept, *, archive: bool) -> Iterator[str]:
    leaves = "archive" if archive else "delete"
    stays = Counter(decision.reason for decision in account.plan if decision.keep)
    for decision in account.plan:
        if not decision.keep:
            yield f"{account.account}  {leaves:7}  {decision.version}  {decision.reason}"
    for reason, count in stays.items():
        yield f"{account.account}  keep     {count}: {reason}"
    leaving = len(account.leaving)
    kept = len(account.plan) - leaving
    done = f"move {leaving} into the archive" if archive else f"delete {leaving} for good"
    yield f"{account.account}: would keep {kept} and {done} (dry run: nothing was touched)"


def _done(account: AccountSwept) -> Iterator[str]:
    kept = len(account.plan) - account.deleted
    yield f"{account.account}: kept {kept}, archived {account.archived}, deleted {account.deleted}"


def _found(found: Finding, *, dry_run: bool) -> str:
    became = f"set aside as {found.set_aside}" if found.set_aside else "left where it is"
    if dry_run:
        became = "a run looks after it"
    if found.restored:
        became += ", in the archive" if dry_run else ", restored"
    return f"NOT RIGHT: {found.account}: {found.file}: {found.reason}; {became}"


def _short_of_room(disk: Disk) -> str:
    return (
        f"THE DISK IS SHORT OF ROOM: {disk.free / 1e6:.0f} MB are free, {disk.floor / 1e6:.0f} MB should be:"
        " free some, or give the store a larger disk"
    )


def in_short(swept: Swept) -> str:
    """Say in a few words what a run did."""
    archived = sum(account.archived for account in swept.accounts)
    deleted = sum(account.deleted for account in swept.accounts)
    troubles = [
        words
        for words, so in (
            ("the clock is not believed", swept.refused),
            ("the disk is short of room", swept.disk and swept.disk.below),
            ("not everything was done", swept.problems),
            ("bad files were found", swept.scrub.findings),
        )
        if so
    ]
    return ", ".join([f"{archived} archived, {deleted} deleted", *troubles])
