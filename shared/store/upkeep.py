"""What a janitor and an operator ask of a store beyond its versions: the contract's second half."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

__all__ = ["Census", "Cleared", "Finding", "Pace", "Space", "Upkeep"]


class Finding(Struct, frozen=True, kw_only=True, rename="camel"):
    """Something that cannot be believed, and what became of it. Names start at the account's folder."""

    account: str
    file: str
    reason: str
    set_aside: str | None = None
    """Where it lies now; None when it was left where it is."""
    restored: bool = False
    """Whether a version was put back from the archive, or an archive made again from what was whole in it.

    Of a bad version that was only looked at: whether the archive has it.
    """


class Census(Struct, frozen=True):
    """What lies in an account's folders, by name alone; every list is sorted."""

    versions: Sequence[str] = ()
    """The ids that files have as their names, whatever these hold."""
    archives: Sequence[str] = ()
    """The months (`2026-11`) that have an archive."""
    foreign: Sequence[str] = ()
    """Names that are nothing of ours: they are never served and never touched."""


class Cleared(Struct, frozen=True):
    """What a look for leftovers came to: how many were let go of, and where the next one goes on."""

    found: int = 0
    pages: int = 0
    """Pages of names that were looked through; each may cost money."""
    after: str | None = None
    """None when all was looked through."""


class Space(Struct, frozen=True):
    """How much room the store has, in bytes."""

    free: int
    total: int


class Pace(Struct, frozen=True):
    """How old (seconds) an answer may be that nobody has just asked for: looks into a bucket cost money."""

    listening: float = 0
    """While somebody waits for news."""
    idle: float = 0
    """While nobody does."""


class Upkeep(Protocol):
    """Keeping a store well. Every call may raise the errors of `shared.store.errors`."""

    pace: Pace

    async def take_duty(self, who: str) -> str | None:
        """Become the only janitor of this store until `close`; return None, or who is it already.

        A janitor that died holds nothing. `who` is told to those who come later.
        """
        ...

    async def tend(self) -> Sequence[str]:
        """Make derived files again that were lost or changed on the disk; a sentence for each.

        Answers never depend on these; those who read the files do. Costs next to nothing while all is well.
        """
        ...

    def damage_seen(self) -> int:
        """Return how many damaged versions and parts of archives were met since the store was opened."""
        ...

    async def census(self, account: str) -> Census:
        """List what an account's folders hold, by name."""
        ...

    async def scrub(self, account: str, ids: Sequence[str], at: datetime, *, mend: bool) -> Sequence[Finding]:
        """Read versions from the disk and check each against its name; return those that are not right.

        With `mend` a bad file is set aside (never deleted), and the version put back if the archive has it. A
        file that somebody is writing just now is not judged; one that cannot be read is left where it is.
        """
        ...

    async def scrub_archive(self, account: str, month: str, at: datetime, *, mend: bool) -> Finding | None:
        """Read a month's archive to its end and check each version in it.

        With `mend` a bad one is set aside, and made again from what in it is whole.
        """
        ...

    async def clear(self, account: str, after: str = "", *, pages: int) -> Cleared:
        """Let go of what work that was cut short left behind a day ago or longer; look at so many pages.

        Only the janitor on duty does; nothing is let go of that anybody could still need. On a volume it is
        `rebuild` that does it.
        """
        ...

    async def inspect(self, account: str) -> Sequence[Finding]:
        """Compare what is derived with what it is derived from, and look at what lies about; mend nothing."""
        ...

    async def space(self) -> Space | None:
        """Return how much room there is, None where that means nothing."""
        ...

    async def read_note(self, name: str) -> bytes | None:
        """Return what was noted under a name, None when there is nothing.

        A janitor notes what its next run has to know, receivers what they have to tell one another.
        """
        ...

    async def write_note(self, name: str, data: bytes) -> None:
        """Note something; it is replaced whole, and may be lost in a power cut."""
        ...

    async def swap_note(self, name: str, before: bytes | None, after: bytes) -> bool:
        """Replace a note if it still is as it was `before`, None for not there; return whether it was.

        Of several processes that try at the same time, one succeeds.
        """
        ...
