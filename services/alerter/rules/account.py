"""All that is to be told of an account now (pure): every rule, and what of it the settings ask for."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from services.alerter.rules.limits import Expected, forecast_news, limit_news
from services.alerter.rules.news import Asked, Mark, News
from services.alerter.rules.tide import Tide
from services.alerter.rules.watch import login_news, silence_news, trouble_news
from shared.schemas.reports import Report

__all__ = ["Account", "State", "told", "worth_telling"]


class Account(Struct, frozen=True):
    """What was told of an account, since it was first looked at."""

    begun: datetime
    marks: Mapping[str, Mark] = {}


class State(Struct, frozen=True):
    """How an account stands: its folds, its newest reports, newest first, and by limit hits that may come."""

    tide: Tide = Tide()
    reports: Sequence[Report] = ()
    ahead: Mapping[str, Expected] = {}


def worth_telling(
    name: str,
    account: Account,
    state: State,
    asked: Asked,
    moments: tuple[datetime, datetime],
) -> list[News]:
    """Return what is to be told; `moments` are now and since when somebody looks on."""
    found = _found(name, account, state, asked, moments)
    return [news for news in found if news.kind in asked.kinds]


def told(account: Account, news: Sequence[News]) -> Account:
    """Note what is told now."""
    return Account(account.begun, {**account.marks, **{one.about: one.mark for one in news}})


def _found(
    name: str,
    account: Account,
    state: State,
    asked: Asked,
    moments: tuple[datetime, datetime],
) -> Iterator[News]:
    now, _ = moments
    tide, reports, marks = state.tide, state.reports, account.marks
    for limit in tide.record.limits:
        yield from limit_news(name, limit, tide, marks, asked, (account.begun, now))
        expected = state.ahead.get(limit)
        if expected is not None and expected.chance >= asked.chance:
            yield from forecast_news(name, limit, tide, marks, expected, now)
    if tide.read or reports:
        yield from silence_news(name, tide.read or account.begun, marks, asked, reports, moments)
    yield from trouble_news(name, tide, marks, reports, now)
    yield from login_news(name, {**_logins(reports), **tide.logins}, marks, asked, now)


def _logins(reports: Sequence[Report]) -> dict[str, datetime]:
    """Return when each collector's login ends, as its newest report tells."""
    found: dict[str, datetime] = {}
    for report in reports:
        if report.login_ends_at is not None:
            found.setdefault(report.collector or "", report.login_ends_at)
    return found
