"""Whether the machine's clock can be believed when it says what is old (pure).

A clock that is wrong by a month makes a month's versions look old. So each run leaves a sighting of the clock
beside the time the machine has been up (time asleep included), and the next run compares: the wall clock
cannot have gone much further than the machine was up. What stays unexplained for a whole day in which the
clock went steadily is believed after all: a paused virtual machine, a clock set right.
"""

from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from shared.timestamps import to_iso

__all__ = ["Moment", "Sighting", "Timekeeping", "ahead_of_the_machine", "behind_the_newest", "forced"]

ALLOWED_AHEAD = timedelta(hours=18)
"""How much further the clock may go than the machine is up: it was switched off or paused overnight."""

STEADY = timedelta(hours=24)
"""A clock that jumped is believed once it went on so long without another; one jump alone cannot reach it."""

ALLOWED_BEHIND = timedelta(minutes=1)
"""How far two machines' clocks may be apart: a version may be so much newer than the present."""


Moment = Annotated[datetime, Meta(tz=True)]


class Sighting(Struct, frozen=True, kw_only=True, rename="camel"):
    """What the clock said, and how long the machine had been up in which boot."""

    at: Moment
    boot: str
    up_seconds: Annotated[float, Meta(ge=0, le=1e10)]

    def unexplained_since(self, earlier: "Sighting") -> timedelta:
        """Return how much further the clock went than the machine was up; negative when it went back.

        In another boot, the machine has been up for `up_seconds` at most since then.
        """
        same = self.boot == earlier.boot and self.up_seconds >= earlier.up_seconds
        up = self.up_seconds - earlier.up_seconds if same else self.up_seconds
        return self.at - earlier.at - timedelta(seconds=up)


class Timekeeping(Struct, frozen=True, kw_only=True, rename="camel"):
    """What earlier runs saw of the clock; nothing at all in a store that no janitor has seen."""

    believed: Sighting | None = None
    """When the clock was last believed."""
    doubted: Sighting | None = None
    """When it was last doubted, if it is."""
    doubted_since: Moment | None = None
    """What the clock said when the doubt began."""


def ahead_of_the_machine(known: Timekeeping, now: Sighting) -> tuple[str | None, Timekeeping]:
    """Return why the clock is not believed (None when it is), and what is known after this look at it."""
    believed = known.believed
    if believed is None:
        return None, Timekeeping(believed=now)
    ahead = now.unexplained_since(believed)
    if ahead <= ALLOWED_AHEAD:
        # A clock set back is no danger: too much is kept. The old sighting stays, for when it returns.
        return None, Timekeeping(believed=now if now.at >= believed.at else believed)
    since = _doubted_since(known, now)
    if now.at - since >= STEADY:
        return None, Timekeeping(believed=now)
    reason = (
        f"the clock says {to_iso(now.at)}, and since the last run ({to_iso(believed.at)}) it went on"
        f" {_words(ahead)} more than this machine was up; it is believed if it goes on steadily until"
        f" {to_iso(since + STEADY)}"
    )
    return reason, replace(known, doubted=now, doubted_since=since)


def _doubted_since(known: Timekeeping, now: Sighting) -> datetime:
    """Return when the present doubt began: now, if the clock jumped again since it was last doubted."""
    if known.doubted is None or known.doubted_since is None or now.at < known.doubted_since:
        return now.at
    return now.at if now.unexplained_since(known.doubted) > ALLOWED_AHEAD else known.doubted_since


def forced(now: Sighting) -> Timekeeping:
    """Return what is known once a person has said that the clock is right."""
    return Timekeeping(believed=now)


def behind_the_newest(now: datetime, newest: datetime | None) -> str | None:
    """Say why a clock behind an account's newest version is not believed, None when it is not behind."""
    if newest is None or newest <= now + ALLOWED_BEHIND:
        return None
    return f"the clock says {to_iso(now)}, but the newest version is of {to_iso(newest)}"


def _words(length: timedelta) -> str:
    hours = length.total_seconds() / 3600
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours"  # noqa: PLR2004 - two days
