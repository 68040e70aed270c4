"""How the limits stand, for other programs (pure): a flat document, and a badge for each limit.

Both go by the newest version alone. A percentage never outlives its window: once the reset has passed without
a newer reading it is unknown, and unknown is never zero.
"""

import html
from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from services.receiver.giving.answers import STALE_AFTER, read_at
from shared.insight.limits import in_order
from shared.insight.readings import LimitReading, readings_of
from shared.schemas.codec import Document
from shared.store.base import Version
from shared.timestamps import to_iso

__all__ = ["Standing", "badge", "flat", "standings"]

Flat = Mapping[str, str | int | float | bool | None]


class Standing(Struct, frozen=True):
    """One limit now. `percentage` is None when it is unknown; `resets_at` when none is known to be ahead."""

    percentage: float | None
    resets_at: datetime | None
    state: str
    age: timedelta
    stale: bool


def standings(document: Document, now: datetime) -> dict[str, Standing]:
    """Return how each limit of the newest version stands, in the order people read them."""
    age = max(timedelta(0), now - read_at(document))
    readings = readings_of(document)
    return {limit: _standing(readings[limit], age, now) for limit in in_order(set(readings))}


def _standing(reading: LimitReading, age: timedelta, now: datetime) -> Standing:
    passed = reading.resets_at is not None and reading.resets_at <= now
    known = reading.percentage is not None and not passed
    state = (reading.state or "open") if known else "unknown"
    return Standing(
        reading.percentage if known else None,
        None if passed else reading.resets_at,
        state,
        age,
        age > STALE_AFTER,
    )


def flat(account: str, version: Version, now: datetime) -> Flat:
    """Return one level of keys and plain values: `session_percentage`, `weekly_sonnet_resets_at` ...

    A limit that could not be read has its keys, with null; one that the newest version lacks has none.
    """
    reading = read_at(version.document)
    age = max(timedelta(0), now - reading)
    found: dict[str, str | int | float | bool | None] = {
        "account": account,
        "version": version.id,
        "read_at": to_iso(reading),
        "age_seconds": int(age.total_seconds()),
        "stale": age > STALE_AFTER,
    }
    for limit, one in standings(version.document, now).items():
        name = _key(limit)
        found |= {
            f"{name}_percentage": one.percentage,
            f"{name}_resets_at": to_iso(one.resets_at) if one.resets_at else None,
            f"{name}_resets_in_seconds": int((one.resets_at - now).total_seconds())
            if one.resets_at
            else None,
            f"{name}_state": one.state,
        }
    return found


def _key(limit: str) -> str:
    """Return a limit's name as a key: letters, digits and underscores."""
    return "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in limit.lower())


_GREY, _GREEN, _AMBER, _RED = "#6b7280", "#15803d", "#a16207", "#b91c1c"
_SOME, _MUCH = 75, 90
_SIGN_WIDTH, _PAD, _HEIGHT = 6.6, 12, 20


def badge(limit: str, standing: Standing | None) -> str:
    """Draw a limit as SVG: its name and percentage. Stale is grey with its age, unknown grey without one."""
    value, colour = _value(standing)
    left, right = (round(_PAD + _SIGN_WIDTH * len(text)) for text in (limit, value))
    name, shown = html.escape(limit), html.escape(value)
    dashes = ' stroke="#fff" stroke-dasharray="3 2"' if colour == _GREY else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{_HEIGHT}" role="img"'
        f' aria-label="{name}: {shown}"><title>{name}: {shown}</title>'
        f'<rect width="{left + right}" height="{_HEIGHT}" rx="3" fill="#374151"/>'
        f'<rect x="{left}" width="{right}" height="{_HEIGHT}" rx="3" fill="{colour}"{dashes}/>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">'
        f'<text x="{left / 2}" y="14" textLength="{left - _PAD}">{name}</text>'
        f'<text x="{left + right / 2}" y="14" textLength="{right - _PAD}">{shown}</text></g></svg>'
    )


def _value(standing: Standing | None) -> tuple[str, str]:
    if standing is None or standing.percentage is None:
        return "unknown", _GREY
    percent = f"{standing.percentage:g} %"
    if standing.stale:
        return f"{percent}, {_age(standing.age)} old", _GREY
    if standing.percentage >= _MUCH:
        return percent, _RED
    return percent, _AMBER if standing.percentage >= _SOME else _GREEN


def _age(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    if minutes < 120:  # noqa: PLR2004 - two hours
        return f"{minutes} min"
    return f"{minutes // 60} h" if age < timedelta(days=2) else f"{age.days} d"
