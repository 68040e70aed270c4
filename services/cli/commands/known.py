"""What is known of an account now: as the receiver answered it, and what is left when that has grown old."""

import math
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from services.cli.commands.failing import Said, failing
from services.cli.exits import NOTHING, CommandError
from services.cli.session import Session
from shared.insight.kinds import PASSED
from shared.insight.limits import WEEKLY, limit_of, name_of
from shared.insight.told.answers import KnownTold

__all__ = ["Known", "Reports", "aged", "answer", "newest_report", "nothing", "recorded_since"]

_STALE_AFTER = timedelta(minutes=10)
"""As the receiver has it."""


class _Scoped(Struct, frozen=True):
    label: str | None = None


class _Weekly(Struct, frozen=True):
    scoped: dict[str, _Scoped] = {}


class Known(Struct, frozen=True, kw_only=True, rename="camel"):
    """What was known at a moment (`at`, by the receiver's clock), as `asof` answers it.

    `extraction_errors` says of the newest reading which of its sections could not be read, and why.
    """

    id: str
    time: datetime
    at: datetime
    last_updated: datetime
    is_stale: bool
    limits: list[KnownTold]
    plan: str | None = None
    extraction_errors: dict[str, str] = {}
    weekly_limits: _Weekly | None = None

    @property
    def unread(self) -> dict[str, str]:
        """Return the limits that the newest reading lacks, each with the reason."""
        found = {limit_of(section): reason for section, reason in self.extraction_errors.items()}
        return {limit: reason for limit, reason in found.items() if limit is not None}

    def called(self, limit: str) -> str:
        """Name a limit with what the page calls it, where that is another word: `weekly (All models)`."""
        scoped = (self.weekly_limits or _Weekly()).scoped.get(limit.removeprefix(f"{WEEKLY}:"))
        name = (scoped.label if scoped else None) or name_of(limit)
        return limit if name.lower() == limit else f"{limit} ({name})"


class Begun(Struct, frozen=True):
    """An account, of which only the beginning is wanted."""

    oldest: datetime | None


class Reports(Struct, frozen=True):
    """Reports, newest first."""

    reports: list[Said]


def answer(session: Session) -> tuple[bytes, Known]:
    """Ask what is known now; raises CommandError, also when nothing is recorded."""
    receiver = session.receiver
    try:
        body = receiver.raw(receiver.of_account("asof"))
    except CommandError as error:
        raise nothing(session) if error.code == NOTHING else error from None
    return body, receiver.decoded(body, Known)


def newest_report(session: Session, known: Known | None = None) -> Said | None:
    """Return the newest report when it is newer than the newest reading: it says why nothing is read."""
    receiver = session.receiver
    found = receiver.ask(receiver.of_account("reports"), Reports, {"limit": 1}).reports
    return found[0] if found and (known is None or found[0].at > known.time) else None


def recorded_since(session: Session) -> datetime | None:
    """Return when the record of the account begins."""
    receiver = session.receiver
    return receiver.ask(receiver.of_account(""), Begun).oldest


def nothing(session: Session) -> CommandError:
    """Say that nothing is recorded, and why, if the collector has said so."""
    said = None
    with suppress(CommandError):  # the same key may ask, and an old receiver knows the call
        said = newest_report(session)
    why = failing(said, datetime.now(UTC)) if said else "`marigraph accounts` tells what there is."
    receiver = session.receiver
    return CommandError(NOTHING, f"nothing is recorded of {receiver.account} at {receiver.shown}", why)


def aged(known: Known, passed: timedelta) -> Known:
    """Return what is left of an answer after some time without another (pure).

    Every age grows, and a percentage is unknown once its reset has passed.
    """
    at = known.at + max(timedelta(0), passed)
    stale = known.is_stale or at - known.time > _STALE_AFTER
    return replace(known, at=at, is_stale=stale, limits=[_aged(one, known.at, at) for one in known.limits])


def _aged(one: KnownTold, then: datetime, at: datetime) -> KnownTold:
    age = one.age_minutes + math.ceil((at - then) / timedelta(minutes=1))
    if one.percentage is not None and one.resets_at is not None and one.resets_at <= at:
        return replace(one, age_minutes=age, percentage=None, resets_at=None, state=None, reason=PASSED)
    return replace(one, age_minutes=age)
