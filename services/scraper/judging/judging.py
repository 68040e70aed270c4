"""What a look at the page amounts to, as the end of a scrape (pure)."""

from urllib.parse import urlsplit

import msgspec

from services.scraper.extract.captured import CapturedPage
from services.scraper.extract.snapshot import Unreadable, extract
from services.scraper.judging.fingerprint import fingerprint
from services.scraper.judging.outcome import Outcome, State
from services.scraper.judging.session import Door, address_door, door_of
from services.scraper.judging.settle import Seen, is_stale
from shared.schemas.usage import Snapshot

__all__ = ["judge", "reread"]

FIRST_ERROR, UNAUTHORIZED = 400, 401


def reread(page: CapturedPage, *, collector: str) -> Outcome:
    """Read a captured page with the present parser, and say how a scrape that saw it would end."""
    return judge(Seen(page, extract(page, collector=collector)))


def judge(seen: Seen, *, seconds: float = 0) -> Outcome:
    """Say how a scrape ends that saw this last, `seconds` after it began."""
    if isinstance(seen.read, Unreadable):
        return _unread(seen.page, seen.read, seconds)
    if (door := address_door(seen.page)) or _contested(seen.page, seen.read):
        return _stopped(seen.page, door or "network", seconds)
    if seen.read.source == "page" and UNAUTHORIZED in _failed_answers(seen.page):
        return _stopped(seen.page, "login_required", seconds)
    if seen.read.source == "page" and seen.page.elsewhere:
        where = f"the browser was sent on to {urlsplit(seen.page.url).path}, which is not the usage page"
        return Outcome(state="layout_changed", detail=where, page=seen.page, seconds=seconds)
    if is_stale(seen):
        old = f"they are of {seen.read.last_updated:%Y-%m-%d %H:%M} UTC"
        return Outcome(state="stale_page", detail=old, page=seen.page, seconds=seconds)
    snapshot = _with_doubts(seen.page, seen.read)
    state: State = "partial" if snapshot.is_partial else "ok"
    return Outcome(state=state, snapshot=snapshot, page=seen.page, seconds=seconds)


def _unread(page: CapturedPage, read: Unreadable, seconds: float) -> Outcome:
    """Say what stands before the page, what did not arrive, or how it has changed."""
    if (door := door_of(page)) or page.unfinished:
        return _stopped(page, door or "network", seconds)
    reasons = [f"{section}: {reason}" for section, reason in read.reasons.items()]
    detail = "; ".join([*reasons, f"the page's structure is {fingerprint(page)}"])
    return Outcome(
        state="layout_changed",
        detail=detail,
        page=page,
        seconds=seconds,
        sections_found=list(read.found),
        sections_failed=read.reasons,
    )


def _stopped(page: CapturedPage, door: Door, seconds: float) -> Outcome:
    detail = _why_nothing_came(page) if door == "network" else ""
    return Outcome(state=door, detail=detail, page=page, seconds=seconds)


def _failed_answers(page: CapturedPage) -> list[int]:
    return [answer.status for answer in page.answers if answer.status >= FIRST_ERROR]


def _contested(page: CapturedPage, read: Snapshot) -> bool:
    """Tell whether the page shows nothing but zeros after its own call for figures failed: placeholders."""
    weekly = read.weekly_limits
    scoped = (weekly.scoped or {}).values() if weekly else ()
    readings = [read.current_session, *((weekly.all_models, weekly.sonnet_only) if weekly else ()), *scoped]
    zeros = all(reading.percentage_used == 0 for reading in readings if reading)
    return read.source == "page" and bool(_failed_answers(page)) and zeros


def _with_doubts(page: CapturedPage, read: Snapshot) -> Snapshot:
    """Add to what was read off a page why it may not be all of it, or not be so."""
    if read.source != "page":
        return read
    if failed := _failed_answers(page):
        doubt = f"the page's own call for its figures failed (HTTP {failed[-1]})"
        read = msgspec.structs.replace(read, disagreements=[*(read.disagreements or []), doubt])
    if page.unfinished == "document":
        errors = (read.extraction_errors or {}) | {"page": "it had not finished loading"}
        read = msgspec.structs.replace(read, is_partial=True, extraction_errors=errors)
    return read


def _why_nothing_came(page: CapturedPage) -> str:
    statuses = [page.status, *(answer.status for answer in page.answers)]
    if max(statuses) >= FIRST_ERROR:
        return f"the server answered {max(statuses)}"
    what = "the page" if page.unfinished == "document" else "the figures that the page asked for"
    return f"{what} did not arrive in time"
