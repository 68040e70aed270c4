"""What a run reports, and what it notes for the next one (pure)."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from services.janitor.policy import Decision
from services.janitor.timekeeping import Moment, Timekeeping
from shared.store.upkeep import Finding

__all__ = ["AccountSwept", "Cursor", "Disk", "Note", "Scrubbed", "Spot", "Swept", "note_from"]


class AccountSwept(Struct, frozen=True, kw_only=True, rename="camel"):
    """What was decided and done for one account."""

    account: str
    plan: Sequence[Decision]
    archived: int = 0
    deleted: int = 0
    problem: str | None = None
    """Why not all of the plan was done: what the store refused."""

    @property
    def leaving(self) -> list[str]:
        """The versions that the plan removes, oldest first."""
        return [decision.version for decision in self.plan if not decision.keep]


class Scrubbed(Struct, frozen=True, kw_only=True, rename="camel"):
    """What was checked against its name, how far that came, and what was found."""

    checked: int = 0
    """Versions and archives read in this run."""
    done: int = 0
    """Versions and archives checked in this pass so far."""
    total: int = 0
    """Versions and archives there are."""
    complete: bool = False
    """Whether this run brought a pass to its end; the next begins a new one."""
    bad: int = 0
    """How many were not right; `findings` tells of the first thousand."""
    findings: Sequence[Finding] = ()
    foreign: Sequence[str] = ()
    """Names in the store's folders that are nothing of ours, with their account: they are left alone."""


class Disk(Struct, frozen=True, kw_only=True, rename="camel"):
    """The room on the store's disk, in bytes, and whether it is under the floor that was set."""

    free: int
    total: int
    floor: int
    below: bool


class Swept(Struct, frozen=True, kw_only=True, rename="camel"):
    """What one run decided and did; a dry run only decides."""

    dry_run: bool
    archive: bool = True
    """Whether what leaves goes into the archive, or is deleted for good."""
    accounts: Sequence[AccountSwept]
    mended: Sequence[str] = ()
    scrub: Scrubbed = Scrubbed()
    disk: Disk | None = None
    refused: Sequence[str] = ()
    """Why nothing is removed: sentences about the clock, one for each account it concerns or one for all."""
    problems: Sequence[str] = ()
    """What the store refused on the way; the rest of the run went on."""
    reports_removed: int = 0
    """Reports of failed scrapes that were too old or too many."""
    leftovers: int = 0
    """What work that was cut short had left behind, and nobody needs: deleted some hours later."""
    stopped: bool = False
    """Whether the run was told to stop before it was through."""


class Cursor(Struct, frozen=True, kw_only=True, rename="camel"):
    """Where the next scrub goes on: behind this version or, when `archives`, behind this month."""

    account: str
    archives: bool = False
    after: str = ""
    done: int = 0

    @property
    def place(self) -> tuple[str, bool, str]:
        """What the order of everything to be checked is told by."""
        return self.account, self.archives, self.after


class Spot(Struct, frozen=True, kw_only=True, rename="camel"):
    """Where the next look for leftovers goes on: in this account, behind this name."""

    account: str
    after: str = ""


class Note(Struct, frozen=True, kw_only=True, rename="camel"):
    """What the janitor keeps in the store from one run to the next. Nothing of the record depends on it."""

    timekeeping: Timekeeping = Timekeeping()
    scrub: Cursor | None = None
    clearing: Spot | None = None
    last_full_scrub: Moment | None = None
    sign_of_life: Moment | None = None
    """When a run was last seen going on or coming to its end."""
    problems: Sequence[str] = ()
    """What kept the last run from doing all of its work."""


_decoder = msgspec.json.Decoder(Note)


def note_from(data: bytes | None) -> Note:
    """Read a note; one that is missing or that nobody can read is empty."""
    if not data:
        return Note()
    try:
        return _decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Note()
