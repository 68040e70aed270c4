"""Reads the limits from the JSON that the page fetched for itself, in every shape it has had (pure).

Era 1 and 2 hold `{"utilization": 23.0, "resets_at": "..."}` under one key a limit. From July 2026 on `limits`
is a list that goes before the older keys, which stay, mostly null. null is unknown, never 0. An unknown key
is passed over; a broken section is that section's error and no other's.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from services.scraper.extract.found import TOLERANCE, Found, reading
from services.scraper.extract.limits import EXPECTED, SESSION, SONNET, WEEKLY, model_limit, section
from services.scraper.extract.spend_json import read_credits
from services.scraper.extract.tidy import tidy
from shared.schemas.usage import Reading
from shared.timestamps import parse_moment

__all__ = ["read_json"]

OPUS = model_limit("Opus")
OLDER_KEYS = {SESSION: "five_hour", WEEKLY: "seven_day", SONNET: "seven_day_sonnet", OPUS: "seven_day_opus"}
KINDS = {"session": SESSION, "weekly_all": WEEKLY}
LONGEST_LABEL = 60
MOST = 1000
"""A percentage above this is no percentage."""

MISSING = object()
NO_LIMITS = "the usage answer lists no limits: the account pays by use"

JITTER = timedelta(seconds=2)


class _Scope(msgspec.Struct, frozen=True):
    """What a scoped limit covers: `{"model": {"display_name": "Fable"}}`."""

    model: dict[str, Any] | None = None


class _Entry(msgspec.Struct, frozen=True):
    """One entry of `limits`, or one older key's value put into its form."""

    kind: str
    percent: float | None = None
    resets_at: str | None = None
    scope: _Scope | None = None


class _Older(msgspec.Struct, frozen=True):
    """One limit of eras 1 and 2."""

    utilization: float | None = None
    resets_at: str | None = None


class _Section(msgspec.Struct):
    """What was gathered for one limit: entries in their order of trust, and what could not be read."""

    entries: list[_Entry]
    reasons: list[str]


def read_json(data: object) -> Found:
    """Read every limit the answer holds. An answer that is no object holds none."""
    if not isinstance(data, dict):
        return Found(errors=dict.fromkeys(EXPECTED, "the usage answer is no JSON object"))
    gathered = {limit: _Section([], []) for limit in EXPECTED}
    _gather_list(data.get("limits"), gathered)
    _gather_older(data, gathered)
    readings: dict[str, Reading] = {}
    errors: dict[str, str] = {}
    notes: list[str] = []
    for limit, parts in gathered.items():
        found, reason = _read(limit, parts, notes)
        if found:
            readings[limit] = found
        elif reason:
            errors[limit] = reason
    credit, reason = read_credits(data)
    mentions = _not_there(data, errors) if credit else {}
    if reason:
        errors["credits"] = reason
    return Found(readings=readings, errors=errors, mentions=mentions, notes=notes, credits=credit)


def _not_there(data: dict[str, Any], errors: dict[str, str]) -> dict[str, str]:
    """Take out of the errors the limits of an account that pays by use: its answer says that it has none."""
    keys = [OLDER_KEYS[limit] for limit in EXPECTED]
    if data.get("limits") != [] or any(data.get(key, MISSING) is not None for key in keys):
        return {}
    for limit in EXPECTED:
        errors.pop(limit, None)
    return dict.fromkeys(EXPECTED, NO_LIMITS)


def _gather_list(limits: object, gathered: dict[str, _Section]) -> None:
    for item in limits if isinstance(limits, list) else []:
        limit = _limit_of(item)
        if limit is None:
            continue
        parts = gathered.setdefault(limit, _Section([], []))
        if _narrowed(item, limit):
            parts.reasons.append("the usage answer gives it for a part of it only")
            continue
        try:
            parts.entries.append(msgspec.convert(item, _Entry))
        except msgspec.ValidationError as error:
            parts.reasons.append(f"its entry in limits is not what was expected: {error}")


def _limit_of(item: object) -> str | None:
    """Name the limit an entry is about; None for a kind that is not known."""
    if not isinstance(item, dict):
        return None
    kind, name = item.get("kind"), _model_name(item)
    if kind == "weekly_scoped" and name:
        limit = model_limit(name)
        return None if limit.endswith(":") else limit
    return KINDS.get(kind) if isinstance(kind, str) else None


def _narrowed(item: dict[str, Any], limit: str) -> bool:
    """Tell whether an entry is about a part of its limit: one surface, or one model where all are meant."""
    scope = item.get("scope")
    if not isinstance(scope, dict):
        return False
    expected = {"model"} if limit not in EXPECTED else set()
    return any(value is not None for part, value in scope.items() if part not in expected)


def _model_name(item: dict[str, Any]) -> str:
    scope = item.get("scope")
    model = scope.get("model") if isinstance(scope, dict) else None
    name = model.get("display_name") if isinstance(model, dict) else None
    return tidy(name)[:LONGEST_LABEL] if isinstance(name, str) else ""


def _gather_older(data: dict[str, Any], gathered: dict[str, _Section]) -> None:
    for limit, key in OLDER_KEYS.items():
        if data.get(key) is None:
            continue
        parts = gathered.setdefault(limit, _Section([], []))
        try:
            older = msgspec.convert(data[key], _Older)
        except msgspec.ValidationError as error:
            parts.reasons.append(f"{key} is not what was expected: {error}")
        else:
            parts.entries.append(_Entry(key, older.utilization, older.resets_at))


def _read(limit: str, parts: _Section, notes: list[str]) -> tuple[Reading | None, str]:
    """Choose the entry to trust: the list's before the older key's. Two of one kind must agree."""
    known = [entry for entry in parts.entries if entry.percent is not None and 0 <= entry.percent <= MOST]
    if not known:
        null = "the usage answer gives no figure for it"
        return None, "; ".join(parts.reasons) or (null if limit in EXPECTED else "")
    first = known[0]
    twins = [entry for entry in known if entry.kind == first.kind]
    if len({entry.percent for entry in twins}) > 1:
        return None, "the usage answer gives it twice, with different figures"
    notes += [
        f"{section(limit)}: {first.kind} says {first.percent:g}, {other.kind} {other.percent:g}"
        for other in known[1:]
        if abs((other.percent or 0) - (first.percent or 0)) > TOLERANCE
    ]
    return _entry_reading(limit, first), ""


def _entry_reading(limit: str, entry: _Entry) -> Reading:
    percent = entry.percent or 0
    label = None
    if limit not in OLDER_KEYS:
        label = _model_name(msgspec.to_builtins(entry))
    elif limit == OPUS:
        label = "Opus"
    return reading(
        percent,
        state="open" if entry.resets_at else "idle" if percent == 0 else None,
        resets_at=_moment(entry.resets_at),
        label=label,
    )


def _moment(text: str | None) -> datetime | None:
    """Read a reset's moment. It jitters by about a second from answer to answer, around a whole minute."""
    try:
        moment = parse_moment(text) if text else None
    except ValueError:
        return None
    if moment is None:
        return None
    minute = (moment + timedelta(seconds=30)).replace(second=0, microsecond=0)
    return minute if abs(minute - moment) <= JITTER else moment.replace(microsecond=0)
