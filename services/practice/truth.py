"""What the limits truly stand at, and what a page shows of it, which may be stale (pure)."""

from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from services.practice.control import Control
from services.practice.eras import ERAS, LIMITS, Era, Limit
from services.practice.model import Figure, Person, figures_at
from services.practice.model.steps import next_month
from shared.timestamps import to_iso

__all__ = ["Shown", "figure_document", "figures_document", "shown_figures", "true_figures"]

Shown = dict[Limit, Figure]

OLD_SHARE = 0.6
"""How much of a fixed figure had been used already when a stale page was measured."""


def true_figures(person: Person, control: Control, now: datetime) -> Shown:
    """Return every limit the account has, as it truly stands."""
    figures = figures_at(person, now)
    chosen = {limit: control.figures.get(limit, figures[limit]) for limit in LIMITS}
    return {
        limit: replace(figure, resets_at=next_month(now)) if limit == "credits" else figure
        for limit, figure in chosen.items()
        if figure is not None
    }


def shown_figures(person: Person, control: Control, now: datetime, *, age: timedelta) -> Shown:
    """Return what the page shows: its era's limits, less the broken ones, as they stood `age` ago."""
    era = ERAS[control.era]
    measured = {
        limit: _earlier(figure, age) if limit in control.figures else figure
        for limit, figure in true_figures(person, control, now - age).items()
    }
    return {
        limit: _as_printed(figure, era)
        for limit, figure in measured.items()
        if limit in era.limits and limit not in control.broken
    }


def _earlier(figure: Figure, age: timedelta) -> Figure:
    """Return a fixed figure as it may have stood earlier: less used, of a window that ended earlier."""
    if not age:
        return figure
    percentage = None if figure.percentage is None else int(figure.percentage * OLD_SHARE)
    if (money := figure.credits) is not None:
        spent = replace(money, used_minor=int(money.used_minor * OLD_SHARE))
        return replace(figure, percentage=percentage, credits=spent)
    resets_at = None if figure.resets_at is None else figure.resets_at - age
    return replace(figure, percentage=percentage, resets_at=resets_at)


def _as_printed(figure: Figure, era: Era) -> Figure:
    """Round as the era's JSON does: its third shape has whole per cents only."""
    if era.shape < 3 or figure.percentage is None:  # noqa: PLR2004 - the shapes are numbered
        return figure
    return replace(figure, percentage=int(figure.percentage + 0.5))


def figures_document(figures: Shown) -> dict[str, Any]:
    """Write figures as `/practice/state` gives them."""
    return {limit: figure_document(figure) for limit, figure in figures.items()}


def figure_document(figure: Figure) -> dict[str, Any]:
    """Write one figure; money is in whole units of its currency."""
    document: dict[str, Any] = {
        "percentage": figure.percentage,
        "resetsAt": None if figure.resets_at is None else to_iso(figure.resets_at),
        "state": figure.state,
    }
    if (money := figure.credits) is not None:
        document["used"] = money.used_minor / 100
        document["limit"] = None if money.limit_minor is None else money.limit_minor / 100
        document["currency"] = money.currency
    return document
