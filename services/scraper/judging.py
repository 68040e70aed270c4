"""What a look at the page amounts to, as the end of a scrape (pure)."""

from services.scraper.extract.captured import CapturedPage
from services.scraper.extract.snapshot import Unreadable, extract
from services.scraper.fingerprint import fingerprint
from services.scraper.outcome import Outcome, State
from services.scraper.session import door_of
from services.scraper.settle import Seen, is_stale

__all__ = ["judge", "reread"]


def reread(page: CapturedPage, *, collector: str) -> Outcome:
    """Read a captured page with the present parser, and say how a scrape that saw it would end."""
    return judge(Seen(page, extract(page, collector=collector)))


def judge(seen: Seen, *, seconds: float = 0) -> Outcome:
    """Say how a scrape ends that saw this last, `seconds` after it began."""
    if isinstance(seen.read, Unreadable):
        return _unread(seen, seen.read, seconds)
    if is_stale(seen):
        old = f"they are of {seen.read.last_updated:%Y-%m-%d %H:%M} UTC"
        return Outcome(state="stale_page", detail=old, page=seen.page, seconds=seconds)
    state: State = "partial" if seen.read.is_partial else "ok"
    return Outcome(state=state, snapshot=seen.read, page=seen.page, seconds=seconds)


def _unread(seen: Seen, read: Unreadable, seconds: float) -> Outcome:
    """Say what stands before the page, or how it has changed."""
    door = door_of(seen.page)
    if door is not None:
        detail = _status(seen) if door == "network" else ""
        return Outcome(state=door, detail=detail, page=seen.page, seconds=seconds)
    reasons = [f"{section}: {reason}" for section, reason in read.reasons.items()]
    detail = "; ".join([*reasons, f"the page's structure is {fingerprint(seen.page)}"])
    return Outcome(
        state="layout_changed",
        detail=detail,
        page=seen.page,
        seconds=seconds,
        sections_found=list(read.found),
        sections_failed=read.reasons,
    )


def _status(seen: Seen) -> str:
    statuses = [seen.page.status, *(answer.status for answer in seen.page.answers)]
    return f"the server answered {max(statuses)}"
