"""One run: mend what is derived, check what is stored, decide what leaves, archive it, delete it."""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from services.janitor.clearing import clear
from services.janitor.policy import Decision, Rules, leave_sooner, plan, stay_all
from services.janitor.records import AccountSwept, Disk, Note, Scrubbed, Swept, note_from
from services.janitor.removal import Removal, bad_versions
from services.janitor.scrub import Scrub
from services.janitor.timekeeping import Sighting, ahead_of_the_machine, behind_the_newest, forced
from shared.clock import Clock
from shared.errors import MarigraphError
from shared.floor import Floor
from shared.schemas.codec import encode
from shared.store import Store
from shared.store.keys import time_of

__all__ = ["NOTE", "Sweeper", "Task"]

NOTE = "janitor"
"""The name of the note from one run to the next."""

_FREED_BYTES = 3500
"""What the disk gains when a version moves into the archive: a block of 4,096 bytes less its line there."""


class Task(Struct, frozen=True, kw_only=True):
    """What a run is to do; a dry one only says it, for a store that was opened to be read."""

    rules: Rules
    archive: bool = True
    dry_run: bool = False
    force: bool = False
    """Whether a person says that the clock is right."""
    scrub_seconds: float = 30
    floor: Floor = Floor()


def _never() -> bool:
    return False


