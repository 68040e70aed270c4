"""Figures that a test sets by hand, checked and turned into what the model would return (pure)."""

from datetime import datetime, timedelta
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from services.practice.eras import Limit
from services.practice.model import Credits, Figure, LimitState
from services.practice.model.steps import next_month

__all__ = ["FixedFigure", "resolve"]

STATES: dict[Limit, tuple[LimitState, ...]] = {
    "session": ("open", "idle"),
    "weekly": ("open", "idle"),
    "weekly:sonnet": ("open", "unused"),
    "weekly:fable": ("open", "unused"),
    "credits": ("open",),
}
RESETS_IN = {"session": 162, "weekly": 5760, "weekly:sonnet": 8460, "weekly:fable": 5760}
"""Minutes to the reset where none is given."""

FULL = 100
CENTS = 100


class FixedFigure(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """One limit's figure as it is asked for; `used` and `limit` are money and belong to credits."""

    percentage: Annotated[float, Meta(ge=0, le=999)] | UnsetType = UNSET
    resets_in_minutes: Annotated[int, Meta(ge=1, le=50_000)] | UnsetType = UNSET
    resets_at: Annotated[datetime, Meta(tz=True)] | UnsetType = UNSET
    state: LimitState = "open"
    used: Annotated[float, Meta(ge=0, le=1e9)] | UnsetType = UNSET
    limit: Annotated[float, Meta(gt=0, le=1e9)] | UnsetType | None = UNSET
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "USD"


def resolve(limit: Limit, fixed: FixedFigure, now: datetime) -> Figure:
    """Turn what was asked for at `now` into a figure; raises ValueError that names the field."""
    path = f"$.figures[{limit!r}]"
    if fixed.state not in STATES[limit]:
        raise ValueError(f"{path}.state: {fixed.state!r} does not go with {limit}, only {STATES[limit]}")
    if limit == "credits":
        return _credits(fixed, now, path)
    if fixed.used is not UNSET or fixed.limit is not UNSET:
        raise ValueError(f"{path}: used and limit belong to credits")
    if fixed.state != "open":
        if fixed.percentage:
            raise ValueError(f"{path}.percentage: nothing is used while the state is {fixed.state!r}")
        return Figure(percentage=0, resets_at=None, state=fixed.state)
    percentage = _given(fixed.percentage)
    if percentage is None:
        raise ValueError(f"{path}.percentage is missing")
    return Figure(percentage=percentage, resets_at=_reset(limit, fixed, now), state="open")


def _given(value: float | UnsetType) -> float | None:
    """Return what was given, as a whole number if it is one: pages and state write 47, not 47.0."""
    if isinstance(value, UnsetType):
        return None
    return int(value) if value == int(value) else value


def _reset(limit: Limit, fixed: FixedFigure, now: datetime) -> datetime:
    """Return when the window ends: as given, or on the full minute, counted from the minute of the change."""
    if not isinstance(fixed.resets_at, UnsetType):
        return fixed.resets_at
    minutes = fixed.resets_in_minutes
    if isinstance(minutes, UnsetType):
        minutes = RESETS_IN[limit]
    return now.replace(second=0, microsecond=0) + timedelta(minutes=minutes)


def _credits(fixed: FixedFigure, now: datetime, path: str) -> Figure:
    """Fill in what was not given of percentage, money used and limit (50 unless said, None = unlimited)."""
    if fixed.resets_at is not UNSET or fixed.resets_in_minutes is not UNSET:
        raise ValueError(f"{path}: credits reset with the month, no other reset can be set")
    limit = 50.0 if isinstance(fixed.limit, UnsetType) else fixed.limit
    percentage = _given(fixed.percentage)
    if isinstance(fixed.used, UnsetType):
        used = (percentage or 0) * (limit or 0) / FULL
    else:
        used = fixed.used
        if percentage is None and limit:
            percentage = int(used * FULL / limit)
    return Figure(
        percentage=percentage,
        resets_at=next_month(now),
        state="open",
        credits=Credits(
            used_minor=round(used * CENTS),
            limit_minor=None if limit is None else round(limit * CENTS),
            currency=fixed.currency,
        ),
    )
