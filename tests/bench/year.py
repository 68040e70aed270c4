"""A year of versions of four limits, five minutes apart, as a receiver and a janitor leave it on a volume."""

import asyncio
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.schemas.codec import RECEIVED_AT, Document, digest, encode_pretty
from shared.store import open_store
from shared.store.keys import stamp
from shared.timestamps import to_iso, to_iso_millis

__all__ = ["END", "VERSIONS", "documents", "made"]

END = datetime(2026, 11, 22, 12, tzinfo=UTC)
"""The time of the newest version."""

VERSIONS = 105_120
"""So many every five minutes of a year."""

KEPT = 2016
"""Versions in the history: a week's. The others are in the archive."""

LATE, UNREAD = 0.05, 0.01
"""Shares of versions that arrive late, and that could not read the session."""

_STEP = timedelta(minutes=5)
_FULL = 100.0


def documents(count: int = VERSIONS) -> Iterator[tuple[datetime, Document]]:
    """Yield snapshots of somebody who works at odd hours, oldest first, and when each was read."""
    roll = random.Random(7)
    begin = END - (count - 1) * _STEP
    session, weekly, fable, resets = 0.0, 0.0, 0.0, begin
    week = begin + timedelta(days=7)
    for number in range(count):
        now = begin + number * _STEP
        busy = 8 <= now.hour < 19 and now.weekday() < 6 and roll.random() < 0.8
        if now >= week:
            weekly, fable, week = 0.0, 0.0, week + timedelta(days=7)
        if now >= resets and busy:
            session, resets = 0.0, now + timedelta(hours=5)
        if busy:
            used = roll.uniform(0, 3)
            session, weekly, fable = session + used, weekly + used / 22, fable + used / 18
        document = _document(now, session if now < resets else None, resets, (weekly, fable), week, roll)
        yield now, _troubled(document, now, roll)


def _document(
    now: datetime,
    session: float | None,
    resets: datetime,
    weeks: tuple[float, float],
    week: datetime,
    roll: random.Random,
) -> Document:
    jitter = timedelta(microseconds=roll.randrange(900_000))
    month = (now.replace(day=1, hour=0, minute=0) + timedelta(days=32)).replace(day=1)
    idle = {"percentageUsed": 0, "resetsIn": "Starts when a message is sent", "state": "idle"}
    return {
        "schemaVersion": 2,
        "account": "default",
        "collector": "desk",
        "lastUpdated": to_iso_millis(now),
        "source": "both",
        "currentSession": idle if session is None else _shown(session, resets + jitter),
        "weeklyLimits": {
            "allModels": _shown(weeks[0], week + jitter),
            "scoped": {"fable": {"label": "Fable", **_shown(weeks[1], week + jitter)}},
        },
        "credits": {"used": 12.5, "limit": 50, "currency": "EUR", "resetsAt": to_iso(month)},
        "plan": "Max (20x)",
        "parser": "2026.11",
        RECEIVED_AT: to_iso_millis(now + timedelta(seconds=1)),
    }


def _troubled(document: Document, now: datetime, roll: random.Random) -> Document:
    """Let a reading arrive late now and then, and a section be unreadable."""
    if roll.random() < LATE:
        document[RECEIVED_AT] = to_iso_millis(now + timedelta(seconds=roll.uniform(2, 9000)))
    if roll.random() < UNREAD:
        del document["currentSession"]
        document |= {"isPartial": True, "extractionErrors": {"currentSession": "The row was not found."}}
    return document


def _shown(percentage: float, resets: datetime) -> Document:
    return {
        "percentageUsed": int(min(_FULL, percentage)),
        "resetsIn": "Resets in a while",
        "resetsAt": to_iso_millis(resets),
        "state": "open",
    }


def made(root: Path, count: int = VERSIONS, kept: int = KEPT) -> Path:
    """Make a volume of it; takes a minute or two."""
    history = root / "console-usage-history"
    history.mkdir(parents=True, mode=0o700)
    ids = []
    for now, document in documents(count):
        sent = {name: value for name, value in document.items() if name != RECEIVED_AT}
        ids.append(f"{stamp(now)}-{digest(sent)[:8]}")
        descriptor = os.open(history / f"{ids[-1]}.json", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(descriptor, encode_pretty(document))
        os.close(descriptor)
    asyncio.run(_archived(root, ids[: -kept or None]))
    return root


async def _archived(root: Path, ids: list[str]) -> None:
    """Move versions into the archive, as a janitor does."""
    store = open_store(f"file://{root}")
    await store.archive("default", ids)
    await store.delete("default", ids, END)
    await store.close()
