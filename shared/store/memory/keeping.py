# ruff: noqa: ARG002 - memory has no use for some of what the contract hands over
"""Upkeep of what is in memory: there is little to keep."""

from collections.abc import Sequence
from datetime import datetime

from shared.store.keys import month_of
from shared.store.memory.accounts import Accounts
from shared.store.upkeep import Census, Cleared, Finding, Pace, Space

__all__ = ["Keeping"]


class Keeping(Accounts):
    """See Upkeep."""

    pace = Pace()

    async def take_duty(self, who: str) -> str | None:
        """See Upkeep.take_duty: nobody else can reach this memory."""
        return None

    async def tend(self) -> Sequence[str]:
        """See Upkeep.tend: nothing is derived."""
        return []

    def damage_seen(self) -> int:
        """See Upkeep.damage_seen: nobody else can reach this memory."""
        return 0

    async def census(self, account: str) -> Census:
        """See Upkeep.census."""
        own = self._of(account)
        return Census(sorted(own.versions), sorted({month_of(version_id) for version_id in own.archive}))

    async def scrub(self, account: str, ids: Sequence[str], at: datetime, *, mend: bool) -> Sequence[Finding]:
        """See Upkeep.scrub: what is only in memory is as it was put there."""
        return []

    async def scrub_archive(self, account: str, month: str, at: datetime, *, mend: bool) -> Finding | None:
        """See Upkeep.scrub_archive: as `scrub`."""
        return None

    async def clear(self, account: str, after: str = "", *, pages: int) -> Cleared:
        """See Upkeep.clear: nothing is left behind."""
        return Cleared()

    async def inspect(self, account: str) -> Sequence[Finding]:
        """See Upkeep.inspect: nothing is derived."""
        return []

    async def space(self) -> Space | None:
        """See Upkeep.space: there is no disk."""
        return None

    async def read_note(self, name: str) -> bytes | None:
        """See Upkeep.read_note."""
        return self._notes.get(name)

    async def write_note(self, name: str, data: bytes) -> None:
        """See Upkeep.write_note."""
        self._notes[name] = data

    async def swap_note(self, name: str, before: bytes | None, after: bytes) -> bool:
        """See Upkeep.swap_note."""
        if self._notes.get(name) != before:
            return False
        self._notes[name] = after
        return True
