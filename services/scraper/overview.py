"""What the commands print: figures and states in plain words (pure)."""

from datetime import datetime, timedelta

import msgspec

from services.scraper.logins.login_age import login_words
from services.scraper.outgoing.outbox import Stock
from services.scraper.status import Status
from shared.schemas.codec import Document, decode_snapshot
from shared.schemas.usage import Reading, Snapshot
from shared.timestamps import to_iso

__all__ = ["Overview", "figures", "overview_lines", "standing_words"]

MEGA = 1_000_000


class Overview(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All that `status` tells; with `--json` it is printed as it is."""

    running: bool
    state_dir: str
    status: Status
    outbox: Stock
    last_reading: Document | None = None


def figures(snapshot: Snapshot) -> list[str]:
    """Write one line a limit, and one for each section that could not be read."""
    lines = [_line(name, reading) for name, reading in _named(snapshot)]
    if snapshot.credits:
        spent = f"{snapshot.credits.used:g} {snapshot.credits.currency} spent"
        share = snapshot.credits.percentage_used
        lines.append(f"{'Usage credits':<16} {'' if share is None else f'{share:g} %':>7}   {spent}")
    lines += [f"not read: {name}: {reason}" for name, reason in (snapshot.extraction_errors or {}).items()]
    return lines + [f"disagreement: {text}" for text in snapshot.disagreements or []]


def _named(snapshot: Snapshot) -> list[tuple[str, Reading]]:
    weekly = snapshot.weekly_limits
    named = [("Current session", snapshot.current_session)]
    if weekly:
        named += [("All models", weekly.all_models), ("Sonnet only", weekly.sonnet_only)]
        named += [(reading.label or name, reading) for name, reading in sorted((weekly.scoped or {}).items())]
    return [(name, reading) for name, reading in named if reading]


def _line(name: str, reading: Reading) -> str:
    shown = reading.percentage_shown or reading.percentage_used
    resets = f"resets: {reading.resets_in}" if reading.state == "open" else reading.resets_in
    exact = f" ({to_iso(reading.resets_at)})" if reading.resets_at else ""
    return f"{name:<16} {f'{shown:g} %':>7}   {resets}{exact}".rstrip()


def overview_lines(overview: Overview, now: datetime) -> list[str]:
    """Write the status as a person reads it."""
    status = overview.status
    lines = [
        f"Scraper    {'running' if overview.running else 'not running'}; its files: {overview.state_dir}"
    ]
    if status.state is None:
        lines.append("State      it has not read the page yet")
        if not overview.running:
            lines.append("           that of make run-local has a folder of its own: make scraper-status")
    else:
        since = f" since {to_iso(status.since)}, {_ago(now - status.since)}" if status.since else ""
        lines += [f"State      {status.state.replace('_', ' ')}{since}", f"           {status.message}"]
    if overview.last_reading:
        last = decode_snapshot(overview.last_reading)
        lines.append(f"Last good  {to_iso(last.last_updated)}, {_ago(now - last.last_updated)}")
        lines += [f"           {line}" for line in figures(last)]
    if overview.running and status.next_scrape_at:
        lines.append(f"Next       {to_iso(status.next_scrape_at)}, {_until(status.next_scrape_at - now)}")
    if status.login:
        lines.append(f"Login      {login_words(status.login, now)}")
    return [*lines, *_outbox_lines(overview, now)]


def standing_words(status: Status, now: datetime) -> str:
    """Say in one line how scraping and sending stand."""
    if status.state is None:
        return "it has not read the page yet"
    read = f"last reading {_ago(now - status.last_good_at)}" if status.last_good_at else "nothing read yet"
    return f"{status.state.replace('_', ' ')}, {read}; sending: {status.sending.state.replace('_', ' ')}"


def _outbox_lines(overview: Overview, now: datetime) -> list[str]:
    box, tally = overview.outbox, overview.outbox.tally
    waits = f"{box.waiting} waiting ({_bytes(box.bytes)})" if box.waiting else "empty"
    oldest = f", the oldest since {_ago(now - box.oldest)[:-4]}" if box.oldest else ""
    lines = [f"Outbox     {waits}{oldest}", *_sending_lines(overview, now)]
    if box.rejected:
        lines.append(f"           {box.rejected} rejected by the receiver: see rejected/")
    if box.quarantined:
        lines.append(f"           {box.quarantined} damaged: see quarantine/")
    if tally.dropped:
        lines.append(f"           {tally.dropped} dropped so far, for the outbox or the disk was full")
    if tally.aside_dropped:
        lines.append(
            f"           {tally.aside_dropped} rejected or damaged ones were deleted, for they were too many"
        )
    if box.reports:
        lines.append(f"Reports    {box.reports} of failures: see reports/")
    return lines


def _sending_lines(overview: Overview, now: datetime) -> list[str]:
    """Say how sending stands when something waits, and when the receiver answered last."""
    sending, last = overview.status.sending, overview.status.sending.last_answer
    lines = []
    if overview.outbox.waiting and sending.detail:
        lines.append(f"           {sending.state.replace('_', ' ')}: {sending.detail}")
        if overview.running and sending.next_try_at:
            lines.append(f"           next try {_until(sending.next_try_at - now)}")
    if last:
        trouble = f": {last.trouble}" if last.trouble else ""
        lines.append(f"Receiver   last answered {_ago(now - last.at)}: HTTP {last.status}{trouble}")
    return lines


def _bytes(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= MEGA else f"{count / 1e3:.1f} kB"


def _until(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    if seconds <= 0:
        return "now"
    return f"in {seconds} s" if seconds < 120 else f"in {seconds // 60} min"  # noqa: PLR2004 - two minutes


def _ago(age: timedelta) -> str:
    minutes = max(0, int(age.total_seconds() // 60))
    if minutes < 60:  # noqa: PLR2004 - minutes in an hour
        return f"{minutes} min ago"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min ago" if hours < 48 else f"{hours // 24} days ago"  # noqa: PLR2004 - two days
