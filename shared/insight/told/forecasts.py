"""Forecasts as they are answered (pure), camelCase in JSON. Moments are UTC, to the minute."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from shared.insight.told.answers import About
from shared.insight.told.rows import Amount, Count, Share

__all__ = ["Accuracy", "AtReset", "ForecastsTold", "HitAhead", "Judgement", "LimitForecast", "Prospect"]

Prospect = Literal["forecast", "full", "idle", "stale", "unknown", "no_reset", "not_enough_data"]
"""`forecast`: one is given. `full`: 100 % is reached. `idle`: no window is open. `stale`: the newest
reading is too old. `unknown`: the percentage is. `no_reset`: none is announced."""


class HitAhead(Struct, frozen=True, kw_only=True, rename="camel"):
    """When 100 % is reached: `chance` is how likely that is before the reset, 0 to 1.

    `earliest` to `latest` is the band, and `likely` is as likely too late as too early. Null stands for "not
    before the reset" in each of the three; all are null where the chance is below 0.2.
    """

    chance: Share
    earliest: datetime | None
    likely: datetime | None
    latest: datetime | None


class AtReset(Struct, frozen=True, kw_only=True):
    """The percentage at the reset: likely, and the band from `low` to `high`. 100 is 100 or more."""

    low: Amount
    likely: Amount
    high: Amount


class Accuracy(Struct, frozen=True, kw_only=True, rename="camel"):
    """How good `forecasts` were: mean error (points, or minutes), a straight line's at the same moments.

    `bands` of them told a band, `held` is the share of these that held what came. What is unknown is null. Of
    times, a hit that did not come before the reset counts as one at the reset; when none was told and
    none came, there is no error of times.
    """

    forecasts: Count
    mean_error: float | None
    straight_line_error: float | None
    bands: Count
    held: Share | None


class Judgement(Struct, frozen=True, kw_only=True, rename="camel"):
    """Forecasts of the past 28 days, made again at fixed moments from what was known then, and what came.

    `mean_chance` is the mean chance of a hit that was told, `hit_share` the share that was hit; `untold_hits`
    came of forecasts that told no time for one.
    """

    windows: Count
    at_reset: Accuracy
    hit_time: Accuracy
    mean_chance: Share | None
    hit_share: Share | None
    untold_hits: Count


class LimitForecast(Struct, frozen=True, kw_only=True, rename="camel"):
    """What is expected of a limit's window. `reason` says why nothing is, where that is so.

    `percentage` was read `age_minutes` ago; the forecast begins with that reading. The bands of `hit` and
    `at_reset` are meant to hold `holds` of what comes. `known_hours` of use are known, `needed_hours` are
    needed. `straight_line` is what this window's pace alone would come to. There is a `judgement` as soon as
    a forecast could be checked, whatever the status.
    """

    limit: str
    status: Prospect
    reason: str | None = None
    percentage: Amount | None = None
    age_minutes: Count | None = None
    version: str | None = None
    resets_at: datetime | None = None
    doubtful: bool = False
    hit: HitAhead | None = None
    at_reset: AtReset | None = None
    straight_line: Amount | None = None
    holds: Share | None = None
    known_hours: Count = 0
    needed_hours: Count = 0
    judgement: Judgement | None = None


class ForecastsTold(About, frozen=True, kw_only=True):
    """The forecasts of an account's limits; hours and days of the week are those of `zone`."""

    zone: str
    limits: list[LimitForecast]