class Sweeper:
    """Brings one store in line with the rules, run after run."""

    def __init__(
        self,
        store: Store,
        task: Task,
        clock: Clock,
        look: Callable[[Clock], Sighting],
        stopping: Callable[[], bool] = _never,
    ) -> None:
        """Take what to do; `look` tells how clock and machine stand, `stopping` whether to end soon."""
        self._store = store
        self._task = task
        self._clock = clock
        self._look = look
        self._stopping = stopping
        self._problems: list[str] = []

    async def run(self) -> Swept:
        """Do one run. Raises the store's errors when nothing can be done; what was done stays done."""
        task, self._problems = self._task, []
        note = note_from(await self._store.read_note(NOTE))
        seen = self._look(self._clock)
        doubt, timekeeping = ahead_of_the_machine(note.timekeeping, seen)
        if task.force:
            doubt, timekeeping = None, forced(seen)
        note = replace(note, timekeeping=timekeeping, sign_of_life=seen.at)
        await self._keep(note)
        mended = await self._mend()
        accounts = await self._store.accounts()
        scrubbed, note = await self._scrub(accounts, note, seen)
        disk = await self._measure()
        ids = await self._ids(accounts, scrubbed)
        refused = self._refusals(ids, doubt, seen)
        plans = self._plans(ids, refused, disk, seen)
        swept = [await self._remove(account, decisions, note) for account, decisions in plans.items()]
        self._problems += [f"{s.account}: {s.problem}" for s in swept if s.problem]
        reports = await self._bound_reports(accounts, refused, seen)
        leftovers, note = await self._clear(accounts, note)
        await self._keep(replace(note, sign_of_life=self._clock.now(), problems=self._problems))
        return Swept(
            dry_run=task.dry_run,
            archive=task.archive,
            accounts=swept,
            mended=mended,
            scrub=scrubbed,
            disk=disk,
            refused=list(dict.fromkeys(refused.values())),
            problems=self._problems,
            reports_removed=reports,
            leftovers=leftovers,
            stopped=self._stopping(),
        )

    async def _bound_reports(
        self, accounts: Sequence[str], refused: Mapping[str, str], seen: Sighting
    ) -> int:
        """Remove reports that are too old or too many, where the clock is believed; return how many."""
        removed = 0
        for account in accounts:
            if self._task.dry_run or account in refused:
                continue
            try:
                removed += await self._store.prune_reports(account, seen.at)
            except MarigraphError as error:
                self._tell(f"{account}: {error}")
        return removed

    async def _clear(self, accounts: Sequence[str], note: Note) -> tuple[int, Note]:
        if self._task.dry_run or self._stopping():
            return 0, note
        try:
            found, spot = await clear(self._store, accounts, note.clearing)
        except MarigraphError as error:
            self._tell(str(error))
            return 0, replace(note, clearing=None)
        return found, replace(note, clearing=spot)

    def _tell(self, problem: str) -> None:
        if problem not in self._problems:
            self._problems.append(problem)

    async def _mend(self) -> Sequence[str]:
        """Have what is derived made again; a full disk keeps that from happening, and needs the rest most."""
        try:
            return [] if self._task.dry_run else await self._store.rebuild()
        except MarigraphError as error:
            self._tell(str(error))
            return []

    async def _keep(self, note: Note) -> None:
        if self._task.dry_run:
            return
        try:
            await self._store.write_note(NOTE, encode(note))
        except MarigraphError as error:
            self._tell(str(error))

    async def _scrub(self, accounts: Sequence[str], note: Note, seen: Sighting) -> tuple[Scrubbed, Note]:
        scrub = Scrub(
            self._store,
            self._clock,
            seconds=self._task.scrub_seconds,
            mend=not self._task.dry_run,
            stopping=self._stopping,
        )
        scrubbed, cursor = await scrub.run(accounts, note.scrub)
        self._problems += scrub.problems
        full = seen.at if scrubbed.complete else note.last_full_scrub
        return scrubbed, replace(note, scrub=cursor, last_full_scrub=full)

    async def _measure(self) -> Disk | None:
        space = await self._store.space()
        if space is None:
            return None
        floor = self._task.floor.of(space.total)
        return Disk(free=space.free, total=space.total, floor=floor, below=space.free < floor)

    async def _ids(self, accounts: Sequence[str], scrubbed: Scrubbed) -> dict[str, list[str]]:
        """Return each account's versions, oldest first, without those that were just found bad.

        Those of one second are in the order of their names, so that two runs decide alike; only the newest
        of all, which a second alone does not tell, is put last.
        """
        found = {}
        for account in accounts:
            bad = bad_versions([finding for finding in scrubbed.findings if finding.account == account])
            try:
                ordered = [i for i in await self._store.between(account, None, None) if i not in bad]
            except MarigraphError as error:
                self._tell(f"{account}: {error}")
            else:
                found[account] = [*sorted(ordered[:-1]), *ordered[-1:]]
        return found

    def _refusals(
        self, ids: Mapping[str, Sequence[str]], doubt: str | None, seen: Sighting
    ) -> dict[str, str]:
        """Return why nothing may leave an account, for those where the clock is not believed."""
        if self._task.force:
            return {}
        reasons = {
            account: doubt or behind_the_newest(seen.at, time_of(its[-1]) if its else None)
            for account, its in ids.items()
        }
        return {account: reason for account, reason in reasons.items() if reason}

    def _plans(
        self,
        ids: Mapping[str, Sequence[str]],
        refused: Mapping[str, str],
        disk: Disk | None,
        seen: Sighting,
    ) -> Mapping[str, Sequence[Decision]]:
        rules = self._task.rules
        plans: dict[str, list[Decision]] = {
            account: stay_all(its, "nothing leaves while the clock is not believed")
            if account in refused
            else plan(its, rules, seen.at)
            for account, its in ids.items()
        }
        if not (disk and disk.below and self._task.archive):
            return plans
        wanted = -(-(disk.floor - disk.free) // _FREED_BYTES)
        leaving = sum(not decision.keep for decisions in plans.values() for decision in decisions)
        open_to_it = {account: its for account, its in plans.items() if account not in refused}
        return {**plans, **leave_sooner(open_to_it, rules, wanted - leaving)}

    async def _remove(self, account: str, decisions: Sequence[Decision], note: Note) -> AccountSwept:
        planned = AccountSwept(account=account, plan=decisions)
        if self._task.dry_run or not planned.leaving or self._stopping():
            return planned
        removal = Removal(
            self._store,
            self._clock,
            archive=self._task.archive,
            stopping=self._stopping,
            sign=lambda: self._keep(replace(note, sign_of_life=self._clock.now())),
        )
        done = await removal.of(account, planned.leaving, self._clock.now())
        return replace(planned, archived=done.archived, deleted=done.deleted, problem=done.problem)
