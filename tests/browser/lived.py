"""Records for the views that look back and ahead: a made-up life of nine days, and a day that has one of everything."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from services.practice.demo_data import fill
from shared.store import open_store
from shared.timestamps import parse_moment

DAYS = 9
DAY = datetime(2026, 3, 28, 6, tzinfo=UTC)
"""Five hours before it ends, Berlin's clocks go forward."""

MINUTE = timedelta(minutes=1)
RESET = DAY + timedelta(hours=5)
WEEK_ENDS = DAY + timedelta(days=3)


def fill_with_life(store: Path) -> None:
    """Fill a store with what somebody's collector would have recorded until now."""
    until = datetime.now(UTC).replace(microsecond=0)
    asyncio.run(fill(store.as_uri(), days=DAYS, until=until, tell=lambda _account, _share: None))


def fill_with_a_day(store: Path) -> None:
    """Fill a store with a day that ended long ago: a hit, a gap, a section that failed, an idle session."""
    asyncio.run(_put(store, [*_used(), *_after_the_gap(), *_idle()]))


async def _put(store: Path, snapshots: list[dict[str, Any]]) -> None:
    opened = open_store(store.as_uri())
    for snapshot in snapshots:
        at = parse_moment(snapshot["lastUpdated"])
        await opened.append("default", snapshot, at + timedelta(seconds=1))
    await opened.close()


def _used() -> list[dict[str, Any]]:
    """Two hours that grow to 100 % and stay there for half an hour; the week could not be read once."""
    told = [_snapshot(5 * number, min(100, 8 + 5 * number)) for number in range(25)]
    del told[10]["weeklyLimits"]["allModels"]
    told[10] |= {"isPartial": True, "extractionErrors": {"allModels": "its row was not found"}}
    return told


def _after_the_gap() -> list[dict[str, Any]]:
    """After an hour and a half without a reading the session is still full until its reset."""
    return [_snapshot(210 + 5 * number, 100) for number in range(18)]


def _idle() -> list[dict[str, Any]]:
    idle = {"percentageUsed": 0, "resetsIn": "Starts when a message is sent", "state": "idle"}
    return [_snapshot(300 + 5 * number, 0) | {"currentSession": idle} for number in range(1, 24)]


def _snapshot(minute: int, percentage: float) -> dict[str, Any]:
    session = {"percentageUsed": percentage, "resetsIn": "", "resetsAt": RESET.isoformat(), "state": "open"}
    week = {"percentageUsed": 40 + minute // 60, "resetsIn": "", "resetsAt": WEEK_ENDS.isoformat()}
    return {
        "schemaVersion": 2,
        "account": "default",
        "lastUpdated": (DAY + minute * MINUTE).isoformat(),
        "currentSession": session,
        "weeklyLimits": {"allModels": week},
        "source": "json",
    }
