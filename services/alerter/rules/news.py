"""What a rule found worth telling, and the mark it leaves so that it is told once (pure)."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from services.alerter.rules.asked import Kind, Thresholds
from shared.insight.sightings import Between

__all__ = ["OVER_AFTER", "Asked", "Mark", "Marks", "News", "id_of"]

Moment = Annotated[datetime, Meta(tz=True)]

OVER_AFTER = timedelta(hours=24)
"""What happened longer ago is not told any more."""


class Mark(Struct, frozen=True, omit_defaults=True):
    """How far something was told: up to which reading (or other moment), and with which figure."""

    at: Moment
    value: float = 0.0


Marks = Mapping[str, Mark]
"""What was told of an account, by what it was about."""


class Span(Struct, frozen=True, rename="camel"):
    """Something lay between these two moments; one that is None is not known."""

    earliest: Moment | None
    latest: Moment | None


def span(between: Between | None) -> Span | None:
    """Return when something happened as it is told."""
    return None if between is None else Span(between.earliest, between.latest)


class Asked(Struct, frozen=True, kw_only=True):
    """What the settings ask for.

    `login_days` are the days before its end at which a login is told of, `chance` (0 to 1) is how likely a
    hit has to be.
    """

    kinds: frozenset[Kind]
    thresholds: Thresholds
    rearm: float = 10.0
    silence: timedelta = timedelta(minutes=60)
    login_days: tuple[float, ...] = (5.0, 1.0)
    chance: float = 0.7


class News(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Something to be told; what does not belong to its kind, or is not known, is left out.

    `percentage` was read at `read_at`; `reached` and `left` are when 100 % was reached and left, `over` says
    that this is past. `since` is when silence or trouble began, `until` when readings went on or a login or
    window ends. `expected`, `likely` and `chance` are a forecast's; `state`, `reason`, `advice` and
    `collector` are a report's. `versions` prove it; `doubtful` is what one reading alone shows, by a leap.
    """

    kind: Kind
    account: str
    about: str
    """Under which mark it is noted; `mark` is that note."""
    mark: Mark
    limit: str | None = None
    percentage: float | None = None
    threshold: float | None = None
    read_at: Moment | None = None
    resets_at: Moment | None = None
    reached: Span | None = None
    left: Span | None = None
    how: str | None = None
    over: bool = False
    since: Moment | None = None
    until: Moment | None = None
    expected: Span | None = None
    likely: Moment | None = None
    chance: float | None = None
    state: str | None = None
    reason: str | None = None
    advice: str | None = None
    collector: str | None = None
    doubtful: bool = False
    versions: tuple[str, ...] = ()


def id_of(news: News) -> str:
    """Name a piece of news, so that the same one has the same name when it is found again."""
    said = f"{news.kind}|{news.account}|{news.about}|{news.mark.at.isoformat()}|{news.mark.value}|{news.over}"
    return f"msg_{hashlib.sha256(said.encode()).hexdigest()[:32]}"
