"""The dead-man's switch (pure): an account of which no reading came for too long, and what is known of why.

Silence is worked out from the record each time, never remembered: a restart tells the same, and so does every
receiver of a store.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from shared.schemas.codec import Document
from shared.timestamps import to_iso

__all__ = ["Reason", "Silence", "changes", "described", "read_last", "reason_in", "reason_of", "silence_of"]

_NAMED = 5
"""Accounts that one line has room for."""


class Reason(Struct, frozen=True):
    """What the newest report says: the failed scrape's state, what to do about it, and when it was (UTC)."""

    state: str
    advice: str
    at: datetime


class Silence(Struct, frozen=True):
    """How long nothing was read of an account.

    `since` is when it was read last, None when it never was. `silent` is False as long as that is not too
    long ago, and None for an account that nobody wants to be watched.
    """

    account: str
    silent: bool | None
    since: datetime | None = None
    reason: Reason | None = None


def silence_of(account: str, read: datetime | None, now: datetime, limit: timedelta) -> Silence:
    """Judge an account by when it was read last, None for never; without a limit nothing is judged.

    `read` is the newest version that is not from the future: one that is says nothing of the present.
    """
    if not limit:
        return Silence(account, None, read)
    return Silence(account, read is None or now - read > limit, read)


def reason_in(silence: Silence, report: tuple[datetime, Document] | None) -> Reason | None:
    """Return what the newest report (its time, its document) says of a silence; an older one says nothing."""
    if report is None or not silence.silent:
        return None
    at, document = report
    if silence.since is not None and at < silence.since:
        return None
    return reason_of(at, document)


def reason_of(at: datetime, document: Document) -> Reason:
    """Return what a report says."""
    return Reason(str(document.get("state", "")), str(document.get("advice", "")), at)


def changes(before: Mapping[str, Silence], now: Mapping[str, Silence]) -> list[Silence]:
    """Return the accounts whose silence has begun or ended; one that is new counts only if it is silent."""
    return [
        silence
        for account, silence in now.items()
        if bool(silence.silent) != bool(before[account].silent if account in before else False)
    ]


def described(silence: Silence, now: datetime) -> dict[str, Any]:
    """Return a silence as it is told, as JSON."""
    minutes = None if silence.since is None else max(0, int((now - silence.since).total_seconds() // 60))
    return {
        "silent": silence.silent,
        "lastReading": silence.since,
        "minutes": minutes,
        "reason": silence.reason,
    }


def read_last(silences: Iterable[Silence], now: datetime) -> str:
    """Say in one line when each account was read last: the silent first, a few of many."""
    known = sorted(silences, key=lambda silence: (not silence.silent, silence.account))
    parts = [f"{silence.account}: {_when(silence, now)}" for silence in known[:_NAMED]]
    if len(known) > _NAMED:
        parts.append(f"and {len(known) - _NAMED} accounts more")
    return "; ".join(parts) or "no reading yet"


def _when(silence: Silence, now: datetime) -> str:
    if silence.since is None:
        return "never read"
    minutes = max(0, int((now - silence.since).total_seconds() // 60))
    silent = "silent, " if silence.silent else ""
    return f"{silent}last reading {to_iso(silence.since)}, {minutes} min ago"
