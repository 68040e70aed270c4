"""What is worth telling of the recording itself (pure): silence, trouble, the end of a login."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from services.alerter.rules.news import OVER_AFTER, Asked, Mark, Marks, News
from services.alerter.rules.tide import Tide
from shared.schemas.reports import Report

__all__ = ["TROUBLES", "login_news", "silence_news", "trouble_news"]

TROUBLES = frozenset(
    {"login_required", "challenge", "layout_changed", "region_blocked", "profile_locked", "sending_refused"}
)
"""States of a scrape that a person has to end, or should know of. Others may pass by themselves; when they do
not, the silence is told."""

_AGAIN_AFTER = timedelta(hours=6)
"""A trouble that comes and goes is told again after this long."""

_GRACE = timedelta(minutes=5)
"""After a start, or after the machine slept, readings are given this long to come."""

_SAME_LOGIN = timedelta(days=1)
"""A login whose end is told to be this near the one before is the same one."""


def silence_news(
    account: str,
    since: datetime,
    marks: Marks,
    asked: Asked,
    reports: Sequence[Report],
    moments: tuple[datetime, datetime],
) -> Iterator[News]:
    """Yield that no reading comes, or that they come again.

    `since` is the time of the newest reading; `moments` are now and since when somebody looks on: a machine
    that slept has no reading either, and is given a little time.
    """
    now, awake = moments
    told, silent = marks.get("silence"), now - since > asked.silence
    if not asked.silence:
        return
    if told is not None and told.value:
        if since > told.at and not silent:
            mark = Mark(since)
            yield News(
                kind="data_again", account=account, about="silence", mark=mark, since=told.at, until=since
            )
        return
    if not silent or now - awake < min(asked.silence, _GRACE):
        return
    why = next((one for one in reports if one.at >= since), None)
    yield News(
        kind="no_data",
        account=account,
        about="silence",
        mark=Mark(since, 1),
        since=since,
        state=why.state if why else None,
        reason=(why.reason or None) if why else None,
        advice=(why.advice or None) if why else None,
        collector=why.collector if why else None,
    )


def trouble_news(
    account: str, tide: Tide, marks: Marks, reports: Sequence[Report], now: datetime
) -> Iterator[News]:
    """Yield troubles that last: the newest report of a collector, which no reading of its own came after."""
    newest: dict[str, Report] = {}
    for report in reports:  # newest first
        newest.setdefault(report.collector or "", report)
    for collector, report in newest.items():
        read = tide.collectors.get(collector)
        lasts = read is None or read <= report.at
        if report.state not in TROUBLES or not lasts or now - report.at > OVER_AFTER:
            continue
        about = f"trouble {report.state} {collector}".strip()
        if not _told(marks.get(about), report.at, read):
            yield News(
                kind="trouble",
                account=account,
                about=about,
                mark=Mark(report.at),
                since=report.at,
                state=report.state,
                reason=report.reason or None,
                advice=report.advice or None,
                collector=report.collector,
            )


def _told(told: Mark | None, at: datetime, read: datetime | None) -> bool:
    """Tell whether a trouble was told: it is the same one until a reading came, and for some hours anyway."""
    if told is None:
        return False
    ended = read is not None and read > told.at
    return not ended or at - told.at < _AGAIN_AFTER


def login_news(
    account: str, logins: Mapping[str, datetime], marks: Marks, asked: Asked, now: datetime
) -> Iterator[News]:
    """Yield logins that end within so many days; again at the next, smaller number of days."""
    for collector, ends in logins.items():
        about = f"login {collector}".strip()
        due = [days for days in asked.login_days if ends - now <= timedelta(days=days)]
        if not due or ends <= now:
            continue
        told = marks.get(about)
        same = told is not None and abs(told.at - ends) < _SAME_LOGIN
        if same and told is not None and told.value <= min(due):
            continue
        yield News(
            kind="login",
            account=account,
            about=about,
            mark=Mark(ends, min(due)),
            until=ends,
            collector=collector or None,
        )
