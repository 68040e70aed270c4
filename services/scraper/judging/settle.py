"""When a page has said all it will say (pure): decided by what is seen, never by network silence."""

from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from services.scraper.extract.captured import CapturedPage
from services.scraper.extract.scope import DIALOGS
from services.scraper.extract.snapshot import Unreadable
from services.scraper.judging.session import Door, address_door, door_of
from shared.schemas.usage import Snapshot

__all__ = [
    "LONGEST_SECONDS",
    "Progress",
    "Seen",
    "better",
    "is_stale",
    "moved_on",
    "settled",
    "verdict",
    "wants_refresh",
]

Verdict = Literal["complete", "only_json", "only_page", "partial", "nothing"] | Door

LONGEST_SECONDS = 25
"""The most that a page is waited for."""

QUIET_SECONDS: dict[Verdict, float] = {
    "complete": 0.1,
    # The page draws its figures a moment after they came.
    "only_json": 1.5,
    # The page may be about to ask for newer figures than those it came with.
    "only_page": 0.4,
    # Figures were seen to arrive after more than five seconds.
    "partial": 12,
    "nothing": 12,
    "login_required": 0.5,
    "region_blocked": 0.5,
    # A check that passes by itself does so within seconds.
    "challenge": 6,
    "network": 2,
}
"""How long nothing must have changed before a page counts as settled."""

QUIET_AFTER_ANSWER = 3
"""The same for an incomplete reading once the page has its usage answer: nothing more is to come."""

REFRESH_AFTER = timedelta(minutes=2)
STALE_AFTER = timedelta(minutes=10)
"""The origin's bound between fresh and stale."""

NEWER = timedelta(minutes=1)


class Seen(msgspec.Struct, frozen=True):
    """One look at the page and what was read from it."""

    page: CapturedPage
    read: Snapshot | Unreadable


class Progress(msgspec.Struct, frozen=True):
    """How a visit stands: seconds since it began and since a change; whether more is on its way."""

    seen: Seen
    elapsed: float
    unchanged: float
    pending: bool


def verdict(seen: Seen) -> Verdict:
    """Say what a look at the page amounts to."""
    if isinstance(seen.read, Unreadable):
        return door_of(seen.page) or "nothing"
    if door := address_door(seen.page):
        return door
    if seen.page.elsewhere and seen.read.source == "page":
        return "nothing"
    if seen.read.source == "json":
        return "only_json"
    if seen.read.is_partial or (seen.read.source == "page" and _before_its_dialog(seen.page)):
        return "partial"
    return "complete" if seen.read.source == "both" else "only_page"


def _before_its_dialog(page: CapturedPage) -> bool:
    """Tell whether the address asks for a usage dialog over another page, and none is open yet.

    Figures on the page below, such as a chat that quotes some, are not the dialog's.
    """
    address = urlsplit(page.url)
    over_another = "usage" in address.fragment and "usage" not in address.path
    return over_another and not any(one.role in DIALOGS or one.modal for one in page.elements)


def settled(progress: Progress) -> bool:
    """Decide whether to stop waiting."""
    if progress.elapsed >= LONGEST_SECONDS:
        return True
    result = verdict(progress.seen)
    quiet = QUIET_SECONDS[result]
    if result == "complete" and wants_refresh(progress.seen):
        quiet = QUIET_SECONDS["only_json"]  # the answer may be newer than what is drawn
    if result in {"partial", "nothing"} and progress.seen.page.answers:
        quiet = min(quiet, QUIET_AFTER_ANSWER)
    return progress.unchanged >= quiet and not progress.pending


def wants_refresh(seen: Seen) -> bool:
    """Tell whether the figures look old: by their own words, or because page and JSON do not agree."""
    if isinstance(seen.read, Unreadable) or address_door(seen.page):
        return False
    return _age(seen.page.taken_at, seen.read) >= REFRESH_AFTER or bool(seen.read.disagreements)


def moved_on(before: Seen, now: Seen) -> bool:
    """Tell whether pressing Refresh did something; that the age grew by a minute is not something."""
    if isinstance(before.read, Unreadable) or isinstance(now.read, Unreadable):
        return True
    return (
        len(now.page.answers) != len(before.page.answers)
        or now.read.last_updated - before.read.last_updated >= NEWER
        or _figures(now.read) != _figures(before.read)
    )


def better(before: Seen, after: Seen) -> Seen:
    """Choose what counts after Refresh: a page that fails over it takes back nothing."""
    failed = isinstance(after.read, Unreadable) and door_of(after.page) in {None, "network"}
    return before if failed and not isinstance(before.read, Unreadable) else after


def is_stale(seen: Seen) -> bool:
    """Tell whether the figures are too old to be recorded as a reading of now."""
    return not isinstance(seen.read, Unreadable) and _age(seen.page.taken_at, seen.read) >= STALE_AFTER


def _age(taken_at: datetime, snapshot: Snapshot) -> timedelta:
    return taken_at - snapshot.last_updated


def _figures(snapshot: Snapshot) -> list[float | None]:
    weekly = snapshot.weekly_limits
    readings = [snapshot.current_session, weekly and weekly.all_models, weekly and weekly.sonnet_only]
    return [reading.percentage_used if reading else None for reading in readings]
