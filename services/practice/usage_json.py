"""The JSON behind the usage page, in the shapes it has had (pure).

Shape 1 (to February 2026) has a utilization for each window; shape 2 (April to June) adds pools and money
to `extra_usage`; shape 3 (July 2026 on) adds `limits` and `spend`, and the model windows of old stay null.
"""

from datetime import datetime, timedelta
from typing import Any

from services.practice.eras import Era, Limit
from services.practice.model import Credits, Figure
from services.practice.truth import Shown

__all__ = ["spend_limit_document", "usage_document"]

Document = dict[str, Any]

WINDOWS: dict[str, Limit] = {
    "five_hour": "session",
    "seven_day": "weekly",
    "seven_day_sonnet": "weekly:sonnet",
}
NULLS_1 = ("seven_day_oauth_apps", "seven_day_opus", "seven_day_cowork", "iguana_necktie")
NULLS_2 = ("seven_day_omelette", "tangelo", "omelette_promotional", "cinder_cove")
KINDS: dict[Limit, tuple[str, str]] = {
    "session": ("session", "session"),
    "weekly": ("weekly_all", "weekly"),
    "weekly:fable": ("weekly_scoped", "weekly"),
}
WARNING, CRITICAL = 75, 95
GARBLED: Document = {"utilization": "n/a", "resets_at": "soon"}
"""What stands in place of a broken section: nothing that a reader can use."""


def usage_document(era: Era, figures: Shown, broken: list[Limit], now: datetime) -> Document:
    """Write the answer to `GET /api/organizations/{uuid}/usage` at `now` for the figures that are shown."""
    drift = _drift(now)
    document: Document = dict.fromkeys(NULLS_1 if era.shape == 1 else NULLS_1 + NULLS_2)
    for key, limit in WINDOWS.items():
        if limit in broken and limit in era.limits:
            document[key] = GARBLED
        else:
            document[key] = _window(figures.get(limit), drift)
    money = figures.get("credits")
    document["extra_usage"] = _utilization(money) if era.shape == 1 else _extra_usage(money)
    if era.shape == 3:  # noqa: PLR2004 - the shapes are numbered
        document["limits"] = _limits(figures, broken, drift)
        document["spend"] = _spend(money)
    if "credits" in broken:
        document |= {key: GARBLED for key in ("extra_usage", "spend") if key in document}
    return document


def _drift(now: datetime) -> timedelta:
    """Return by how much reset times are off in this answer: up to 0.65 s either way, another each second."""
    return timedelta(microseconds=int(now.timestamp()) * 803_441 % 1_300_001 - 650_000)


def _moment(moment: datetime | None, drift: timedelta) -> str | None:
    return None if moment is None else (moment + drift).isoformat(timespec="microseconds")


def _window(figure: Figure | None, drift: timedelta) -> Document | None:
    if figure is None or figure.percentage is None:
        return None
    return {"utilization": float(figure.percentage), "resets_at": _moment(figure.resets_at, drift)}


def _utilization(money: Figure | None) -> Document | None:
    """Write extra usage as in shape 1; its money has an address of its own."""
    if money is None or money.percentage is None:
        return None
    return {"utilization": float(money.percentage), "resets_at": None}


def _extra_usage(money: Figure | None) -> Document:
    if money is None or money.credits is None:
        return {
            "is_enabled": False,
            "monthly_limit": None,
            "used_credits": None,
            "utilization": None,
            "currency": None,
            "disabled_reason": None,
        }
    return {
        "is_enabled": True,
        "monthly_limit": money.credits.limit_minor,
        "used_credits": float(money.credits.used_minor),
        "utilization": money.percentage,
        "currency": money.credits.currency,
        "disabled_reason": None,
    }


def _limits(figures: Shown, broken: list[Limit], drift: timedelta) -> list[Document]:
    """List the limits as shape 3 does; the fullest one is marked as the active one."""
    metered = {limit: figure for limit, figure in figures.items() if limit in KINDS}
    fullest = max(metered, key=lambda limit: metered[limit].percentage or 0, default=None)
    entries = [_limit(limit, figure, drift, active=limit == fullest) for limit, figure in metered.items()]
    return entries + [
        {"kind": KINDS[limit][0], "group": KINDS[limit][1], "percent": "n/a"}
        for limit in broken
        if limit in KINDS
    ]


def _limit(limit: Limit, figure: Figure, drift: timedelta, *, active: bool) -> Document:
    kind, group = KINDS[limit]
    percent = int(figure.percentage or 0)
    return {
        "kind": kind,
        "group": group,
        "percent": percent,
        "severity": _severity(percent),
        "resets_at": _moment(figure.resets_at, drift),
        "scope": {"model": {"id": None, "display_name": "Fable"}, "surface": None}
        if kind == "weekly_scoped"
        else None,
        "is_active": active,
    }


def _severity(percent: float) -> str:
    if percent >= CRITICAL:
        return "critical"
    return "warning" if percent >= WARNING else "normal"


def _spend(money: Figure | None) -> Document | None:
    if money is None or money.credits is None:
        return None
    amounts = money.credits
    return {
        "used": _amount(amounts.used_minor, amounts),
        "limit": None if amounts.limit_minor is None else _amount(amounts.limit_minor, amounts),
        "percent": None if money.percentage is None else int(money.percentage),
        "severity": _severity(money.percentage or 0),
        "enabled": True,
        "cap": None,
        "balance": None,
    }


def _amount(minor: int, money: Credits) -> Document:
    return {"amount_minor": minor, "currency": money.currency, "exponent": 2}


def spend_limit_document(money: Figure | None) -> Document:
    """Write the money that shape 1 keeps apart, for `GET /api/organizations/{uuid}/overage_spend_limit`."""
    amounts = None if money is None else money.credits
    return {
        "is_enabled": amounts is not None,
        "monthly_credit_limit": None if amounts is None else amounts.limit_minor,
        "used_credits": None if amounts is None else amounts.used_minor,
        "currency": None if amounts is None else amounts.currency,
    }
